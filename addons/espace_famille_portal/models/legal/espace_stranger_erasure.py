import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, email_normalize_all

from odoo.addons.espace_famille.models.core.batch import one_by_one
from odoo.addons.espace_famille.models.core.guards import ERASING, allow
from odoo.addons.espace_famille.models.erasure.espace_erasure_mixin import (
    ADMIN,
    erase_records,
)

_logger = logging.getLogger(__name__)


class EspaceStrangerMixin(models.AbstractModel):
    """What somebody sent who has no family account: nothing else ever erases it."""

    _name = "espace.stranger.mixin"
    _description = "Sent by Somebody Without a Family Account"

    # The field that holds the address of who sent it.
    _stranger_address = "email"

    def action_erase_stranger(self):
        """Erase for ever what was asked, what was answered, and the copies in e-mails.

        :raise AccessError: the user is no administrator of the service
        :raise UserError: one of them is that of a family
        """
        if not (self.env.su or self.env.user.has_group(ADMIN)):
            raise AccessError(self.env._("Only administrators erase personal data."))
        self.check_access("read")
        if self.filtered("family_id"):
            raise UserError(
                self.env._("A family asked this: it is erased with the family's data.")
            )
        erased_sudo = allow(self.sudo(), ERASING)
        erased_sudo._stranger_mails().unlink()
        erase_records(erased_sudo)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _stranger_mails(self):
        """Return the e-mails from and to those who ask nothing else of the commune."""
        name = self._stranger_address
        own = {email_normalize(one[name] or "") for one in self} - {False}
        others = self.search(Domain("id", "not in", self.ids) & Domain(name, "in", own))
        own -= {email_normalize(one[name]) for one in others}
        # Those of a family, or about a record, are erased with it.
        loose = Domain("model", "=", False) & Domain("recipient_ids", "=", False)
        found = self.env["mail.mail"].search(
            loose
            & Domain.OR(
                Domain(column, "ilike", address)
                for column in ("email_to", "reply_to")
                for address in own
            )
        )
        return found.filtered(
            lambda mail: (
                own
                & {
                    *email_normalize_all(mail.email_to or ""),
                    *email_normalize_all(mail.reply_to or ""),
                }
            )
        )

    @api.model
    def _erase_old_strangers(self):
        """Erase what each commune has kept long enough, asked or not."""
        now = fields.Datetime.now()
        old_sudo = self.sudo().browse()
        kept = [("espace_strangers_months", ">", 0)]
        for company in self.env["res.company"].sudo().search(kept):
            limit = fields.Datetime.subtract(
                now, months=company.espace_strangers_months
            )
            old_sudo |= self.sudo().search(
                Domain("company_id", "=", company.id)
                & Domain("family_id", "=", False)
                & self._sent_before(limit)
            )
        one_by_one(
            self.env,
            old_sudo,
            lambda record: record.action_erase_stranger(),
            _logger,
            "%s was not erased",
        )

    @api.model
    def _sent_before(self, limit):
        """Return the domain of what was sent before `limit` (naive UTC)."""
        return Domain("create_date", "<", limit)


class EspaceRequest(models.Model):
    _name = "espace.request"
    _inherit = ["espace.request", "espace.stranger.mixin"]

    _stranger_address = "visitor_email"

    @api.model
    def _sent_before(self, limit):
        return Domain("last_family_at", "<", limit)


class EspaceAccountRequest(models.Model):
    _name = "espace.account.request"
    _inherit = ["espace.account.request", "espace.stranger.mixin"]


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    @api.model
    def _cron_erase(self):
        result = super()._cron_erase()
        for model in ("espace.request", "espace.account.request"):
            self.env[model]._erase_old_strangers()
        return result
