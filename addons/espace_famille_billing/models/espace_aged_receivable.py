from odoo import api, fields, models
from odoo.tools import SQL

# Days after the due date up to which a debt is of an age, and its name.
AGES = [
    ("0", "Not due", 0),
    ("1", "1 to 30 days", 30),
    ("2", "31 to 60 days", 60),
    ("3", "61 to 90 days", 90),
    ("4", "More than 90 days", None),
]


class EspaceAgedReceivable(models.Model):
    """What debtors owe, by the days that have gone since it was due (balance âgée).

    Read from the journal items themselves, as they are today: its total is the balance
    of the debtors' accounts. A payment that is not yet set against an invoice counts
    against what is owed, by its own date.
    """

    _name = "espace.aged.receivable"
    _description = "Aged Receivable"
    _auto = False
    _order = "date_maturity, id"
    _rec_name = "move_id"
    # Written to the database before it is read here.
    _depends = {
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
        ],
        "account.account": ["account_type"],
        "espace.family": ["company_id", "partner_id"],
    }

    move_id = fields.Many2one("account.move", "Document", readonly=True)
    partner_id = fields.Many2one("res.partner", "Debtor", readonly=True)
    family_id = fields.Many2one("espace.family", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    date = fields.Date("Booked on", readonly=True)
    date_maturity = fields.Date("Due Date", readonly=True)
    days = fields.Integer(
        "Days Overdue", readonly=True, aggregator="max", help="0: not yet due."
    )
    age = fields.Selection([age[:2] for age in AGES], readonly=True)
    amount = fields.Monetary("Still Owed", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)

    @property
    def _table_query(self):
        today = self.env.company._espace_today()
        return SQL(
            """
            SELECT line.id, line.move_id, line.partner_id, family.id AS family_id,
                   line.account_id, line.journal_id, line.date,
                   due.day AS date_maturity,
                   GREATEST(%(today)s - due.day, 0) AS days,
                   CASE %(ages)s END AS age,
                   line.amount_residual AS amount, line.company_id,
                   line.company_currency_id AS currency_id
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN LATERAL (
                   SELECT COALESCE(line.date_maturity, line.date) AS day
                   ) due ON true
         LEFT JOIN espace_family family
                ON family.partner_id = line.partner_id
               AND family.company_id = line.company_id
             WHERE line.parent_state = 'posted'
               AND account.account_type = 'asset_receivable'
               AND line.amount_residual != 0
            """,
            today=today,
            ages=self._age_cases(today),
        )

    @api.model
    def _age_cases(self, today):
        """Return the WHEN and ELSE of the ages, the youngest first."""
        *bounded, last = AGES
        cases = [
            SQL("WHEN %s - due.day <= %s THEN %s", today, days, key)
            for key, _name, days in bounded
        ]
        return SQL(" ").join([*cases, SQL("ELSE %s", last[0])])

    def action_open_move(self):
        """Open the invoice or the payment's entry."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }
