from odoo.http import request, route

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
        owed = family_sudo._portal_owed()
        due_sudo = family_sudo._espace_invoices("due")
        return {
            "page_name": "espace_invoices",
            "family": family_sudo,
            "due": family_sudo._portal_first_regie(
                [family_sudo._portal_invoice(move) for move in due_sudo]
            ),
            "history": [
                family_sudo._portal_invoice(move)
                for move in family_sudo._espace_invoices("history")
            ],
            "total_due": owed["owed"] and request.env._("To pay: %s", owed["owed"]),
            "other_due": family_sudo._portal_other_debts(due_sudo),
            "deducted": owed["deducted"],
            "credit": owed["credit"],
            "hold": family_sudo._portal_hold(),
            "pays_online": company._espace_pays_online(),
            "payments": family_sudo._portal_payments(LAST_PAYMENTS),
        }

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
            # What is asked there is what is left of the invoice.
            move_sudo.espace_family_id._espace_set_off()
            return request.redirect(
                move_sudo.get_portal_url(
                    query_string="&payment=True", anchor="portal_pay"
                )
            )
        return request.redirect(move_sudo.get_portal_url())
