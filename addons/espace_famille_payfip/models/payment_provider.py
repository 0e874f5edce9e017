from urllib.parse import urlsplit

from odoo import models

from odoo.addons.payment_payfip import const
from odoo.addons.payment_payfip.models.payment_provider import read_email


class PaymentProvider(models.Model):
    """What the portal asks of a provider, as PayFiP has it."""

    _inherit = "payment.provider"

    def _espace_hold_minutes(self):
        if self.code != "payfip":
            return super()._espace_hold_minutes()
        return int(const.PAGE_LASTS.total_seconds() // 60)

    def _espace_why_not(self, family, amount):
        reason = super()._espace_why_not(family, amount)
        if reason or self.code != "payfip":
            return reason
        return self._payfip_problem(amount, self._payfip_email(family.partner_id))

    def _payfip_email(self, partner):
        """Have the ticket sent to a guardian where the payer has no address."""
        email = super()._payfip_email(partner)
        if email:
            return email
        families_sudo = (
            self.env["espace.family"]
            .sudo()
            .search([("partner_id", "=", partner.commercial_partner_id.id)])
        )
        addresses = map(read_email, families_sudo.guardian_ids.mapped("email"))
        return next(filter(None, addresses), "")

    def _espace_content_sources(self):
        """Let the payment page lead to this machine too, where it is for tests."""
        sources = super()._espace_content_sources()
        if self.code != "payfip":
            return sources
        page = urlsplit(self.sudo().payfip_payment_url)
        if page.scheme == "http":
            origin = f"{page.scheme}://{page.netloc}"
            sources["form-action"] = (*sources["form-action"], origin)
        return sources
