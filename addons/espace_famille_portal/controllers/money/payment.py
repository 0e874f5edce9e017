from odoo.exceptions import UserError, ValidationError
from odoo.http import request, route

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount

from ...domain.sent import read_id
from ...models.booking.espace_portal_cart import item_of
from ..booking.cart import URL, EspaceCart
from ..core.base import family_page


class EspacePayment(EspaceCart, PortalAccount, PaymentPortal):
    """Payment at booking: the invoice is a draft until the money is there."""

    @route()
    def portal_my_invoices(self, **kwargs):
        """Lead parents to their own page of invoices; others have Odoo's."""
        if self._espace_family():
            return request.redirect("/my/factures")
        return super().portal_my_invoices(**kwargs)

    @route()
    def overdue_invoices_transaction(self, payment_reference="", **kwargs):
        """Leave parents their own page, which pays what they choose."""
        if self._espace_family():
            raise ValidationError(
                request.env._("Choose the invoices to pay on your page of invoices.")
            )
        overdue = self._get_overdue_invoices_domain()
        if not (
            request.env.user._is_public()
            or request.env["account.move"].search_count(overdue, limit=1)
        ):
            raise ValidationError(request.env._("Nothing waits for a payment here."))
        return super().overdue_invoices_transaction(payment_reference, **kwargs)

    @route(f"{URL}/paiement", type="http", auth="user", website=True, methods=["GET"])
    def espace_payment(self, **_kwargs):
        family_sudo = self._espace_family()
        hold = family_sudo and self._espace_hold_asked(family_sudo)
        if not hold:
            return request.redirect(URL)
        return self._espace_render(
            "payment", self._espace_payment_values(family_sudo, hold)
        )

    def _espace_hold_asked(self, family_sudo):
        """Return what waits for payment, once the bank was asked of earlier payments.

        So whoever has paid and closed the page is not asked for the money again.
        """
        moves_sudo = family_sudo._espace_payment_moves()
        moves_sudo.transaction_ids._espace_ask_bank()
        return family_sudo._portal_hold()

    def _espace_payment_values(self, family_sudo, hold):
        move_sudo = hold["move"]
        form_values = self._get_common_page_view_values(
            {
                "partner": move_sudo.partner_id,
                "company": move_sudo.company_id,
                "total_amount": hold["asked"],
                "currency": move_sudo.currency_id,
                "amount_residual": hold["asked"],
                "landing_route": self._espace_landing(move_sudo.id),
                "transaction_route": self._espace_asking(hold),
            },
            espace_regie_id=move_sudo.espace_regie_id.id,
        )
        return {
            **form_values,
            "amount": hold["asked"],
            "page_name": "espace_cart",
            "family": family_sudo,
            "hold": hold,
            "others": family_sudo._portal_other_holds(move_sudo),
            "lines": request.env["espace.portal.cart"]._paid_lines(hold["move"]),
            "cart": request.env["espace.portal.cart"]._read(family_sudo),
            "may_book": family_sudo._portal_may_book(),
        }

    @route(f"{URL}/transaction/<int:move_id>/<int:cents>", type="jsonrpc", auth="user")
    def espace_payment_transaction(self, move_id, cents, **kwargs):
        """Create the transaction that pays the family's draft invoice.

        The invoice, its amount and where to land are found again here, whatever was
        posted. They have to be those of the page: another guardian may have booked,
        or used the credit, since it was shown.

        :param move_id: the draft invoice that the page showed
        :param cents: what the page asked for it
        :return: the processing values that the payment form expects
        :raise ValidationError: nothing waits for payment, it can no longer be paid, or
            what is asked is not what the page said
        """
        family_sudo = self._espace_family()
        hold = family_sudo and self._espace_hold_asked(family_sudo)
        if not hold:
            raise ValidationError(
                request.env._(
                    "Nothing waits for a payment any more: look at your bookings."
                )
            )
        if hold["on_its_way"]:
            raise ValidationError(
                request.env._(
                    "This payment is already on its way: wait for its result."
                )
            )
        if not hold["asked"]:
            raise ValidationError(
                request.env._(
                    "Your credit pays these bookings: reload the page to confirm them."
                )
            )
        if hold["over"]:
            raise ValidationError(
                request.env._(
                    "The time to pay is over: only the payment page that you opened "
                    "is still awaited. If you close it, choose your days again in a "
                    "moment."
                )
            )
        if self._espace_asking(hold) != f"{URL}/transaction/{move_id}/{cents}":
            raise ValidationError(
                request.env._(
                    "What you have to pay has changed since this page was shown: it is "
                    "%s now. Reload the page, then pay.",
                    hold["amount"],
                )
            )
        family_sudo._portal_check_may_book()
        means = self._espace_means(
            self._espace_payment_values(family_sudo, hold), kwargs
        )
        move_sudo = hold["move"]
        return self._process_transaction(
            request.env.user.partner_id.id,
            move_sudo.currency_id.id,
            move_sudo.ids,
            None,
            **means,
            amount=hold["asked"],
            landing_route=self._espace_landing(move_sudo.id),
        )

    def _espace_asking(self, hold):
        """Return the route that makes the payment of what waits, for what is asked."""
        return f"{URL}/transaction/{hold['move'].id}/{hold['cents']}"

    def _espace_means(self, offered, sent):
        """Return the means of payment that a parent chose, as Odoo takes it.

        :param dict offered: the values of the page
        :param dict sent: what the payment form sent
        :raise ValidationError: the page did not offer this
        """
        self._validate_transaction_kwargs(sent)
        means = {
            "provider_id": read_id(sent.get("provider_id")),
            "payment_method_id": read_id(sent.get("payment_method_id")),
            "token_id": read_id(sent.get("token_id")),
            "flow": sent.get("flow"),
            "tokenization_requested": sent.get("tokenization_requested") is True,
            "is_validation": bool(sent.get("is_validation")),
        }
        if means["flow"] == "token":
            known = means["token_id"] in offered["tokens_sudo"].ids
        else:
            methods_sudo = offered["payment_methods_sudo"]
            known = (
                means["flow"] in ("direct", "redirect")
                and means["payment_method_id"] in methods_sudo.ids
            )
        if not known or means["provider_id"] not in offered["providers_sudo"].ids:
            raise ValidationError(
                request.env._(
                    "This means of payment is not available here: choose another one."
                )
            )
        return means

    def _process_transaction(
        self, partner_id, currency_id, invoice_ids, *args, **kwargs
    ):
        """Have the family that owes pay, no more than it owes.

        All that a browser may send to pay an invoice comes by here, Odoo's own routes
        too. A user who belongs to two households pays for the one that owes.
        """
        moves_sudo = request.env["account.move"].sudo().browse(invoice_ids)
        payer_sudo = moves_sudo.espace_family_id.partner_id
        if payer_sudo:
            if kwargs.get("is_validation"):
                raise ValidationError(
                    request.env._("The payment of an invoice has to bring money.")
                )
            moves_sudo.espace_family_id._espace_set_off()
            moves_sudo._espace_check_payment(kwargs.get("amount"))
        partner_sudo = request.env["res.partner"].sudo().browse(partner_id)
        if len(payer_sudo) == 1 and payer_sudo != partner_sudo.commercial_partner_id:
            partner_id = payer_sudo.id
        return super()._process_transaction(
            partner_id, currency_id, invoice_ids, *args, **kwargs
        )

    # === Coming back from the bank === #

    def _espace_landing(self, move_id):
        """Return where a payment leads back to, from any browser."""
        return f"{URL}/confirmation/{move_id}"

    @family_page(f"{URL}/confirmation/<int:move_id>")
    def espace_payment_result(self, family_sudo, move_id, **_kwargs):
        """Say what the payment of an invoice did and show what it is for."""
        move_sudo = (
            request.env["account.move"]
            .sudo()
            .search([("id", "=", move_id), ("espace_family_id", "=", family_sudo.id)])
        )
        move_sudo.transaction_ids._espace_ask_bank()
        level, text = request.env["espace.portal.payment"]._result(
            family_sudo, move_sudo, self._espace_landing(move_id)
        )
        booked_sudo = self._espace_paid_for(family_sudo, move_sudo)
        lost = set(booked_sudo.mapped("state")) <= {"cancelled", "refused"}
        if lost and move_sudo.state == "posted":
            # An old page: the invoice says what was given back since.
            return request.redirect(f"/my/factures/{move_id}")
        if not booked_sudo:
            if level:
                self._espace_notify(level, text)
            return request.redirect(URL)
        values = self._espace_confirmation_values(family_sudo, booked_sudo)
        if level:
            values["message"] = {"level": level, "text": text}
        if values["hold"] and values["hold"]["on_its_way"]:
            # The message has said so.
            values["hold"] = None
        return self._espace_render("confirmation", values)

    def _espace_paid_for(self, family_sudo, move_sudo):
        """Return the bookings of an invoice, and those that were validated with it.

        What it gives back of others is no booking of it.
        """
        charges_sudo = move_sudo.invoice_line_ids.espace_charge_ids
        paid_sudo = charges_sudo.filtered(lambda c: c.amount > 0).reservation_id
        together_sudo = self._espace_booked(family_sudo)
        if paid_sudo & together_sudo:
            paid_sudo |= together_sudo
        return paid_sudo.sorted()

    @route(f"{URL}/credit", type="http", auth="user", website=True, methods=["POST"])
    def espace_payment_by_credit(self, **_kwargs):
        """Confirm held seats that the family's credit pays by now.

        Or of which it leaves too little to be paid online: that stays on the account.
        """
        family_sudo = self._espace_family()
        hold = family_sudo and family_sudo._portal_hold()
        if not hold:
            return request.redirect(URL)

        def change():
            if hold["on_its_way"]:
                raise UserError(
                    request.env._(
                        "This payment is already on its way: wait for its result."
                    )
                )
            hold["move"]._espace_confirm_by_credit()
            if hold["asked"]:
                return "success", request.env._(
                    "Your bookings are confirmed: %s is left to pay on your account.",
                    hold["amount"],
                )
            return "success", request.env._(
                "Your bookings are confirmed: your credit paid for them."
            )

        self._espace_change(family_sudo, change)
        confirmed = hold["move"].exists().state == "posted"
        return request.redirect("/my/factures" if confirmed else f"{URL}/paiement")

    @route(
        f"{URL}/abandonner", type="http", auth="user", website=True, methods=["POST"]
    )
    def espace_payment_give_up(self, **_kwargs):
        """Give the held seats back; refused while the bank is being asked."""
        family_sudo = self._espace_family()
        hold = family_sudo and family_sudo._portal_hold()
        if not hold:
            return request.redirect(URL)

        def change():
            items = [item_of(reservation) for reservation in hold["reservations"]]
            hold["reservations"]._cancel()
            quotes = hold["reservations"]._add_to_cart(family_sudo, items)
            if any(quote.status == "in_cart" for quote in quotes):
                return "success", request.env._(
                    "You gave up the payment: nothing was charged and the places are "
                    "free again. Your days are back in the cart."
                )
            return "success", request.env._(
                "You gave up the payment: nothing was charged and the places are free "
                "again."
            )

        self._espace_change(family_sudo, change)
        return request.redirect(URL)
