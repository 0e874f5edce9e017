from urllib.parse import urlencode

from odoo.exceptions import UserError
from odoo.http import request, route

from ..core.commune import render_public
from .invoice_payment import EspaceInvoicePayment
from .invoices import URL, EspaceInvoices


class EspaceInvoiceLink(EspaceInvoices, EspaceInvoicePayment):
    """An invoice reached by the link of an e-mail, by whoever holds it.

    The link says what is to be paid and by when, takes the payment and gives the PDF
    that the e-mail brought; children and prices are read by who has logged in.
    """

    @route()
    def portal_my_invoice_detail(
        self, invoice_id, access_token=None, report_type=None, **kwargs
    ):
        """Lead from Odoo's page of a family's invoice to ours; files stay there."""
        move_sudo = request.env["account.move"].sudo().browse(invoice_id).exists()
        if move_sudo.espace_family_id and not report_type:
            query = urlencode({"access_token": access_token} if access_token else {})
            return request.redirect(f"{URL}/{invoice_id}{query and '?' + query}")
        return super().portal_my_invoice_detail(
            invoice_id, access_token=access_token, report_type=report_type, **kwargs
        )

    def _espace_invoice_of_others(
        self, move_id, access_token, report_type=None, download=False, pay=None
    ):
        """Show what a link opens; ask to log in who has none."""
        move_sudo = request.env["account.move"].sudo().browse(move_id).exists()
        if not (move_sudo and move_sudo._espace_opened_by(access_token)):
            if request.env.user._is_public():
                query = urlencode({"redirect": f"{URL}/{move_id}"})
                return request.redirect(f"/web/login?{query}")
            raise request.not_found()
        if report_type:
            return self.portal_my_invoice_detail(
                move_id,
                access_token=access_token,
                report_type="pdf",
                download=download,
            )
        company_sudo = move_sudo.company_id
        family_sudo = move_sudo.espace_family_id.with_company(company_sudo)
        if pay:
            return self._espace_pay_by_link(family_sudo, move_sudo)
        return render_public(
            "invoice_link",
            company_sudo,
            family=family_sudo,
            link=move_sudo.get_portal_url(),
            message=self._espace_take_message(),
            **request.env["espace.portal.invoice"]._read(family_sudo, move_sudo),
        )

    def _espace_pay_by_link(self, family_sudo, move_sudo):
        """Show the payment of this one invoice, as who has logged in has it."""
        link = move_sudo.get_portal_url()
        try:
            moves_sudo = family_sudo._portal_payable([str(move_sudo.id)])
        except UserError as error:
            self._espace_notify("warning", error)
            return request.redirect(link)
        values = self._espace_pay_values(family_sudo, moves_sudo)
        values.update(
            {
                "page_name": "espace_invoice_link",
                "by_link": link,
                "res_company": family_sudo.company_id,
                "access_token": move_sudo.access_token,
                "landing_route": link,
                "transaction_route": f"/invoice/transaction/{move_sudo.id}",
                "message": self._espace_take_message(),
            }
        )
        return request.render(
            "espace_famille_portal.pay_invoices",
            values,
            headers={"Cache-Control": "no-store"},
        )
