from odoo.http import request, route
from odoo.tools.misc import format_date

from ..core.base import family_page
from .account import LAST_PAYMENTS, URL, EspaceAccount


class EspaceInvoices(EspaceAccount):
    """Mes factures: to pay, and settled."""

    @family_page(URL, readonly=True)
    def espace_invoices(self, family_sudo, **_kwargs):
        return self._espace_render(
            "invoices", self._espace_invoices_values(family_sudo)
        )

    def _espace_invoices_values(self, family_sudo):
        company = family_sudo.company_id
        due = family_sudo._espace_amount_due()
        credit = family_sudo._espace_credit()
        return {
            "page_name": "espace_invoices",
            "family": family_sudo,
            "due": [
                self._espace_invoice(move)
                for move in family_sudo._espace_invoices("due")
            ],
            "history": [
                self._espace_invoice(move)
                for move in family_sudo._espace_invoices("history")
            ],
            "total_due": due
            and request.env._("To pay: %s", company._espace_amount_words(due)),
            "credit": company._espace_amount_words(credit) if credit else "",
            "hold": family_sudo._portal_hold(),
            "pays_online": company._espace_pays_online(),
            "payments": self._espace_payments(family_sudo, LAST_PAYMENTS),
        }

    def _espace_invoice(self, move_sudo):
        company = move_sudo.company_id
        today = company._espace_today()
        refund = move_sudo.move_type == "out_refund"
        open_amount = bool(move_sudo.amount_residual)
        return {
            "move": move_sudo,
            "name": move_sudo.name,
            "dates": self._espace_invoice_dates(move_sudo, open_amount and not refund),
            "amount": company._espace_amount_words(move_sudo.amount_total),
            "left": request.env._(
                "left to pay: %s",
                company._espace_amount_words(move_sudo.amount_residual),
            ),
            "refund": refund,
            "late": open_amount
            and not refund
            and bool(move_sudo.invoice_date_due)
            and move_sudo.invoice_date_due < today,
            "partial": open_amount
            and move_sudo.amount_residual < move_sudo.amount_total,
            "payable": open_amount
            and not refund
            and not move_sudo.espace_payment_on_its_way
            and move_sudo._has_to_be_paid(),
            "on_its_way": open_amount and move_sudo.espace_payment_on_its_way,
        }

    def _espace_invoice_dates(self, move_sudo, due):
        """Say when an invoice was made and, if it is due, until when to pay."""
        made = format_date(request.env, move_sudo.invoice_date, date_format="d MMM y")
        if not due or not move_sudo.invoice_date_due:
            return made
        until = format_date(
            request.env, move_sudo.invoice_date_due, date_format="d MMM y"
        )
        return request.env._("%(made)s, due on %(until)s", made=made, until=until)

    @route(
        f"{URL}/<int:move_id>", type="http", auth="user", website=True, methods=["GET"]
    )
    def espace_invoice(self, move_id, pdf=None, pay=None, **_kwargs):
        """Lead to Odoo's page of one of the families' invoices.

        By way of its own link, since a parent of two households belongs, for Odoo, to
        one of them only.
        """
        families_sudo = request.env["espace.family"]._of_user()
        move_sudo = (
            request.env["account.move"]
            .sudo()
            .search(
                [
                    ("id", "=", move_id),
                    ("espace_family_id", "in", families_sudo.ids),
                    ("state", "=", "posted"),
                ]
            )
        )
        if not move_sudo:
            raise request.not_found()
        if pdf:
            return request.redirect(
                move_sudo.get_portal_url(report_type="pdf", download=True)
            )
        if pay:
            return request.redirect(
                move_sudo.get_portal_url(
                    query_string="&payment=True", anchor="portal_pay"
                )
            )
        return request.redirect(move_sudo.get_portal_url())
