"""What must always be true of deposits."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _deposit_invariants(self):
        return [
            Invariant(
                "deposits",
                self.env._(
                    "Deposits add up to what was agreed, are before the due date, and "
                    "are paid in their order by what the ledger settled of the invoice."
                ),
                self.env._(
                    "The deposits of these invoices are not what was agreed, or not "
                    "what the ledger says was paid."
                ),
            ),
        ]

    @api.model
    def _find_deposits(self, companies):
        return self._select(
            "espace.deposit.plan",
            SQL(
                """
                WITH plan AS (
                    SELECT plan.id, plan.amount, plan.state,
                        move.invoice_date_due AS due,
                        move.amount_total - move.amount_residual
                            - coalesce(plan.before, 0) AS settled,
                        CASE
                            WHEN plan.closed_on IS NOT NULL THEN 'closed'
                            WHEN move.espace_transmitted_on IS NOT NULL
                                THEN 'with_accountant'
                            WHEN round(move.amount_residual, 2) <= 0 THEN 'settled'
                            ELSE 'in_force'
                        END AS expected
                    FROM espace_deposit_plan plan
                    JOIN account_move move ON move.id = plan.move_id
                    WHERE plan.company_id IN %(companies)s
                ), line AS (
                    SELECT line.plan_id, line.date, line.amount, line.paid, line.left,
                        least(line.amount, greatest(0, plan.settled - coalesce(
                            sum(line.amount) OVER (
                                PARTITION BY line.plan_id ORDER BY line.date
                                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                            ), 0))) AS expected
                    FROM espace_deposit line JOIN plan ON plan.id = line.plan_id
                )
                SELECT plan.id FROM plan
                LEFT JOIN line ON line.plan_id = plan.id
                GROUP BY plan.id, plan.amount, plan.state, plan.expected, plan.due
                HAVING round(plan.amount - coalesce(sum(line.amount), 0), 2) != 0
                OR plan.state != plan.expected
                OR count(line.date) != count(DISTINCT line.date)
                OR (plan.state = 'in_force' AND max(line.date) > plan.due)
                OR bool_or(round(line.paid - line.expected, 2) != 0)
                OR bool_or(round(line.amount - line.paid - line.left, 2) != 0)
                """,
                companies=tuple(companies.ids),
            ),
        )
