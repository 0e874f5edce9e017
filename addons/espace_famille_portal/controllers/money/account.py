from dateutil.relativedelta import relativedelta

from odoo.http import request, route
from odoo.tools.misc import format_date

from ...domain.sent import read_day
from ..core.base import EspacePortal, family_page

URL = "/my/factures"

# Shown below the invoices; the others are in the account.
LAST_PAYMENTS = 12


class EspaceAccount(EspacePortal):
    """Receipts, and the account of the family line by line."""

    # === Receipts === #

    @route(
        f"{URL}/recu/<int:payment_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def espace_receipt(self, payment_id, **_kwargs):
        """Download the receipt of a payment of one of the user's families."""
        families_sudo = request.env["espace.family"]._of_user(archived=True)
        payment_sudo = (
            request.env["account.payment"]
            .sudo()
            .search(
                [
                    ("id", "=", payment_id),
                    ("espace_family_id", "in", families_sudo.ids),
                    ("espace_receipt_number", "!=", False),
                ]
            )
        )
        if not payment_sudo:
            raise request.not_found()
        return self._espace_download(
            payment_sudo._espace_receipt_pdf(),
            f"{payment_sudo._espace_receipt_filename()}.pdf",
        )

    # === The account === #

    @family_page(f"{URL}/compte", archived=True)
    def espace_account(self, family_sudo, pdf=None, **kwargs):
        today = family_sudo.company_id._espace_today()
        date_to = read_day(kwargs.get("au")) or today
        date_from = read_day(kwargs.get("du")) or min(date_to, today) - relativedelta(
            years=1
        )
        date_from = min(date_from, date_to)
        if pdf:
            return self._espace_account_pdf(family_sudo, date_from, date_to)
        return self._espace_render(
            "account", self._espace_account_values(family_sudo, date_from, date_to)
        )

    def _espace_account_values(self, family_sudo, date_from, date_to):
        words = family_sudo.company_id._espace_amount_words
        account = family_sudo._espace_account(date_from, date_to)
        return {
            "page_name": "espace_invoices",
            "family": family_sudo,
            "date_from": date_from,
            "date_to": date_to,
            "labels": {
                "debit": request.env._("Owed"),
                "credit": request.env._("Paid or given back"),
                "balance": request.env._("Balance"),
            },
            "opening": words(account["opening"]),
            "waiting": account["waiting"]
            and family_sudo.company_id._espace_deduction_words(account["waiting"]),
            "left": account["left"],
            "left_words": words(abs(account["left"])),
            "rows": [
                {
                    "line": line,
                    "day": format_date(request.env, line.date, date_format="d MMM y"),
                    "what": line._words(),
                    "debit": words(line.debit) if line.debit else "",
                    "credit": words(line.credit) if line.credit else "",
                    "balance": words(line.balance),
                    "url": self._espace_line_url(line),
                }
                for line in account["lines"]
            ],
        }

    def _espace_line_url(self, line):
        """Return where the document of a line is read, '' if nowhere."""
        if line.kind in ("invoice", "credit_note") and line.move_id.espace_family_id:
            return f"{URL}/{line.move_id.id}"
        if line.payment_id.espace_receipt_number:
            return f"{URL}/recu/{line.payment_id.id}"
        return ""

    def _espace_account_pdf(self, family_sudo, date_from, date_to):
        wizard_sudo = (
            request.env["espace.account.wizard"]
            .sudo()
            .create(
                {
                    "family_id": family_sudo.id,
                    "date_from": date_from,
                    "date_to": date_to,
                }
            )
        )
        content, _kind = (
            request.env["ir.actions.report"]
            .sudo()
            ._render_qweb_pdf(
                "espace_famille_billing.espace_account_report", wizard_sudo.ids
            )
        )
        name = request.env._("Account statement %s", date_to.isoformat())
        return self._espace_download(content, f"{name}.pdf")
