import re
from decimal import Decimal
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize

from odoo.addons.payment import utils as payment_utils

from .. import const, payfip

NUMCLI = re.compile(r"\d{6}")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class PaymentProvider(models.Model):
    """PayFiP: one provider for each client number (numcli) that the treasury gave."""

    _inherit = "payment.provider"

    code = fields.Selection(
        selection_add=[("payfip", "PayFiP")], ondelete={"payfip": "set default"}
    )
    payfip_numcli = fields.Char(
        "Client Number",
        size=6,
        required_if_provider="payfip",
        copy=False,
        help="Six digits that the treasury gave to the régie or to the budget "
        "(numéro de client PayFiP).",
    )
    payfip_mode = fields.Selection(
        [
            ("T", "Test: no money moves"),
            ("X", "Activation: the first real payment, before the public pays"),
            ("W", "Production"),
        ],
        "Mode",
        compute="_compute_payfip_mode",
        store=True,
        readonly=False,
        copy=False,
        help="What the service is told with each payment. Test and activation go with "
        "the test mode of the provider, production with the enabled one.",
    )
    payfip_service_url = fields.Char(
        "Address of the Service",
        default=const.SERVICE_URL,
        groups="base.group_system",
        help="Where payments are opened and looked up.",
    )
    payfip_payment_url = fields.Char(
        "Address of the Payment Page",
        default=const.PAYMENT_URL,
        groups="base.group_system",
        help="Where a payer is led to.",
    )

    # === Setup === #

    @api.depends("code", "state")
    def _compute_payfip_mode(self):
        for provider in self:
            if provider.code != "payfip":
                provider.payfip_mode = False
            elif provider.state == "enabled":
                provider.payfip_mode = "W"
            elif provider.payfip_mode not in ("T", "X"):
                provider.payfip_mode = "T"

    @api.constrains("code", "state", "payfip_mode")
    def _check_payfip_mode(self):
        for provider in self.filtered(lambda p: p.code == "payfip"):
            if provider.state != "disabled" and (
                (provider.state == "enabled") != (provider.payfip_mode == "W")
            ):
                raise ValidationError(
                    self.env._(
                        "Production (W) needs the provider enabled; test (T) and "
                        "activation (X) need it in test mode."
                    )
                )

    @api.constrains("code", "payfip_numcli")
    def _check_payfip_numcli(self):
        """Have one provider a number: its money arrives in one journal."""
        for provider in self.filtered(lambda p: p.code == "payfip" and p.payfip_numcli):
            number = provider.payfip_numcli
            if not NUMCLI.fullmatch(number) or not number.isascii():
                raise ValidationError(
                    self.env._("A client number of PayFiP has six digits.")
                )
            same_sudo = self.sudo().search(
                [
                    ("code", "=", "payfip"),
                    ("payfip_numcli", "=", number),
                    ("id", "!=", provider.id),
                ],
                limit=1,
            )
            if same_sudo:
                raise ValidationError(
                    self.env._(
                        "“%(provider)s” has the client number %(number)s already: "
                        "there is one provider a number, and one number a régie.",
                        provider=same_sudo.name,
                        number=number,
                    )
                )

    @api.constrains("state", "payfip_service_url", "payfip_payment_url")
    def _check_payfip_addresses(self):
        """Let no payer be led over an open line; this machine itself is for tests."""
        for provider in self.filtered(lambda p: p.code == "payfip"):
            for address in (provider.payfip_service_url, provider.payfip_payment_url):
                parts = urlsplit(address or "")
                at_home = parts.scheme == "http" and parts.hostname in LOOPBACK
                if parts.scheme == "https" and parts.hostname:
                    continue
                if not at_home or provider.state == "enabled":
                    raise ValidationError(
                        self.env._(
                            "The addresses of PayFiP begin with https://: %s",
                            address or "",
                        )
                    )

    def _get_default_payment_method_codes(self):
        self.ensure_one()
        if self.code != "payfip":
            return super()._get_default_payment_method_codes()
        return {"payfip"}

    def _get_supported_currencies(self):
        currencies = super()._get_supported_currencies()
        if self.code == "payfip":
            currencies = currencies.filtered(lambda c: c.name == const.CURRENCY)
        return currencies

    def _get_reset_values(self):
        if self.code != "payfip":
            return super()._get_reset_values()
        return {"payfip_numcli": False}

    # === What it takes === #

    @api.model
    def _get_compatible_providers(
        self, company_id, partner_id, amount, *args, is_validation=False, **kwargs
    ):
        """Offer PayFiP for what the service would take, and say why not elsewhere."""
        providers = super()._get_compatible_providers(
            company_id, partner_id, amount, *args, is_validation=is_validation, **kwargs
        )
        partner = self.env["res.partner"].browse(partner_id)
        for provider in providers.filtered(lambda p: p.code == "payfip"):
            if is_validation:
                reason = self.env._("PayFiP keeps no means of payment.")
            else:
                email = provider._payfip_email(partner)
                reason = provider._payfip_problem(amount, email)
            if reason:
                providers -= provider
                payment_utils.add_to_report(
                    kwargs.get("report"), provider, available=False, reason=reason
                )
        return providers

    def _payfip_problem(self, amount, email):
        """Say why PayFiP cannot take a payment, "" if it can.

        :param amount: euros, a Decimal or a float of whole cents
        :param str email: of the payer, "" if there is none that the service takes
        """
        euros = Decimal(str(amount)).quantize(Decimal("0.01"))
        if euros < const.MINIMUM:
            return self.env._("PayFiP takes no payment below €1.00.")
        if euros > const.MAXIMUM:
            return self.env._("PayFiP takes no payment above €100,000.")
        if not email:
            return self.env._(
                "PayFiP sends its ticket by e-mail, and no e-mail address is known."
            )
        return ""

    def _payfip_email(self, partner):
        """Return the address to which PayFiP sends its ticket, "" if none suits."""
        return read_email(partner.email)

    # === The service === #

    def _payfip_service(self):
        """Return the `payfip.Service` of this provider."""
        self.ensure_one()
        return payfip.Service(self.sudo().payfip_service_url)

    def action_payfip_test(self):
        """Ask the service who this client number is, and show it.

        :raise UserError: in words, what does not work
        """
        self.ensure_one()
        self.check_access("write")
        if not self.payfip_numcli:
            raise UserError(self.env._("Enter the client number first."))
        try:
            labels = self._payfip_service().labels(self.payfip_numcli)
        except payfip.Refused as refusal:
            raise UserError(
                self.env._(
                    "PayFiP answers, but refuses the client number %(number)s: "
                    "%(words)s (code %(code)s). Compare it with the letter of the "
                    "treasury.",
                    number=self.payfip_numcli,
                    words=refusal.words,
                    code=refusal.code,
                )
            ) from refusal
        except payfip.Unavailable as error:
            raise UserError(
                self.env._(
                    "PayFiP does not answer, or not as it should (%s). Does this "
                    "server reach the Internet? Otherwise try again later.",
                    error,
                )
            ) from error
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("PayFiP answers"),
                "message": " – ".join([self.payfip_numcli, *labels]),
            },
        }


def read_email(text):
    """Return an address as PayFiP takes it, "" if this is none: see `const`."""
    email = email_normalize(text or "") or ""
    fits = const.SHORTEST_EMAIL <= len(email) <= const.LONGEST_EMAIL
    return email if fits and email.isascii() else ""
