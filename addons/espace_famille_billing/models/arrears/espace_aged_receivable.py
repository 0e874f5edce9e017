from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.account_move_line import RECEIVABLE_ACCOUNTS
from ..core.amounts import to_decimal

# What every reading of open amounts depends on.
LEDGER = {
    "account.move": [
        "espace_disputed",
        "espace_regie_id",
        "espace_under_terms",
        "move_type",
        "state",
    ],
    "account.move.line": [
        "account_id",
        "amount_residual",
        "company_id",
        "date",
        "date_maturity",
        "journal_id",
        "move_id",
        "parent_state",
        "partner_id",
        "reconciled",
    ],
    "account.account": ["account_type"],
    "espace.family": ["company_id", "partner_id"],
    "res.partner": ["commercial_partner_id"],
}

# Columns stand in the order of their keys.
BUCKETS = [
    ("credit", "Credit"),
    ("current", "Not due"),
    ("late_30", "1 to 30 days"),
    ("late_60", "31 to 60 days"),
    ("late_90", "61 to 90 days"),
    ("late_more", "More than 90 days"),
]


class OpenDebt(NamedTuple):
    """What a family still owes of a document, in euros."""

    family_id: int
    move_id: int
    due: date
    left: Decimal


class EspaceAgedReceivable(models.Model):
    """What debtors owe, by the days gone since it was due (balance âgée).

    These are the open receivable lines of the ledger as they are today, those of
    families and of any other debtor, credits and payments that are not set against an
    invoice included: their sum is the balance of the debtors' accounts.
    """

    _name = "espace.aged.receivable"
    _description = "Aged Receivable"
    _auto = False
    _order = "due_date, family_id, id"
    _rec_name = "move_id"
    # Written to the database before it is read here.
    _depends = LEDGER

    partner_id = fields.Many2one("res.partner", "Debtor", readonly=True)
    family_id = fields.Many2one("espace.family", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_id = fields.Many2one("account.move", "Document", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    date = fields.Date("Booked on", readonly=True)
    due_date = fields.Date("Due on", readonly=True)
    days_late = fields.Integer(readonly=True, aggregator="max", help="0: not due yet.")
    bucket = fields.Selection(BUCKETS, "Age", readonly=True)
    amount = fields.Monetary("Left to Pay", readonly=True)
    disputed = fields.Boolean(readonly=True)
    under_terms = fields.Boolean("Terms of the Accountant", readonly=True)
    regie_id = fields.Many2one("espace.regie", "Régie", readonly=True)

    @property
    def _table_query(self):
        return self._query(self.env.company._espace_today())

    @api.model
    def _query(self, day):
        """Return the lines that are open now, with their age on a local date."""
        return SQL(
            """
            SELECT l.id, l.partner_id, f.id AS family_id, l.company_id, l.move_id,
                   l.account_id, l.journal_id, l.date,
                   coalesce(l.date_maturity, l.date) AS due_date,
                   l.amount_residual AS amount, m.espace_regie_id AS regie_id,
                   coalesce(m.espace_disputed, FALSE) AS disputed,
                   coalesce(m.espace_under_terms, FALSE) AS under_terms,
                   CASE WHEN l.amount_residual < 0 THEN 0
                        ELSE greatest(late.days, 0)
                   END AS days_late,
                   CASE WHEN l.amount_residual < 0 THEN 'credit'
                        WHEN late.days <= 0 THEN 'current'
                        WHEN late.days <= 30 THEN 'late_30'
                        WHEN late.days <= 60 THEN 'late_60'
                        WHEN late.days <= 90 THEN 'late_90'
                        ELSE 'late_more' END AS bucket
              FROM account_move_line l
              JOIN account_move m ON m.id = l.move_id
         LEFT JOIN res_partner p ON p.id = l.partner_id
         LEFT JOIN espace_family f
                ON f.partner_id = p.commercial_partner_id
               AND f.company_id = l.company_id
        CROSS JOIN LATERAL (
                   SELECT %(today)s::date
                          - coalesce(l.date_maturity, l.date) AS days) late
             WHERE l.account_id = ANY(%(receivable)s)
               AND l.parent_state = 'posted'
               AND l.reconciled IS NOT TRUE
               AND l.amount_residual != 0
            """,
            receivable=RECEIVABLE_ACCOUNTS,
            today=day,
        )

    @api.model
    def _debts_of_families(self, company, families=None):
        """Return the `OpenDebt` of a commune's families, the oldest first.

        :param families: `espace.family` to look at, all of the commune if None
        """
        for model, names in self._depends.items():
            self.env[model].flush_model(names)
        query = SQL(
            """
            SELECT family_id, move_id, due_date, amount FROM (%s) line
            WHERE company_id = %s AND amount > 0 AND family_id IS NOT NULL
            AND (%s OR family_id = ANY(%s))
            ORDER BY due_date, family_id, id
            """,
            self._query(company._espace_today()),
            company.id,
            families is None,
            [] if families is None else families.ids,
        )
        return [
            OpenDebt(family_id, move_id, due, to_decimal(amount))
            for family_id, move_id, due, amount in self.env.execute_query(query)
        ]

    def action_open_move(self):
        """Open the invoice, or the payment that no invoice has taken up."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }
