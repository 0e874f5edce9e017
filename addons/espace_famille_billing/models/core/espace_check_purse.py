"""What must always be true of what families paid in advance."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant

from .account_move_line import RECEIVABLE_ACCOUNTS


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _purse_invariants(self):
        return [
            Invariant(
                "purse",
                self.env._(
                    "What families pay in advance is never used twice: no prepaid "
                    "account is below zero, and its movements add up to the ledger."
                ),
                self.env._(
                    "The prepaid accounts of these families are below zero, or are not "
                    "what the ledger owes them."
                ),
            ),
        ]

    @api.model
    def _find_purse(self, companies):
        movements = self.env["espace.purse.line"]._table_query
        return self._select(
            "espace.family",
            SQL(
                """
                WITH movement AS MATERIALIZED (
                    SELECT * FROM (%(movements)s) every
                    WHERE company_id IN %(companies)s
                ), ledger AS (
                    SELECT family.id AS family_id, -sum(line.amount_residual) AS amount
                    FROM account_move_line line
                    JOIN res_partner partner ON partner.id = line.partner_id
                    JOIN espace_family family
                        ON family.partner_id = partner.commercial_partner_id
                        AND family.company_id = line.company_id
                    WHERE line.account_id = ANY(%(receivable)s)
                    AND line.company_id IN %(companies)s
                    AND line.parent_state = 'posted' AND line.amount_residual < 0
                    GROUP BY family.id
                )
                SELECT family_id FROM (
                    SELECT family_id, sum(amount) OVER (
                        PARTITION BY family_id ORDER BY date, moment, rank, id
                    ) AS left_then
                    FROM movement
                ) story
                WHERE round(left_then, 2) < 0
                UNION
                SELECT coalesce(summed.family_id, ledger.family_id)
                FROM (
                    SELECT family_id, sum(amount) AS amount
                    FROM movement GROUP BY family_id
                ) summed
                FULL JOIN ledger ON ledger.family_id = summed.family_id
                WHERE round(
                    coalesce(summed.amount, 0) - coalesce(ledger.amount, 0), 2
                ) != 0
                """,
                movements=movements,
                companies=tuple(companies.ids),
                receivable=RECEIVABLE_ACCOUNTS,
            ),
        )
