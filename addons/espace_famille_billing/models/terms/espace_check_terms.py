"""What must always be true of terms that the accountant granted."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _terms_invariants(self):
        return [
            Invariant(
                "accountant_terms",
                self.env._(
                    "Terms of the accountant are of debts that are with him, each "
                    "under one decision, and add up to what was left of them."
                ),
                self.env._("These terms are of other debts or sums than were granted."),
            ),
        ]

    @api.model
    def _find_accountant_terms(self, companies):
        return self._select(
            "espace.accountant.terms",
            SQL(
                """
                WITH debt AS (
                    SELECT terms.id, terms.amount, terms.state, terms.left,
                        sum(move.amount_residual) AS owed,
                        bool_or(move.espace_transmitted_on IS NULL) AS not_sent,
                        bool_or(move.espace_under_terms IS NOT TRUE) AS not_marked,
                        bool_or(EXISTS (
                            SELECT FROM espace_accountant_terms_move_rel other
                            JOIN espace_accountant_terms twin
                                ON twin.id = other.terms_id
                            WHERE other.move_id = move.id AND twin.id != terms.id
                            AND twin.state = 'in_force'
                        )) AS twice
                    FROM espace_accountant_terms terms
                    LEFT JOIN espace_accountant_terms_move_rel rel
                        ON rel.terms_id = terms.id
                    LEFT JOIN account_move move ON move.id = rel.move_id
                    WHERE terms.company_id IN %(companies)s
                    AND terms.recorded_on IS NOT NULL
                    GROUP BY terms.id
                )
                SELECT debt.id FROM debt
                LEFT JOIN espace_accountant_terms_line line ON line.terms_id = debt.id
                GROUP BY debt.id, debt.amount, debt.state, debt.left, debt.owed,
                    debt.not_sent, debt.not_marked, debt.twice
                HAVING round(debt.amount - coalesce(sum(line.amount), 0), 2) != 0
                OR round(debt.left - coalesce(debt.owed, 0), 2) != 0
                OR (debt.state = 'in_force' AND (
                    debt.not_sent OR debt.not_marked OR debt.twice
                    OR round(debt.owed, 2) <= 0
                ))
                OR (debt.state = 'settled' AND round(debt.owed, 2) > 0)
                """,
                companies=tuple(companies.ids),
            ),
        )
