"""What must always be true of the movements of banks."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _invariants(self):
        return [
            *super()._invariants(),
            Invariant(
                "bank_booked",
                self.env._(
                    "What a bank stated of a régie is in the books as it stated it."
                ),
                self.env._("These movements are not what their entries say."),
            ),
            Invariant(
                "bank_pointed",
                self.env._(
                    "A movement that is pointed shows payments and remittances of its "
                    "régie that add up to it; one that waits shows none."
                ),
                self.env._("These movements are not the sum of what they show."),
            ),
            Invariant(
                "bank_reversed",
                self.env._(
                    "The entry of a movement that is pointed is reversed, that of one "
                    "that waits is not: the books hold the money once."
                ),
                self.env._("These movements count twice in the books, or not at all."),
            ),
        ]

    @api.model
    def _find_bank_booked(self, companies):
        return self._select(
            "espace.bank.line",
            SQL(
                """
                SELECT line.id
                FROM espace_bank_line line
                JOIN account_journal journal ON journal.id = line.journal_id
                JOIN account_bank_statement_line told
                    ON told.id = line.statement_line_id
                JOIN account_move move ON move.id = told.move_id
                LEFT JOIN account_move_line item ON item.move_id = move.id
                WHERE line.company_id IN %s
                GROUP BY line.id, told.id, move.id, journal.id
                HAVING move.state != 'posted'
                OR move.journal_id != line.journal_id
                OR round(told.amount, 2) != round(line.amount, 2)
                OR round(coalesce(sum(item.balance) FILTER (
                    WHERE item.account_id = journal.default_account_id
                ), 0), 2) != round(line.amount, 2)
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_bank_pointed(self, companies):
        return self._select(
            "espace.bank.line",
            SQL(
                """
                SELECT line.id
                FROM espace_bank_line line
                LEFT JOIN espace_bank_match match ON match.line_id = line.id
                    AND NOT coalesce(match.released, FALSE)
                LEFT JOIN account_payment payment ON payment.id = match.payment_id
                LEFT JOIN espace_remittance remittance
                    ON remittance.id = match.remittance_id
                WHERE line.company_id IN %s
                GROUP BY line.id
                HAVING (line.state = 'pointed') != (count(match.id) > 0)
                OR (
                    line.state = 'pointed'
                    AND round(sum(match.amount), 2) != round(line.amount, 2)
                )
                OR bool_or(
                    match.id IS NOT NULL
                    AND coalesce(payment.espace_regie_id, remittance.regie_id)
                        IS DISTINCT FROM line.regie_id
                )
                OR bool_or(
                    payment.id IS NOT NULL
                    AND (
                        payment.state NOT IN ('in_process', 'paid')
                        OR abs(match.amount) != payment.amount
                        OR (match.amount > 0) != (payment.payment_type = 'inbound')
                    )
                )
                OR bool_or(
                    remittance.id IS NOT NULL
                    AND (
                        remittance.state != 'posted'
                        OR abs(match.amount) != abs(remittance.amount)
                    )
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_bank_reversed(self, companies):
        """An entry is reversed if those that reverse it, and one another, are odd."""
        return self._select(
            "espace.bank.line",
            SQL(
                """
                WITH RECURSIVE chain AS (
                    SELECT line.id AS line_id, told.move_id
                    FROM espace_bank_line line
                    JOIN account_bank_statement_line told
                        ON told.id = line.statement_line_id
                    WHERE line.company_id IN %s
                    UNION
                    SELECT chain.line_id, move.id
                    FROM chain
                    JOIN account_move move ON move.reversed_entry_id = chain.move_id
                    WHERE move.state = 'posted'
                ), held AS (
                    SELECT chain.line_id, item.account_id, sum(item.balance) AS balance
                    FROM chain
                    JOIN account_move_line item ON item.move_id = chain.move_id
                    GROUP BY chain.line_id, item.account_id
                )
                SELECT line.id
                FROM espace_bank_line line
                JOIN account_journal journal ON journal.id = line.journal_id
                LEFT JOIN held ON held.line_id = line.id
                    AND held.account_id = journal.default_account_id
                WHERE line.company_id IN %s
                AND (
                    (line.state = 'pointed') != (line.pointing_id IS NOT NULL)
                    OR round(coalesce(held.balance, 0), 2) != CASE
                        WHEN line.state = 'open' THEN round(line.amount, 2) ELSE 0
                    END
                )
                """,
                tuple(companies.ids),
                tuple(companies.ids),
            ),
        )
