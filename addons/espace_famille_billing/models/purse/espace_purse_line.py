from odoo import api, fields, models
from odoo.tools import SQL

from ..core.account_move_line import RECEIVABLE_ACCOUNTS

KINDS = [
    ("top_up", "Paid in advance"),
    ("payment", "Payment"),
    ("credit_note", "Credit note"),
    ("credit", "Other credit"),
    ("used", "Invoice paid"),
    ("refund", "Paid back"),
    ("rejection", "Rejected payment"),
    ("other", "Other entry"),
]


class EspacePurseLine(models.Model):
    """The prepaid account of a family, movement by movement, read from the ledger.

    What came in is a credit of the ledger, less what it paid in the same instant of
    what was owed before; what went out is what that credit paid since.
    """

    _name = "espace.purse.line"
    _description = "Movement of a Prepaid Account"
    _auto = False
    _order = "date, moment, rank, id"
    _rec_name = "document"
    _depends = {
        "account.move": [
            "date",
            "espace_regie_id",
            "move_type",
            "name",
            "origin_payment_id",
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
        "account.partial.reconcile": [
            "amount",
            "credit_move_id",
            "debit_move_id",
            "max_date",
        ],
        "account.payment": ["espace_kind", "espace_receipt_number", "espace_top_up"],
        "espace.family": ["company_id", "partner_id"],
        "res.partner": ["commercial_partner_id"],
    }

    date = fields.Date(readonly=True)
    moment = fields.Datetime("Recorded on", readonly=True)
    rank = fields.Integer(readonly=True, aggregator=None)
    family_id = fields.Many2one("espace.family", "Family Account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    regie_id = fields.Many2one("espace.regie", "Régie", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_id = fields.Many2one("account.move", "Entry", readonly=True)
    payment_id = fields.Many2one("account.payment", readonly=True)
    kind = fields.Selection(KINDS, "Movement", readonly=True)
    document = fields.Char(readonly=True, help="The number of the document.")
    amount = fields.Monetary(readonly=True, help="Below zero: what went out.")
    balance = fields.Monetary(
        compute="_compute_balance",
        compute_sudo=True,
        help="What is left after this movement.",
    )

    @property
    def _table_query(self):
        # Twice the same, lest PostgreSQL read it whole before it looks for a family.
        given = SQL(
            """
            SELECT line.id, line.move_id, line.create_date, line.balance,
                line.company_id, family.id AS family_id
            FROM account_move_line line
            JOIN res_partner partner ON partner.id = line.partner_id
            JOIN espace_family family
                ON family.partner_id = partner.commercial_partner_id
                AND family.company_id = line.company_id
            WHERE line.account_id = ANY(%s)
            AND line.parent_state = 'posted' AND line.balance < 0
            """,
            RECEIVABLE_ACCOUNTS,
        )
        at_once = SQL(
            "debt.move_id < given.move_id AND matching.create_date = given.create_date"
        )
        return SQL(
            """
            SELECT
                2 * given.id AS id,
                move.date AS date,
                given.create_date AS moment,
                0 AS rank,
                given.family_id,
                given.company_id,
                move.espace_regie_id AS regie_id,
                move.id AS move_id,
                payment.id AS payment_id,
                CASE
                    WHEN payment.espace_top_up THEN 'top_up'
                    WHEN payment.id IS NOT NULL THEN 'payment'
                    WHEN move.move_type = 'out_refund' THEN 'credit_note'
                    ELSE 'credit'
                END AS kind,
                coalesce(payment.espace_receipt_number, move.name) AS document,
                -given.balance - coalesce(paid.amount, 0) AS amount
            FROM (%(given)s) given
            JOIN account_move move ON move.id = given.move_id
            LEFT JOIN account_payment payment ON payment.id = move.origin_payment_id
            LEFT JOIN LATERAL (
                SELECT sum(matching.amount) AS amount
                FROM account_partial_reconcile matching
                JOIN account_move_line debt ON debt.id = matching.debit_move_id
                WHERE matching.credit_move_id = given.id AND %(at_once)s
            ) paid ON TRUE
            WHERE round(-given.balance - coalesce(paid.amount, 0), 2) != 0
            UNION ALL
            SELECT
                2 * matching.id + 1,
                matching.max_date,
                -- Nothing is used before it came, whatever the clock says.
                greatest(matching.create_date, given.create_date),
                1,
                given.family_id,
                given.company_id,
                source.espace_regie_id,
                move.id,
                payment.id,
                CASE
                    WHEN payment.espace_kind IN ('refund', 'rejection')
                        THEN payment.espace_kind
                    WHEN move.move_type = 'out_invoice' THEN 'used'
                    ELSE 'other'
                END,
                move.name,
                -matching.amount
            FROM (%(given)s) given
            JOIN account_move source ON source.id = given.move_id
            JOIN account_partial_reconcile matching
                ON matching.credit_move_id = given.id
            JOIN account_move_line debt ON debt.id = matching.debit_move_id
            JOIN account_move move ON move.id = debt.move_id
            LEFT JOIN account_payment payment ON payment.id = move.origin_payment_id
            WHERE NOT (%(at_once)s)
            """,
            given=given,
            at_once=at_once,
        )

    @api.depends("family_id", "date", "amount")
    def _compute_balance(self):
        """Add up the prepaid accounts of the families that are shown."""
        balances = {
            line_id: balance
            for line_id, _family, balance in self._balances(
                SQL("family_id = ANY(%s)", self.family_id.ids)
            )
        }
        for line in self:
            line.balance = balances.get(line.id, 0)

    @api.model
    def _balances(self, where):
        """Return [(line, family, what is left after it)], of each family in order.

        :param SQL where: which of the lines
        """
        for model, names in self._depends.items():
            self.env[model].flush_model(names)
        return self.env.execute_query(
            SQL(
                """
                SELECT id, family_id, sum(amount) OVER (
                    PARTITION BY family_id ORDER BY date, moment, rank, id
                )
                FROM (%s) line WHERE %s
                ORDER BY family_id, date, moment, rank, id
                """,
                self._table_query,
                where,
            )
        )

    def _words(self):
        """Say what a movement is: “Invoice paid”."""
        self.ensure_one()
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def action_open_document(self):
        """Open the invoice, the payment or the entry of a movement."""
        self.ensure_one()
        document = self.payment_id or self.move_id
        document.check_access("read")
        return document._get_records_action()
