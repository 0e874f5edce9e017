from odoo import api, fields, models
from odoo.exceptions import UserError

from ...domain import collecting
from ..core.amounts import to_decimal


class AccountMove(models.Model):
    """Until when the régie collects an invoice; then it goes to the accountant."""

    _inherit = "account.move"

    espace_transfer_line_ids = fields.One2many(
        "espace.debt.transfer.line",
        "move_id",
        "Sent to the Accountant",
        readonly=True,
        groups="espace_famille.group_finance",
    )
    espace_transmitted_on = fields.Date(
        "Sent to the Accountant on",
        compute="_compute_espace_transmitted_on",
        compute_sudo=True,
        store=True,
        help="A title is issued: the family pays the public accountant, no longer the "
        "régie.",
    )
    espace_last_day = fields.Date(
        "Last Day to Collect",
        compute="_compute_espace_last_day",
        help="After it the debt goes to the public accountant, who recovers it.",
    )
    espace_to_transmit = fields.Boolean(
        "To Send to the Accountant",
        compute="_compute_espace_to_transmit",
        search="_search_espace_to_transmit",
    )

    @api.depends(
        "espace_transfer_line_ids.returned_on", "espace_transfer_line_ids.date"
    )
    def _compute_espace_transmitted_on(self):
        for move in self:
            sent = move.espace_transfer_line_ids.filtered(
                lambda line: line.date and not line.returned_on
            )
            move.espace_transmitted_on = max(sent.mapped("date"), default=False)

    @api.depends("invoice_date_due", "company_id.espace_collect_days")
    def _compute_espace_last_day(self):
        for move in self:
            due = move.espace_family_id and move.invoice_date_due
            days = move.company_id.espace_collect_days
            move.espace_last_day = due and collecting.last_day(due, days)

    def _compute_espace_to_transmit(self):
        ids = set()
        for company in self.company_id:
            ids.update(self._espace_ids_to_transmit(company))
        for move in self:
            move.espace_to_transmit = move.id in ids

    def _search_espace_to_transmit(self, operator, value):
        if operator != "in":
            return NotImplemented
        ids = [
            move_id
            for company in self.env.companies
            for move_id in self._espace_ids_to_transmit(company)
        ]
        return [("id", "in" if True in value else "not in", ids)]

    @api.model
    def _espace_ids_to_transmit(self, company):
        """Return the ids of the invoices of which a title is to be issued today."""
        if not company.espace_collect_days:
            return []
        open_debts = self.env["espace.aged.receivable"]._debts_of_families(company)
        moves_sudo = self.sudo().browse(debt.move_id for debt in open_debts)
        invoices = {
            move.id: move for move in moves_sudo if move.move_type == "out_invoice"
        }
        return collecting.to_transmit(
            [
                invoices[debt.move_id]._espace_collecting_debt(debt)
                for debt in open_debts
                if debt.move_id in invoices
            ],
            company._espace_today(),
            company.espace_collect_days,
            to_decimal(company.espace_title_minimum),
        )

    def _espace_collecting_debt(self, debt):
        return collecting.Debt(
            key=self.id,
            family=debt.family_id,
            due=debt.due,
            left=debt.left,
            transmitted_on=self.espace_transmitted_on or None,
            kept=self.espace_disputed or self.espace_payment_on_its_way,
        )

    # === Where to pay === #

    def _espace_check_collectable(self):
        """Refuse the régie what went to the accountant.

        :raise UserError: one of these did; the words say where it is paid
        """
        transmitted = self.filtered("espace_transmitted_on")
        if transmitted:
            raise UserError(transmitted[0]._espace_transmitted_words())

    def _espace_transmitted_words(self):
        """Say that a debt is no longer paid to the régie, but where."""
        self.ensure_one()
        company = self.company_id
        words = self.env._(
            "%(document)s was sent to the public accountant on %(day)s: it is paid "
            "there, and no longer to the commune. %(contact)s",
            document=self.name,
            day=company._espace_format_day(self.espace_transmitted_on, "d MMMM y"),
            contact=company.espace_accountant_contact or "",
        ).strip()
        return f"{words} {self._espace_terms_words()}".strip()

    def _espace_past_words(self):
        """Say that the last day to collect has passed, '' if it has not."""
        self.ensure_one()
        last = self.espace_last_day
        if not last or last >= self.company_id._espace_today():
            return ""
        return self.env._(
            "The régie collected %(document)s until %(day)s: what is left goes to the "
            "public accountant (Arrears, To Send to the Accountant).",
            document=self.name,
            day=self.company_id._espace_format_day(last, "d MMMM y"),
        )

    def _espace_collecting_words(self):
        """Say for the counter which of these the régie collects no more."""
        return "\n".join(
            filter(
                None,
                (
                    move._espace_transmitted_words()
                    if move.espace_transmitted_on
                    else move._espace_past_words()
                    for move in self
                ),
            )
        )

    # === Sending === #

    def action_espace_transmit(self):
        """Make the état of these invoices, to be looked at and sent."""
        transfer = self.env["espace.debt.transfer"]._prepare(self)
        return transfer._get_records_action()
