from odoo.http import request, route

from ...models.core.ir_qweb import FAMILY_KEY
from ..core.base import family_page
from .account import LAST_PAYMENTS, URL, EspaceAccount


class EspaceInvoices(EspaceAccount):
    """Mes factures: to pay, and settled."""

    @family_page(URL, archived=True, readonly=True)
    def espace_invoices(self, family_sudo, **_kwargs):
        return self._espace_render(
            "invoices", self._espace_invoices_values(family_sudo)
        )

    def _espace_invoices_values(self, family_sudo):
        found_sudo = family_sudo._portal_money_found(LAST_PAYMENTS)
        lines_sudo, due_sudo = found_sudo["lines"], found_sudo["due"]
        owed = family_sudo._portal_owed(lines_sudo, found_sudo["credits"])
        return {
            "page_name": "espace_invoices",
            "family": family_sudo,
            "due": family_sudo._portal_first_regie(
                [family_sudo._portal_invoice(move) for move in due_sudo]
            ),
            "history": [
                family_sudo._portal_invoice(move) for move in found_sudo["history"]
            ],
            "total_due": owed["owed"] and request.env._("To pay: %s", owed["owed"]),
            "other_due": family_sudo._portal_other_debts(due_sudo, lines_sudo),
            "elsewhere": owed["elsewhere"],
            "deducted": owed["deducted"],
            "credit": owed["credit"],
            "purse": family_sudo.purse_shown,
            "flats": family_sudo.active and family_sudo._portal_sells_flats(),
            "hold": family_sudo._portal_hold(found_sudo["held"]),
            "pays_online": bool(found_sudo["providers"]),
            "payments": family_sudo._portal_payments(found_sudo["payments"]),
        }

    @route(
        f"{URL}/<int:move_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,
    )
    def espace_invoice(
        self,
        move_id,
        pdf=None,
        pay=None,
        access_token=None,
        report_type=None,
        download=None,
        **_kwargs,
    ):
        """Show one of the families' invoices, child by child; or its PDF.

        A parent of two households looks at the one of this invoice from then on. Others
        see what the link of an e-mail opens, if they have one.
        """
        families_sudo = request.env["espace.family"]._of_user(archived=True)
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
            return self._espace_invoice_of_others(
                move_id, access_token, report_type, download, pay
            )
        if pdf:
            return request.redirect(
                move_sudo.get_portal_url(report_type="pdf", download=True)
            )
        if report_type:
            return self.portal_my_invoice_detail(
                move_id,
                access_token=access_token,
                report_type="pdf",
                download=download,
            )
        family_sudo = move_sudo.espace_family_id
        request.session[FAMILY_KEY] = family_sudo.id
        if pay:
            return request.redirect(f"{URL}/payer?invoice={move_id}")
        return self._espace_render(
            "invoice",
            {
                "page_name": "espace_invoices",
                "family": family_sudo.with_company(family_sudo.company_id),
                **request.env["espace.portal.invoice"]._read(family_sudo, move_sudo),
            },
        )

    def _espace_invoice_of_others(self, move_id, access_token, *_asked):
        """Hook: answer who is of no family of this invoice."""
        raise request.not_found()
