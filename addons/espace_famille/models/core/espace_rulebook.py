"""The règlement as pages read it: activities, options, limits, kept between requests.

A commune changes them some days of the year and every page reads them all. Their rows
are kept in memory under the revision of the company, which changes in the transaction
that changes one of them: a change, or the rollback of one, needs to forget nothing.
"""

from uuid import uuid4

from odoo import api, fields, models, tools


class ResCompany(models.Model):
    _inherit = "res.company"

    # Never comes back to an older value.
    espace_revision = fields.Char(
        "Revision of the Regulations", readonly=True, copy=False
    )

    @api.model
    def _espace_rulebook_changed(self):
        # Whichever commune it belongs to, or did: they are few.
        companies = self.sudo().search([("active", "in", (True, False))])
        companies.write({"espace_revision": uuid4().hex})


class EspaceRulebookMixin(models.AbstractModel):
    """Rows of the règlement: whoever changes one changes the revision."""

    _name = "espace.rulebook.mixin"
    _description = "Row of the Regulations"

    # Lines and computed fields that are kept with the columns of a row.
    _rulebook_also = ()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._rulebook_changed()
        return records

    def write(self, vals):
        before = self._in_rulebook()
        result = super().write(vals)
        (before | self._in_rulebook())._rulebook_changed()
        return result

    def unlink(self):
        kept = bool(self._in_rulebook())
        result = super().unlink()
        if kept:
            self.env["res.company"]._espace_rulebook_changed()
        return result

    def _update_field_translations(self, *args, **kwargs):
        result = super()._update_field_translations(*args, **kwargs)
        self._in_rulebook()._rulebook_changed()
        return result

    def _in_rulebook(self):
        """Return those of the records that belong to the règlement."""
        return self

    def _rulebook_changed(self):
        if self:
            self.env["res.company"]._espace_rulebook_changed()

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
        for model, (ids, columns) in kept.items():
            plain._fill_cache(plain.env[model].browse(ids), columns)
        return {
            model: env[model].browse(ids) for model, (ids, _columns) in kept.items()
        }

    @api.model
    def _fill_cache(self, records, columns):
        name = next(iter(columns))
        if records and records._ids[-1] in records._fields[name]._get_cache(self.env):
            return  # nobody has emptied it since the last time
        for name, values in columns.items():
            field = records._fields[name]
            cache = field._get_cache(self.env)
            if cache:
                field._insert_cache(records, values.values())
            else:
                cache.update(values)

    @api.model
    @tools.ormcache("company_id", "revision", "self.env.lang")
    def _rows(self, company_id, revision):
        """Return {name of model: (ids, {name of field: {id: value as in the cache}})}.

        :param str revision: of the company: what is kept is that of this one
        """
        return {
            model: self._read(self.env[model].search(domain))
            for model, domain in self._domains(company_id).items()
        }

    @api.model
    def _read(self, records):
        columns = {}
        for name in records._rulebook_fields():
            records.mapped(name)
            cache = records._fields[name]._get_cache(self.env)
            columns[name] = {id_: cache[id_] for id_ in records.ids}
        return records._ids, columns

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
