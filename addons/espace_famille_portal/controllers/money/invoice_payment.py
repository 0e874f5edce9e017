from odoo.exceptions import UserError, ValidationError
from odoo.http import request, route

from ...domain.sent import read_ids
from ...models.money.espace_family_money import MAX_CHOSEN
from ..core.base import family_page
from .invoices import URL
from .payment import EspacePayment


class EspaceInvoicePayment(EspacePayment):
    """One payment online for one or several posted invoices."""

    @family_page(f"{URL}/payer", archived=True)
    def espace_pay_invoices(self, family_sudo, acompte=None, **_kwargs):
        asked = request.httprequest.args.getlist("invoice")
        try:
            moves_sudo = family_sudo._portal_payable(asked, acompte)
        except UserError as error:
            self._espace_notify("warning", error)
            return request.redirect(URL)
        return self._espace_render(
            "pay_invoices", self._espace_pay_values(family_sudo, moves_sudo, acompte)
        )

    def _espace_pay_values(self, family_sudo, moves_sudo, deposit=None):
        company = family_sudo.company_id
        amount = float(family_sudo._portal_asked(moves_sudo, deposit))
        chosen = ",".join(map(str, moves_sudo.ids))
        transaction_route = f"{URL}/transaction/{chosen}"
        if deposit:
            # The page pays its own deposit and sum, and no other.
            cents = round(amount * 100)
            transaction_route = f"{transaction_route}/{int(deposit)}/{cents}"
        form_values = self._get_common_page_view_values(
            {
                "partner": family_sudo.partner_id,
                "company": company,
                "total_amount": amount,
                "currency": company.currency_id,
                "amount_residual": amount,
                "landing_route": f"{URL}/retour/{chosen}",
                "transaction_route": transaction_route,
            },
            espace_regie_id=moves_sudo.espace_regie_id.id,
        )
        return {
            **form_values,
            "amount": amount,
            "deposit_words": deposit and company._espace_amount_words(amount),
            "page_name": "espace_invoices",
            "family": family_sudo,
            "lines": [
                (move.name, company._espace_amount_words(move.amount_total))
                for move in moves_sudo
            ],
            "sums": family_sudo._portal_sums(moves_sudo._espace_sums()),
        }

    @route(
        [
            f"{URL}/transaction/<string:chosen>",
            f"{URL}/transaction/<string:chosen>/<int:deposit>/<int:cents>",
        ],
        type="jsonrpc",
        auth="user",
    )
    def espace_invoices_transaction(self, chosen, deposit=None, cents=None, **kwargs):
        """Create the transaction that pays the chosen invoices of the family.

        The invoices, their amounts and where to land are found again here; a deposit
        is paid for the sum that its page said, or not at all.

        :return: the processing values that the payment form expects
        :raise ValidationError: they cannot be paid, or not by these means
        """
        family_sudo = self._espace_family()
        if not family_sudo:
            raise ValidationError(request.env._("Nothing waits for a payment here."))
        try:
            moves_sudo = family_sudo._portal_payable(chosen.split(","), deposit)
        except UserError as error:
            raise ValidationError(str(error)) from error
        values = self._espace_pay_values(family_sudo, moves_sudo, deposit)
        if deposit is not None and round(values["amount"] * 100) != cents:
            raise ValidationError(
                request.env._(
                    "What is left of this deposit is %s by now: open the page again.",
                    values["deposit_words"],
                )
            )
        means = self._espace_means(values, kwargs)
        return self._process_transaction(
            request.env.user.partner_id.id,
            family_sudo.company_id.currency_id.id,
            moves_sudo.ids,
            None,
            **means,
            amount=values["amount"],
            landing_route=values["landing_route"],
        )

    @family_page(f"{URL}/retour/<string:chosen>", archived=True, methods=None)
    def espace_invoices_paid(self, family_sudo, chosen, **_kwargs):
        """Say what became of the payment and show the invoices."""
        ids = read_ids(chosen.split(","), MAX_CHOSEN)
        moves_sudo = request.env["account.move"].sudo()
        moves_sudo = moves_sudo.search(
            [("id", "in", list(ids)), ("espace_family_id", "=", family_sudo.id)]
        )
        if moves_sudo:
            self._espace_notify(
                *request.env["espace.portal.payment"]._invoices_result(moves_sudo)
            )
        return request.redirect(URL)
