"""What must always be true of billing runs."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _run_invariants(self):
        return [
            Invariant(
                "run_amount",
                self.env._("A run says of each family what its invoice says."),
                self.env._(
                    "These families of a run have an invoice of another amount, of "
                    "another family, or none."
                ),
            ),
            Invariant(
                "run_invoice",
                self.env._("An invoice of a run is that of one of its families."),
                self.env._("These invoices are in no line of the run that made them."),
            ),
            Invariant(
                "run_finished",
                self.env._("An invoiced run has no family left to do."),
                self.env._("These runs are finished with families left to do."),
            ),
            Invariant(
                "credited",
                self.env._("What is credited is exactly what was charged."),
                self.env._("These credits are not the opposite of their charge."),
            ),
        ]

    @api.model
    def _find_run_amount(self, companies):
        return self._select(
            "espace.billing.run.family",
            SQL(
                """
                SELECT line.id
                FROM espace_billing_run_family line
                LEFT JOIN account_move move ON move.id = line.move_id
                WHERE line.company_id IN %s
                AND CASE WHEN line.state = 'done' THEN
                    move.id IS NULL
                    OR move.espace_family_id IS DISTINCT FROM line.family_id
                    OR move.espace_run_id IS DISTINCT FROM line.run_id
                    OR move.amount_total * (
                        CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                    ) != line.amount
                ELSE move.id IS NOT NULL END
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_run_invoice(self, companies):
        return self._select(
            "account.move",
            SQL(
                """
                SELECT move.id
                FROM account_move move
                LEFT JOIN espace_billing_run_family line ON line.move_id = move.id
                WHERE move.company_id IN %s AND move.espace_run_id IS NOT NULL
                GROUP BY move.id
                HAVING count(line.id) != 1
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_run_finished(self, companies):
        return self._select(
            "espace.billing.run",
            SQL(
                """
                SELECT DISTINCT run.id
                FROM espace_billing_run run
                JOIN espace_billing_run_family line ON line.run_id = run.id
                WHERE run.company_id IN %s AND (
                    (run.state IN ('invoiced', 'sending', 'partly_sent', 'sent')
                     AND line.state = 'todo')
                    OR (run.state IN ('partly_sent', 'sent')
                        AND line.sending IN ('todo', 'queued'))
                    OR (run.state = 'sent' AND line.sending = 'failed')
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_credited(self, companies):
        return self._select(
            "espace.charge",
            SQL(
                """
                SELECT charge.id
                FROM espace_charge charge
                JOIN espace_charge other ON other.id = charge.reverses_id
                WHERE charge.company_id IN %s AND (
                    charge.amount != -other.amount
                    OR charge.reservation_id IS DISTINCT FROM other.reservation_id
                    OR charge.flat_due_id IS DISTINCT FROM other.flat_due_id
                )
                """,
                tuple(companies.ids),
            ),
        )
