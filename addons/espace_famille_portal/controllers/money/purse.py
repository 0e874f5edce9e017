from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import request, route

from ...domain.sent import read_euros
from ..core.base import family_page
from .payment import EspacePayment

URL = "/my/porte-monnaie"


class EspacePurse(EspacePayment):
    """Porte-monnaie: what a family pays in advance, and what became of it."""

    @family_page(URL, archived=True, readonly=True)
    def espace_purse(self, family_sudo, tout=None, **_kwargs):
        purse = family_sudo._portal_purse(everything=bool(tout))
        if not purse:
            return request.redirect("/my/factures")
        return self._espace_render(
            "purse",
            {
                "page_name": "espace_invoices",
                "family": family_sudo,
                "purse": purse,
                "labels": {
                    "amount": request.env._("Amount"),
                    "balance": request.env._("Balance"),
                },
                "owed": family_sudo._portal_owed(),
                "hold": family_sudo._portal_hold(),
                "may_pay": family_sudo.active and family_sudo._portal_may_book(),
            },
        )

    # === Paying in === #

    @family_page(f"{URL}/recharger")
    def espace_top_up(self, family_sudo, montant=None, regie=None, **_kwargs):
        """Show the means by which an amount is paid in advance."""
        amount = read_euros(montant)
        try:
            regie_sudo = family_sudo._portal_top_up(regie, amount)
        except (AccessError, UserError) as error:
            self._espace_notify("warning", error)
            return request.redirect(URL)
        return self._espace_render(
            "top_up", self._espace_top_up_values(family_sudo, regie_sudo, amount)
        )

    def _espace_top_up_values(self, family_sudo, regie_sudo, amount):
        company = family_sudo.company_id
        cents = int(amount * 100)
        form_values = self._get_common_page_view_values(
            {
                "partner": family_sudo.partner_id,
                "company": company,
                "total_amount": float(amount),
                "currency": company.currency_id,
                "amount_residual": float(amount),
                "landing_route": f"{URL}/retour",
                "transaction_route": f"{URL}/transaction/{regie_sudo.id}/{cents}",
            },
            espace_regie_id=regie_sudo.id,
        )
        owed = family_sudo._portal_owed()["owed"]
        return {
            **form_values,
            "amount": float(amount),
            "amount_words": company._espace_amount_words(amount),
            "owed": owed,
            "regie_name": regie_sudo.is_one_of_several and regie_sudo.name,
            "page_name": "espace_invoices",
            "family": family_sudo,
        }

    @route(f"{URL}/transaction/<int:regie_id>/<int:cents>", type="jsonrpc", auth="user")
    def espace_top_up_transaction(self, regie_id, cents, **kwargs):
        """Create the transaction that pays an amount in advance.

        The amount is that of the page; whether it is taken is found again here.

        :return: the processing values that the payment form expects
        :raise ValidationError: it is not taken, or not by these means
        """
        family_sudo = self._espace_family()
        if not family_sudo:
            raise ValidationError(request.env._("Nothing waits for a payment here."))
        amount = read_euros(f"{cents // 100}.{cents % 100:02}")
        try:
            regie_sudo = family_sudo._portal_top_up(regie_id, amount)
        except UserError as error:
            raise ValidationError(str(error)) from error
        values = self._espace_top_up_values(family_sudo, regie_sudo, amount)
        means = self._espace_means(values, kwargs)
        transaction_sudo = self._create_transaction(
            **means,
            amount=float(amount),
            currency_id=family_sudo.company_id.currency_id.id,
            partner_id=family_sudo.partner_id.id,
            landing_route=values["landing_route"],
            custom_create_values={"espace_top_up_regie_id": regie_sudo.id},
        )
        return transaction_sudo._get_processing_values()

    @family_page(f"{URL}/retour", archived=True, methods=None)
    def espace_topped_up(self, family_sudo, **_kwargs):
        """Say what became of the payment."""
        level, text = family_sudo._portal_top_up_result()
        if level:
            self._espace_notify(level, text)
        return request.redirect(URL)

    # === Told when little is left === #

    @family_page(f"{URL}/alerte", methods=["POST"])
    def espace_purse_low(self, family_sudo, montant=None, **_kwargs):
        def change():
            family_sudo._portal_check_may_book()
            family_sudo._portal_choose_low(montant)
            return "success", request.env._("Your choice is saved.")

        self._espace_notify(*self._espace_attempt(change))
        return request.redirect(URL)
