"""The règlement as pages read it: activities, options, limits, kept between requests.

A commune changes them some days of the year and every page reads them all. Their rows
are kept in memory under the revision of the company, which changes in the transaction
that changes one of them: a change, or the rollback of one, needs to forget nothing.
"""

from typing import NamedTuple
from uuid import uuid4

from odoo import api, fields, models, tools


class Rows(NamedTuple):
    """The rows of a model, as they are kept: all of it is immutable.

    `columns`: (name of a field, values as in the ORM's cache, in the order of `ids`).
    """

    ids: tuple
    columns: tuple


class ResCompany(models.Model):
    _inherit = "res.company"

    # Never comes back to an older value.
    espace_revision = fields.Char(
        "Revision of the Regulations", readonly=True, copy=False
    )

    def _espace_rulebook_changed(self):
        if self:
            self.sudo().write({"espace_revision": uuid4().hex})


class EspaceRulebookMixin(models.AbstractModel):
    """Rows of the règlement: whoever changes one changes the revision."""

    _name = "espace.rulebook.mixin"
    _description = "Row of the Regulations"

    # Lines and computed fields that are kept with the columns of a row.
    _rulebook_also = ()
    # Path to the commune whose règlement a row belongs to, None for that of all.
    _rulebook_company = "company_id"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._rulebook_companies()._espace_rulebook_changed()
        return records

    def write(self, vals):
        companies = self._rulebook_companies()
        result = super().write(vals)
        (companies | self._rulebook_companies())._espace_rulebook_changed()
        return result

    def unlink(self):
        companies = self._rulebook_companies()
        result = super().unlink()
        companies._espace_rulebook_changed()
        return result

    def _update_field_translations(self, *args, **kwargs):
        result = super()._update_field_translations(*args, **kwargs)
        self._rulebook_companies()._espace_rulebook_changed()
        return result

    def _in_rulebook(self):
        """Return those of the records that belong to the règlement."""
        return self

    def _rulebook_companies(self):
        """Return the communes, active or not, whose règlement these rows are in."""
        rows_sudo = self.sudo()._in_rulebook()
        companies_sudo = self.env["res.company"].sudo()
        if not rows_sudo:
            return companies_sudo
        if self._rulebook_company:
            return rows_sudo.mapped(self._rulebook_company)
        return companies_sudo.search([("active", "in", (True, False))])

    @api.model
    def _rulebook_fields(self):
        """Return the names of the fields that only a change of their row changes."""
        return [
            *(name for name, field in self._fields.items() if self._is_own(field)),
            *self._rulebook_also,
        ]

    @api.model
    def _is_own(self, field):
        if not (field.store and field.column_type and field.prefetch is True):
            return False
        if field.related or field.company_dependent:
            return False
        if field.name in models.LOG_ACCESS_COLUMNS:
            return False
        return not any("." in path for path in self.pool.field_depends[field])


class EspaceRulebook(models.AbstractModel):
    """Puts the règlement of a commune into the cache of a transaction."""

    _name = "espace.rulebook"
    _description = "Regulations"

    @api.model
    def _of_company(self, company):
        """Return {name of model: its rows as superuser, all read}.

        No query is needed unless something of the règlement has changed.
        """
        env = self.sudo().env
        plain = self.with_env(env(context={"lang": env.lang}))
        kept = plain._rows(company.id, company.sudo().espace_revision)
        for model, rows in kept.items():
            _fill_cache(plain.env[model].browse(rows.ids), rows.columns)
        return {model: env[model].browse(rows.ids) for model, rows in kept.items()}

    @api.model
    @tools.ormcache("company_id", "revision", "self.env.lang")
    def _rows(self, company_id, revision):
        """Return {name of model: `Rows`}.

        :param str revision: of the company: what is kept is that of this one
        """
        return {
            model: self._read(self.env[model].search(domain))
            for model, domain in self._domains(company_id).items()
        }

    @api.model
    def _read(self, records):
        names = records._rulebook_fields()
        return Rows(records._ids, tuple((n, _read_cache(records, n)) for n in names))

    @api.model
    def _domains(self, company_id):
        """Return {name of model: domain of the rows of a company}."""
        mine = [("company_id", "=", company_id)]
        archived_too = [("active", "in", (True, False))]
        offered = [
            ("espace_activity_id.company_id", "=", company_id),
            ("espace_activity_id.active", "=", True),
        ]
        return {
            "espace.activity": mine + archived_too,
            "espace.waiting.criterion": mine,
            "espace.deadline.rule": mine + archived_too,
            "espace.deadline.rule.line": [("rule_id.company_id", "=", company_id)],
            "espace.document.type": mine,
            "product.template": offered,
            "product.product": offered,
        }


# Odoo has no public way to put values into its cache; what is called here and why is
# in docs/odoo-internals.md, and tests/core/test_rulebook.py notices a change of it.


def _read_cache(records, name):
    """Return the values of a field as the ORM caches them, in their order."""
    records.mapped(name)
    cache = records._fields[name]._get_cache(records.env)
    return tuple(cache[id_] for id_ in records.ids)


def _fill_cache(records, columns):
    """Put values into the ORM's cache, where this transaction has none of its own."""
    fields = [records._fields[name] for name, _values in columns]
    if records and records._ids[-1] in fields[0]._get_cache(records.env):
        return  # nobody has emptied it since the last time
    for field, (_name, values) in zip(fields, columns, strict=True):
        field._insert_cache(records, values)
