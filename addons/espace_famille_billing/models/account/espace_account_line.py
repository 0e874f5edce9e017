from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.i18n import format_list

from ..core.account_move_line import RECEIVABLE_ACCOUNTS
from ..core.amounts import to_decimal
from ..regie.account_journal import MEANS

KINDS = [
    ("invoice", "Invoice"),
    ("credit_note", "Credit note"),
    ("receipt", "Payment"),
    ("rejection", "Rejected payment"),
    ("refund", "Paid back"),
    ("write_off", "Admitted as irrecoverable, still owed"),
    ("remission", "Remitted by the council"),
    ("extinguished", "Extinguished by a judge"),
    ("write_off_undone", "Decision undone: due again"),
    ("recovery", "Irrecoverable debt that is paid"),
    ("treasury", "Paid to the public accountant"),
    ("treasury_undone", "Payment to the public accountant undone"),
    ("other", "Other entry"),
]


class EspaceAccountLine(models.Model):
    """The account of a family (relevé de compte), read from the ledger.

    One line a posted entry, with what the account asks for after it.
    """

    _name = "espace.account.line"
    _description = "Account of a Family"
    _auto = False
    _order = "date, rank, id"
    _rec_name = "document"
    _depends = {
        "account.move": [
            "date",
            "espace_recovers_id",
            "espace_treasury_family_id",
            "espace_write_off_kind",
            "espace_written_off_family_id",
            "move_type",
            "name",
            "origin_payment_id",
            "reversed_entry_id",
        ],
        "account.move.line": [
            "account_id",
            "balance",
            "company_id",
            "move_id",
            "parent_state",
            "partner_id",
        ],
        "account.account": ["account_type"],
        "account.payment": [
            "espace_cheque_number",
            "espace_kind",
            "espace_means",
            "espace_receipt_number",
        ],
        "espace.family": ["company_id", "partner_id"],
        "res.partner": ["commercial_partner_id"],
    }

    date = fields.Date(readonly=True)
    family_id = fields.Many2one("espace.family", "Family Account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_id = fields.Many2one("account.move", "Entry", readonly=True)
    payment_id = fields.Many2one("account.payment", readonly=True)
    rank = fields.Integer(
        readonly=True, aggregator=None, help="Order of entry within a day."
    )
    kind = fields.Selection(KINDS, "Movement", readonly=True)
    document = fields.Char(readonly=True, help="The number of the document.")
    means = fields.Selection(MEANS, "Means of Payment", readonly=True)
    cheque_number = fields.Char("Cheque No.", readonly=True)
    debit = fields.Monetary(readonly=True, help="What the family owes more.")
    credit = fields.Monetary(
        "Ledger Credit", readonly=True, help="What the family owes less."
    )
    balance = fields.Monetary(
        compute="_compute_balance",
        compute_sudo=True,
        help="What the family owes after this line; below zero: a credit.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT
                min(line.id) AS id,
                move.date AS date,
                family.id AS family_id,
                line.company_id AS company_id,
                move.id AS move_id,
                move.id AS rank,
                payment.id AS payment_id,
                CASE
                    WHEN move.move_type = 'out_invoice' THEN 'invoice'
                    WHEN move.move_type = 'out_refund' THEN 'credit_note'
                    WHEN payment.espace_kind IS NOT NULL THEN payment.espace_kind
                    WHEN move.espace_treasury_family_id IS NOT NULL THEN CASE
                        WHEN move.reversed_entry_id IS NULL THEN 'treasury'
                        ELSE 'treasury_undone'
                    END
                    WHEN move.espace_written_off_family_id IS NULL THEN 'other'
                    WHEN move.reversed_entry_id IS NOT NULL THEN 'write_off_undone'
                    WHEN move.espace_recovers_id IS NOT NULL THEN 'recovery'
                    WHEN move.espace_write_off_kind IN ('remission', 'extinguished')
                        THEN move.espace_write_off_kind
                    ELSE 'write_off'
                END AS kind,
                coalesce(payment.espace_receipt_number, move.name) AS document,
                payment.espace_means AS means,
                payment.espace_cheque_number AS cheque_number,
                greatest(sum(line.balance), 0) AS debit,
                greatest(-sum(line.balance), 0) AS credit
            FROM account_move_line line
            JOIN res_partner partner ON partner.id = line.partner_id
            JOIN espace_family family
                ON family.partner_id = partner.commercial_partner_id
                AND family.company_id = line.company_id
            JOIN account_move move ON move.id = line.move_id
            LEFT JOIN account_payment payment ON payment.id = move.origin_payment_id
            WHERE line.account_id = ANY(%(receivable)s)
            AND line.parent_state = 'posted'
            GROUP BY family.id, line.company_id, move.id, move.date, payment.id
            HAVING sum(line.balance) != 0
            """,
            receivable=RECEIVABLE_ACCOUNTS,
        )

    @api.depends("family_id", "date", "debit", "credit")
    def _compute_balance(self):
        """Add up the accounts of the families that are shown, and of no other."""
        for model, names in self._depends.items():
            self.env[model].flush_model(names)
        balances = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT id, sum(debit - credit) OVER (
                        PARTITION BY family_id ORDER BY date, rank
                    )
                    FROM (%s) line WHERE family_id = ANY(%s)
                    """,
                    self._table_query,
                    self.family_id.ids,
                )
            )
        )
        for line in self:
            line.balance = balances.get(line.id, 0)

    def _words(self):
        """Say what a line is: “Payment, cheque No. 123”."""
        self.ensure_one()
        words = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        if parts := self.move_id.sudo()._espace_aid_parts():
            return self.env._(
                "%(kind)s, without what %(payers)s",
                kind=words,
                payers=format_list(self.env, parts),
            )
        if not self.means:
            return words
        means = dict(self._fields["means"]._description_selection(self.env))[self.means]
        means = means if means.isupper() else means.lower()
        if self.cheque_number:
            return self.env._(
                "%(kind)s, %(means)s No. %(number)s",
                kind=words,
                means=means,
                number=self.cheque_number,
            )
        return f"{words}, {means}"

    def action_open_document(self):
        """Open the invoice, the payment or the entry of a line."""
        self.ensure_one()
        document = self.payment_id or self.move_id
        document.check_access("read")
        return document._get_records_action()


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    def _espace_account(self, date_from=None, date_to=None):
        """Return the account of a family over a period, both days included.

        :return: dict of the `opening` and `closing` balances, in euros, the `lines` in
            between as records, the totals `debit` and `credit` of these, and what is
            `irrecoverable` today: owed all the same, and in none of the others; then
            what is still to be deducted up to today, `waiting`, and what is `left`
            after it
        """
        self.ensure_one()
        ledger_sudo = self.env["espace.account.line"].sudo()
        lines = ledger_sudo.search([("family_id", "=", self.id)])
        before = lines.filtered(lambda line: date_from and line.date < date_from)
        shown = (lines - before).filtered(
            lambda line: not date_to or line.date <= date_to
        )
        opening = to_decimal(before[-1:].balance)
        debit = sum(to_decimal(line.debit) for line in shown)
        credit = sum(to_decimal(line.credit) for line in shown)
        closing = opening + debit - credit
        is_now = not date_to or date_to >= self.company_id._espace_today()
        waiting = to_decimal(self._espace_credit_not_invoiced() if is_now else 0)
        return {
            "opening": float(opening),
            "lines": shown,
            "debit": float(debit),
            "credit": float(credit),
            "closing": float(closing),
            "irrecoverable": float(self._espace_irrecoverable_amount()),
            "waiting": float(waiting),
            "left": float(closing - waiting),
        }
