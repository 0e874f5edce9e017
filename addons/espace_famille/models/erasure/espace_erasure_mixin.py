import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..core.batch import one_by_one
from ..core.guards import ERASING, allow

_logger = logging.getLogger(__name__)

ADMIN = "espace_famille.group_admin"


class EspaceErasureMixin(models.AbstractModel):
    """Keep personal data no longer than needed: erase who left.

    The bookings stay, in nobody's name, for the statistics of the commune; what the
    accounting needs stays as long as the law asks.
    Source: articles 5.1.e and 17 of the GDPR.
    """

    _name = "espace.erasure.mixin"
    _description = "Erasure of Personal Data"

    erased_on = fields.Date("Personal Data Erased on", readonly=True, copy=False)
    to_erase = fields.Boolean(
        "Personal Data to Erase", compute="_compute_to_erase", search="_search_to_erase"
    )

    def _compute_to_erase(self):
        everybody = self.with_context(active_test=False)
        old = everybody.search(Domain("id", "in", self.ids) & self._old())
        for record in self:
            record.to_erase = record._origin in old

    @api.model
    def _search_to_erase(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._old() if True in value else ~self._old()

    @api.model
    def _old(self):
        """Return the domain of what the communes at hand have kept long enough."""
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & self._old_in(company._espace_today(), company.espace_erase_after)
            for company in self.env.companies
        )

    @api.model
    def _old_in(self, today, years):
        """Hook: return the domain of what is to be erased in a commune.

        :param int years: without use, after which data are erased
        """
        day = fields.Date.subtract(today, years=years)
        return Domain("erased_on", "=", False) & self._unused_since(day)

    @api.model
    def _unused_since(self, day):
        """Hook: return the domain of what nobody has used on `day` or later."""
        return Domain("create_date", "<", day)

    def _why_kept(self):
        """Hook: say what keeps this one from being erased, with what to do; or ''."""
        self.ensure_one()
        return ""

    def _erasure_words(self):
        """Hook: say, for the one who confirms, what is erased of this one."""
        self.ensure_one()
        return self.display_name

    def _erase(self):
        """Erase for ever what says who they are.

        :raise AccessError: the user is no administrator of the service
        :raise UserError: why one of them has to be kept; nothing is erased
        """
        if not (self.env.su or self.env.user.has_group(ADMIN)):
            raise AccessError(self.env._("Only administrators erase personal data."))
        self.check_access("write")
        for record in self:
            if why := record._why_kept():
                raise UserError(why)
        # What was is not traced again by what replaces it.
        silent_sudo = self.sudo().with_context(tracking_disable=True, active_test=False)
        allow(silent_sudo, ERASING)._erase_all()

    def _erase_all(self):
        """Hook: erase, with every right, what nothing keeps."""

    def action_erase(self):
        """Ask whether all this is to be erased, before anything is."""
        return self.env["espace.erasure.wizard"]._action_open(self)

    @api.model
    def _cron_erase(self):
        """Erase what is old where the commune wants no button for it."""
        companies = self.env["res.company"].search([("espace_erase_alone", "=", True)])
        everything = self.with_context(
            allowed_company_ids=companies.ids, active_test=False
        )
        old = everything.search(everything._old()) if companies else self.browse()
        one_by_one(
            self.env,
            old,
            lambda record: record._erase_unless_kept(),
            _logger,
            "%s was not erased",
        )

    def _erase_unless_kept(self):
        if not self._why_kept():
            self._erase()


def erase_papers(records):
    """Delete the messages, the followers, the activities and the files of `records`.

    The messages take with them the values they traced and the mails that were sent.
    """
    if not records:
        return
    env = records.sudo().env
    own = [("res_model", "=", records._name), ("res_id", "in", records.ids)]
    env["mail.message"].search(
        [("model", "=", records._name), ("res_id", "in", records.ids)]
    ).unlink()
    for model in ("mail.followers", "mail.activity"):
        env[model].with_context(active_test=False).search(own).unlink()
    # A file kept in a field is only found where its field is asked for.
    env["ir.attachment"].search([*own, ("id", "!=", False)]).unlink()


def erase_records(records):
    """Delete records with everything that hangs on them."""
    erase_papers(records)
    records.unlink()
