"""Rows of every model in a commune, to see who reads them.

They are written by SQL and need not make sense: what counts is whose they are.
"""

from datetime import date, datetime

from odoo.tools import SQL

#: What the rows of some models need besides.
SPECIAL = {
    "espace.child": {"shared_custody": False},
    "espace.custody": {"pattern": "odd"},
    "espace.deadline.rule.line": {"cutoff_weekday": "1"},
    "espace.aid": {"share": 50},
    "espace.charge": {"kind": "charge"},
    "espace.deposit.rule": {"count": 1, "month_day": 1},
}

#: What they refer to besides what they have to.
ALSO = {
    "espace.bank.match": ("payment_id",),
    "espace.flat.due": ("flat_id",),
    "espace.request": ("family_id",),
}

VALUES = {
    "boolean": False,
    "char": "x",
    "date": date(2027, 1, 11),
    "datetime": datetime(2027, 1, 11, 8),
    "float": 1.0,
    "html": "x",
    "integer": 1,
    "json": "{}",
    "many2one_reference": 1,
    "monetary": 1.0,
    "text": "x",
}


def models_of_ours(env):
    """Return the names of the models of the addons that hold rows, views included."""
    return sorted(
        name
        for name, model in env.registry.items()
        if name.startswith("espace.") and not (model._abstract or model._transient)
    )


class Rows:
    """Finds a row of each model in a commune, or writes one."""

    def __init__(self, company):
        self.env = company.env(su=True, context={"active_test": False})
        self.company = company.with_env(self.env)
        self._begun = set()  # models whose row is being written

    def of(self, model):
        """Return the rows of a model that belong to the commune, maybe none."""
        rows = self.env[model].search([], order="id")
        return rows.filtered(lambda row: self._owner(row) == self.company)

    def one(self, model):
        """Return a row of a model in the commune; write it if there is none."""
        if model == "res.company":
            return self.company
        if model == "res.users":
            return self.env.ref("base.user_admin")
        if model == "res.currency":
            return self.company.currency_id
        found = self.of(model)[:1]
        if not found and (model.startswith("espace.") or model == "mail.push.device"):
            found = self._write(self.env[model])
        return found

    def _owner(self, row):
        if row._name == "espace.deadline.rule.line":
            return row.rule_id.company_id
        if row._name == "account.account":
            return row.company_ids[:1]
        if row._name == "mail.template":
            return row.espace_company_id
        return row.company_id if "company_id" in row._fields else self.company

    def _write(self, model):
        if not model._auto or model._name in self._begun:
            return model
        self._begun.add(model._name)
        values = {
            name: self._value(field)
            for name, field in model._fields.items()
            if field.store and field.column_type and self._is_needed(model, field)
        }
        values |= SPECIAL.get(model._name, {})
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) VALUES %s RETURNING id",
                SQL.identifier(model._table),
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        self.env.invalidate_all()
        self._begun.discard(model._name)
        return model.browse(self.env.cr.fetchone()[0])

    def _is_needed(self, model, field):
        if field.name == "id":
            return False
        also = ("create_date", "write_date", "company_id", *ALSO.get(model._name, ()))
        return field.required or field.name in also

    def _value(self, field):
        if field.type == "many2one":
            return self.one(field.comodel_name).id or None
        if field.type == "selection":
            return field.get_values(self.env)[0]
        if field.type == "char" and not field.translate:
            return f"x{self.company.id}"
        if field.translate:
            return '{"en_US": "x"}'
        return VALUES[field.type]
