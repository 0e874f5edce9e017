from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import format_amount, format_date

# What families may propose to change: the columns, by model.
COLUMNS = {
    "espace.family": ("lastname", "phone", "email", "street", "street2", "zip", "city"),
    "espace.guardian": ("firstname", "lastname", "civility", "phone", "email"),
    "espace.child": ("firstname", "lastname", "birth_date", "class_id", "diet_id"),
    "espace.authorisation": ("granted",),
    "espace.pickup.person": ("name", "relation", "phone", "child_ids", "active"),
    "espace.family.income": (),
}

# A family that proposes more than that is not correcting its file.
MOST_OPEN = 100


class EspaceChange(models.Model):
    """How a family proposes: what it typed, as values to write and as words to read."""

    _inherit = "espace.change"

    # === Proposing === #

    @api.model
    def _propose(self, record, values, family=None):
        """Propose new values of columns of a record; what is the same is left out.

        :param dict values: plain ones: text, a date as YYYY-MM-DD, ids
        :param family: the household that proposes, of the two of a shared child
        :return: the proposals, which replace those of before for the same columns
        """
        if not family:
            family = record if record._name == "espace.family" else record.family_id
        asked = {c: v or "" for c, v in values.items() if c in COLUMNS[record._name]}
        # What is typed as it was before takes an earlier proposal back.
        self._open(family, record._name, record.id, list(asked)).unlink()
        columns = {c: v for c, v in asked.items() if v != self._plain(record, c)}
        self._check_number(family)
        return self.create(
            [
                {
                    **self._prepare(family, record._name, record.display_name),
                    "res_id": record.id,
                    "column": column,
                    "before": self._words(record, column, self._plain(record, column)),
                    "after": self._words(record, column, value),
                    "values": {column: self._to_write(record, column, value)},
                }
                for column, value in columns.items()
            ]
        )

    @api.model
    def _propose_new(self, family, model, values):
        """Propose a person whom the commune does not know."""
        self._check_number(family)
        name = values.get("name") or f"{values['firstname']} {values['lastname']}"
        record = self.env[model]
        return self.create(
            {
                **self._prepare(family, model, name),
                "after": ", ".join(
                    filter(
                        None,
                        [
                            name,
                            *(
                                self._words(record, column, value)
                                for column, value in values.items()
                                if column not in ("name", "firstname", "lastname")
                            ),
                        ],
                    )
                ),
                "values": {
                    **{c: self._to_write(record, c, v) for c, v in values.items()},
                    "family_id": family.id,
                },
            }
        )

    @api.model
    def _propose_end(self, person):
        """Propose that a pick-up person may no longer come."""
        self._open(person.family_id, person._name, person.id, ["active"]).unlink()
        return self.create(
            {
                **self._prepare(person.family_id, person._name, person.name),
                "res_id": person.id,
                "column": "active",
                "before": person._words(),
                "after": self.env._("No longer"),
                "values": {"active": False},
            }
        )

    @api.model
    def _propose_authorisations(self, family, child, guardian, answers, today):
        """Propose what a guardian allows for a child, or no longer.

        A consent that is withdrawn counts at once.

        :param dict answers: kind: “yes”, “no” or '' for what was not answered
        """
        known = {one.kind: one for one in child.authorisation_ids}
        proposed = self.browse()
        for kind, granted in answers.items():
            record = known.get(kind, self.env["espace.authorisation"])
            before = self._open(family, record._name, record.id, ["granted"])
            before.filtered(
                lambda one, kind=kind: (
                    one.values["child_id"] == child.id and one.values["kind"] == kind
                )
            ).unlink()
            if not granted or granted == record.granted:
                continue
            proposed |= self.create(
                {
                    **self._prepare(family, record._name, child.name),
                    "res_id": record.id,
                    "column": "granted",
                    "before": self._words(record, "granted", record.granted),
                    "after": self._words(record, "granted", granted),
                    "values": {
                        "child_id": child.id,
                        "kind": kind,
                        "granted": granted,
                        "guardian_id": guardian.id,
                        "given_on": today.isoformat(),
                    },
                }
            )
        self._check_number(family)
        proposed._apply_withdrawals()
        return proposed

    @api.model
    def _propose_income(self, family, values, files, today):
        """Propose a quotient familial, with its proof.

        :param dict values: value (text of a number), source, date_from
        :param files: list of (name, bytes), checked by their content
        :raise UserError: no proof, or a file that is not taken
        """
        if not files:
            raise UserError(
                self.env._("Add the document that proves the quotient familial.")
            )
        Document = self.env["espace.document"]
        company = family.company_id
        checked = [
            (Document._check_file(name, raw, company), raw) for name, raw in files
        ]
        self._open(family, "espace.family.income", False, [False]).unlink()
        self._check_number(family)
        return self.create(
            {
                **self._prepare(family, "espace.family.income", family.name),
                "before": self._income_words(family.income_ids._in_force(today)),
                "after": self._income_words(
                    self.env["espace.family.income"].new(values)
                ),
                "values": {
                    "family_id": family.id,
                    "value": float(values["value"]),
                    "source": values["source"],
                    "date_from": values["date_from"],
                },
                "attachment_ids": [
                    Command.create(
                        {"name": name, "raw": raw, "res_model": "espace.change"}
                    )
                    for name, raw in checked
                ],
            }
        )

    def _income_words(self, income):
        """Say a quotient: “612,00 (CAF, from 4 janvier 2027)”, '' for none."""
        if not income:
            return ""
        return self.env._(
            "%(value)s (%(issuer)s, from %(day)s)",
            value=format_amount(
                self.env, income.value, self.env.company.currency_id
            ).rstrip("\u00a0\u202f €$"),
            issuer=self._words(income, "source", income.source),
            day=format_date(self.env, income.date_from),
        )

    @api.model
    def _prepare(self, family, model, subject):
        return {
            "family_id": family.id,
            "model": model,
            "subject": subject,
            "user_id": self.env.uid,
        }

    @api.model
    def _check_number(self, family):
        count = self.search_count(
            [("family_id", "=", family.id), ("state", "=", "proposed")]
        )
        if count >= MOST_OPEN:
            raise UserError(
                self.env._(
                    "Many of your corrections wait already: contact the town hall."
                )
            )

    @api.model
    def _open(self, family, model, res_id, columns):
        return self.search(
            [
                ("family_id", "=", family.id),
                ("model", "=", model),
                ("res_id", "in", [res_id] if res_id else [0, False]),
                ("column", "in", columns),
                ("state", "=", "proposed"),
            ]
        )

    def _proposed_words(self):
        """Say what became of what was just proposed: (level, message)."""
        if not self:
            return "info", self.env._("You have changed nothing.")
        withdrawn = self.filtered(lambda change: change._withdraws_consent())
        if withdrawn:
            _level, others = (self - withdrawn)._proposed_words()
            words = self.env._(
                "Photos and films of your child are no longer allowed: this counts "
                "from now."
            )
            return "success", f"{words} {others}" if self - withdrawn else words
        if all(change.state == "accepted" for change in self):
            return "success", self.env._("Your correction was recorded.")
        return "success", self.env._(
            "Your correction was sent: the town hall looks at it and writes to you."
        )

    # === Values and words === #

    @api.model
    def _plain(self, record, column):
        """Return the value of a column as a form posts it."""
        field, value = record._fields[column], record[column]
        if field.type == "many2one":
            return value.id or ""
        if field.type == "many2many":
            return sorted(value.ids)
        if field.type == "date":
            return value.isoformat() if value else ""
        return value or ""

    @api.model
    def _to_write(self, record, column, value):
        if record._fields[column].type == "many2many":
            return [[Command.SET, 0, value]]
        return value or False

    @api.model
    def _words(self, record, column, value):
        field = record._fields[column]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "date":
            return format_date(self.env, value) if value else ""
        if field.type == "many2one":
            return self.env[field.comodel_name].browse(value or []).display_name or ""
        if field.type == "many2many":
            names = self.env[field.comodel_name].browse(value).mapped("display_name")
            return ", ".join(names)
        return str(value or "")
