"""What must always be true of what third parties pay."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _aid_invariants(self):
        return [
            Invariant(
                "aid_part",
                self.env._(
                    "A third party pays between nothing and all of what a booking "
                    "costs."
                ),
                self.env._(
                    "Of these bookings third parties pay less than nothing, or more "
                    "than was invoiced."
                ),
            ),
            Invariant(
                "aid_line",
                self.env._(
                    "What a family's invoice deducts stands on the third party's."
                ),
                self.env._(
                    "These lines of third parties are not what families' invoices "
                    "deduct."
                ),
            ),
            Invariant(
                "aid_total",
                self.env._("An invoice of a third party holds such parts alone."),
                self.env._(
                    "These invoices of third parties are not the sum of their parts, "
                    "or are made out to somebody else."
                ),
            ),
            Invariant(
                "aid_ceiling",
                self.env._("No third party pays more than the ceiling of a decision."),
                self.env._("These decisions have passed their ceiling."),
            ),
            Invariant(
                "aid_waiting",
                self.env._(
                    "A part waits for an invoice only where something is given back."
                ),
                self.env._("These parts of third parties are on no invoice."),
            ),
        ]

    @api.model
    def _find_aid_part(self, companies):
        return self._select(
            "espace.reservation",
            SQL(
                """
                SELECT reservation_id
                FROM espace_charge
                WHERE company_id IN %s AND invoice_line_id IS NOT NULL
                GROUP BY reservation_id
                HAVING count(aid_id) > 0 AND (
                    coalesce(sum(amount) FILTER (WHERE aid_id IS NOT NULL), 0) > 0
                    OR sum(amount) < 0
                )
                UNION
                SELECT charge.reservation_id
                FROM espace_charge charge
                JOIN espace_aid aid ON aid.id = charge.aid_id
                WHERE charge.company_id IN %s
                AND aid.family_id != charge.family_id
                """,
                tuple(companies.ids),
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_aid_line(self, companies):
        """Line by line: what a third party is asked for is deducted elsewhere."""
        return self._select(
            "account.move.line",
            SQL(
                """
                SELECT line.id
                FROM account_move_line line
                JOIN account_move move ON move.id = line.move_id
                LEFT JOIN espace_charge charge ON charge.payer_line_id = line.id
                LEFT JOIN account_move_line own ON own.id = charge.invoice_line_id
                WHERE line.company_id IN %s
                AND move.espace_third_party AND line.display_type = 'product'
                GROUP BY line.id, move.move_type
                HAVING coalesce(sum(-charge.amount), 0) != line.price_total
                    * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                OR bool_or(charge.aid_id IS NULL)
                OR bool_or(own.parent_state IS DISTINCT FROM 'posted')
                OR bool_or(own.account_id IS DISTINCT FROM line.account_id)
                    AND bool_or(charge.amount < 0)
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_aid_total(self, companies):
        return self._select(
            "account.move",
            SQL(
                """
                SELECT move.id
                FROM account_move move
                LEFT JOIN account_move_line line ON line.move_id = move.id
                    AND line.display_type = 'product'
                LEFT JOIN espace_charge charge ON charge.payer_line_id = line.id
                LEFT JOIN espace_aid aid ON aid.id = charge.aid_id
                WHERE move.company_id IN %s
                AND (move.espace_third_party OR charge.id IS NOT NULL)
                GROUP BY move.id
                HAVING move.state != 'posted'
                OR NOT coalesce(move.espace_third_party, FALSE)
                OR move.espace_family_id IS NOT NULL
                OR bool_or(aid.payer_id IS DISTINCT FROM move.partner_id)
                OR bool_or(charge.regie_id IS DISTINCT FROM move.espace_regie_id)
                OR sum(-charge.amount) != move.amount_total
                    * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_aid_ceiling(self, companies):
        return self._select(
            "espace.aid",
            SQL(
                """
                SELECT DISTINCT aid.id
                FROM espace_aid aid
                JOIN espace_charge charge ON charge.aid_id = aid.id
                    AND charge.state != 'offset'
                WHERE aid.company_id IN %s AND aid.ceiling > 0
                GROUP BY aid.id, CASE aid.ceiling_period
                    WHEN 'month' THEN date_trunc('month', charge.date)
                    WHEN 'year' THEN date_trunc('year', charge.date)
                END
                HAVING sum(-charge.amount) > aid.ceiling
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_aid_waiting(self, companies):
        return self._select(
            "espace.charge",
            SQL(
                """
                SELECT id FROM espace_charge
                WHERE company_id IN %s AND aid_id IS NOT NULL
                AND state = 'to_invoice' AND amount < 0
                """,
                tuple(companies.ids),
            ),
        )
