"""What must always be true between receipts, payments, entries and collections.

Each promise is one query over all régies and families of the communes asked for.
"""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant

# The means of payment of the deposit account, to which a bank sends statements.
DEPOSIT = ("card", "online", "direct_debit", "transfer")

# Each entry of a régie, with who made it. Money is in the account of a journal; what a
# bank states of it is not, for the same money was booked when it was received.
REGIE_LINES = SQL(
    """
    SELECT line.id, line.move_id, line.account_id, line.balance, line.date,
        journal.id AS journal_id, journal.espace_regie_id AS regie_id,
        journal.company_id, move.origin_payment_id, move.espace_remittance_id,
        move.statement_line_id, move.journal_id AS own_journal_id,
        journal.espace_means
    FROM account_journal journal
    JOIN account_move_line line ON line.account_id = journal.default_account_id
        AND line.company_id = journal.company_id
    JOIN account_move move ON move.id = line.move_id
    WHERE journal.espace_regie_id IS NOT NULL AND move.state = 'posted'
    """
)

# Of an entry made by hand and the one that reverses it whole, account by account.
UNDONE = SQL(
    """
    SELECT 1
    FROM account_move undone
    JOIN account_move undoing ON undoing.reversed_entry_id = undone.id
    WHERE move.id IN (undone.id, undoing.id)
    AND undone.state = 'posted' AND undoing.state = 'posted'
    AND undone.espace_remittance_id IS NULL AND undone.origin_payment_id IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM account_move_line line
        WHERE line.move_id IN (undone.id, undoing.id)
        GROUP BY line.account_id HAVING sum(line.balance) != 0
    )
    """
)

# The day from which a régie states what it collects.
BEGUN = SQL(
    """
    SELECT regie.id AS regie_id, coalesce(
        (SELECT min(date_from) FROM espace_collection_statement
         WHERE regie_id = regie.id),
        (SELECT min(date) FROM account_payment
         WHERE espace_regie_id = regie.id AND state IN ('in_process', 'paid'))
    ) AS day
    FROM espace_regie regie
    """
)


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _book_invariants(self):
        return [
            Invariant(
                "payment_posted",
                self.env._("Every payment of a régie is in the books, and no other."),
                self.env._(
                    "These payments count without a posted entry, or have one without "
                    "counting."
                ),
            ),
            Invariant(
                "payment_payer",
                self.env._(
                    "A receipt, its payment and its entry name the same family and "
                    "journal."
                ),
                self.env._(
                    "These payments name another family or journal than their entry."
                ),
            ),
            Invariant(
                "remittance_entry",
                self.env._("A remittance is what its entry says."),
                self.env._("These remittances are not what their entries say."),
            ),
            Invariant(
                "remittance_gap",
                self.env._(
                    "The remittances of a régie and year are numbered without gap."
                ),
                self.env._("Numbers of remittances are missing in these régies."),
            ),
            Invariant(
                "regie_entry",
                self.env._("Only payments and remittances touch a régie's money."),
                self.env._(
                    "These entries touch the money of a régie, and no payment or "
                    "remittance made them: have the accountant reverse them before the "
                    "collection is closed."
                ),
            ),
            Invariant(
                "regie_reversal",
                self.env._(
                    "What a régie booked, and what families were sent, is undone by "
                    "its own ways only."
                ),
                self.env._(
                    "These entries reverse what a rejection, a refund, a remittance "
                    "taken back or a credit note has to undo."
                ),
            ),
            Invariant(
                "cash_stated",
                self.env._(
                    "The accounts of a régie hold what its last collection closed with."
                ),
                self.env._(
                    "The accounts of the régie do not hold, on their last day, what "
                    "these collections closed with."
                ),
            ),
            Invariant(
                "journal_gap",
                self.env._(
                    "The entries of régies and families are numbered without gap."
                ),
                self.env._(
                    "Numbers of posted entries are missing, or given twice, in these "
                    "journals: the FEC shows the gap."
                ),
            ),
        ]

    # === Payments === #

    @api.model
    def _find_payment_posted(self, companies):
        return self._select(
            "account.payment",
            SQL(
                """
                SELECT payment.id
                FROM account_payment payment
                LEFT JOIN account_move move ON move.id = payment.move_id
                WHERE payment.company_id IN %s
                AND payment.espace_regie_id IS NOT NULL
                AND (payment.state IN ('in_process', 'paid'))
                    != (coalesce(move.state, 'draft') = 'posted')
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_payment_payer(self, companies):
        """Compare payer, family and journal with those of the entry and its lines."""
        return self._select(
            "account.payment",
            SQL(
                """
                SELECT payment.id
                FROM account_payment payment
                JOIN res_partner partner ON partner.id = payment.partner_id
                JOIN espace_family family ON family.id = payment.espace_family_id
                JOIN account_journal journal ON journal.id = payment.journal_id
                LEFT JOIN account_move move ON move.id = payment.move_id
                WHERE payment.company_id IN %s
                AND payment.espace_kind IS NOT NULL
                AND (
                    partner.commercial_partner_id != family.partner_id
                    OR payment.espace_regie_id
                        IS DISTINCT FROM journal.espace_regie_id
                    OR payment.espace_means IS DISTINCT FROM journal.espace_means
                    OR move.journal_id != payment.journal_id
                    OR move.id IS NOT NULL
                        AND move.origin_payment_id IS DISTINCT FROM payment.id
                    OR (payment.espace_kind = 'receipt')
                        != (payment.payment_type = 'inbound')
                    OR EXISTS (
                        SELECT 1
                        FROM account_move_line line
                        JOIN account_account account ON account.id = line.account_id
                        LEFT JOIN res_partner payer ON payer.id = line.partner_id
                        WHERE line.move_id = move.id
                        AND account.account_type
                            IN ('asset_receivable', 'liability_payable')
                        AND payer.commercial_partner_id
                            IS DISTINCT FROM family.partner_id
                    )
                )
                """,
                tuple(companies.ids),
            ),
        )

    # === Remittances === #

    @api.model
    def _find_remittance_entry(self, companies):
        return self._select(
            "espace.remittance",
            SQL(
                """
                SELECT remittance.id
                FROM espace_remittance remittance
                JOIN account_journal journal ON journal.id = remittance.journal_id
                JOIN account_journal treasury
                    ON treasury.id = remittance.destination_journal_id
                LEFT JOIN account_move move ON move.id = remittance.move_id
                LEFT JOIN account_move_line line ON line.move_id = move.id
                WHERE remittance.company_id IN %s AND remittance.state = 'posted'
                GROUP BY remittance.id, move.id,
                    journal.default_account_id, treasury.default_account_id
                HAVING move.id IS NULL
                OR move.state != 'posted'
                OR move.date != remittance.date
                OR move.journal_id != remittance.journal_id
                OR move.espace_remittance_id IS DISTINCT FROM remittance.id
                OR coalesce(sum(line.balance) FILTER (
                    WHERE line.account_id = journal.default_account_id
                ), 0) != -remittance.amount
                OR coalesce(sum(line.balance) FILTER (
                    WHERE line.account_id != journal.default_account_id
                ), 0) != remittance.amount
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_remittance_gap(self, companies):
        """The last part of a number counts from 1; what stands before is the series."""
        return self._select(
            "espace.regie",
            SQL(
                r"""
                SELECT regie_id FROM (
                    SELECT regie_id,
                        (regexp_match(name, '(\d+)$'))[1]::int AS number,
                        regexp_replace(name, '\d+$', '') AS series
                    FROM espace_remittance
                    WHERE company_id IN %s AND state = 'posted'
                ) remittance
                GROUP BY regie_id, series
                HAVING count(DISTINCT number) IS DISTINCT FROM max(number)
                OR count(*) != count(DISTINCT number)
                """,
                tuple(companies.ids),
            ),
        )

    # === Entries === #

    @api.model
    def _find_regie_entry(self, companies):
        """What is neither a payment, a remittance, a bank's statement nor an opening.

        And whatever else was posted in the journal of a régie.
        """
        return self._select(
            "account.move",
            SQL(
                """
                WITH begun AS (%(begun)s), touched AS (
                    SELECT move_id, regie_id, journal_id, espace_means
                    FROM (%(lines)s) line
                    WHERE company_id IN %(companies)s
                    UNION
                    SELECT move.id, journal.espace_regie_id, journal.id,
                        journal.espace_means
                    FROM account_move move
                    JOIN account_journal journal ON journal.id = move.journal_id
                    WHERE journal.espace_regie_id IS NOT NULL
                    AND move.state = 'posted'
                    AND move.company_id IN %(companies)s
                )
                SELECT move.id
                FROM touched
                JOIN account_move move ON move.id = touched.move_id
                JOIN begun ON begun.regie_id = touched.regie_id
                JOIN res_company company ON company.id = move.company_id
                LEFT JOIN account_payment payment ON payment.move_id = move.id
                    AND payment.id = move.origin_payment_id
                    AND payment.journal_id = touched.journal_id
                LEFT JOIN espace_remittance remittance ON remittance.move_id = move.id
                    AND remittance.id = move.espace_remittance_id
                    AND (
                        remittance.journal_id = touched.journal_id
                        OR remittance.destination_journal_id = touched.journal_id
                    )
                WHERE payment.id IS NULL
                AND remittance.id IS NULL
                AND NOT (
                    move.statement_line_id IS NOT NULL
                    AND move.journal_id = touched.journal_id
                    AND touched.espace_means IN %(deposit)s
                )
                AND move.id IS DISTINCT FROM company.account_opening_move_id
                AND begun.day <= move.date
                AND NOT EXISTS (%(undone)s)
                """,
                begun=BEGUN,
                lines=REGIE_LINES,
                companies=tuple(companies.ids),
                deposit=DEPOSIT,
                undone=UNDONE,
            ),
        )

    @api.model
    def _find_regie_reversal(self, companies):
        """Credit notes of charges have charges; write-offs undone name their family."""
        return self._select(
            "account.move",
            SQL(
                """
                SELECT reversal.id
                FROM account_move reversal
                JOIN account_move move ON move.id = reversal.reversed_entry_id
                WHERE reversal.company_id IN %s AND reversal.state = 'posted'
                AND (
                    move.espace_remittance_id IS NOT NULL
                    OR (
                        move.espace_written_off_family_id IS NOT NULL
                        AND reversal.espace_written_off_family_id
                            IS DISTINCT FROM move.espace_written_off_family_id
                    )
                    OR EXISTS (
                        SELECT 1 FROM account_payment payment
                        WHERE payment.move_id = move.id
                        AND payment.espace_regie_id IS NOT NULL
                        AND payment.espace_kind IS NOT NULL
                    )
                    OR (
                        EXISTS (
                            SELECT 1 FROM espace_charge charge
                            JOIN account_move_line line
                                ON line.id = charge.invoice_line_id
                            WHERE line.move_id = move.id
                        )
                        AND NOT EXISTS (
                            SELECT 1 FROM espace_charge charge
                            JOIN account_move_line line
                                ON line.id = charge.invoice_line_id
                            WHERE line.move_id = reversal.id
                        )
                    )
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_cash_stated(self, companies):
        """Compare the last closed collection of each régie, account by account.

        What a bank stated and nobody has classed yet (suspense) is taken off.
        """
        return self._select(
            "espace.collection.statement",
            SQL(
                """
                WITH last AS (
                    SELECT DISTINCT ON (regie_id) id, regie_id, date_to, frozen_summary
                    FROM espace_collection_statement
                    WHERE company_id IN %(companies)s AND state = 'closed'
                    ORDER BY regie_id, date_to DESC
                ), stated AS (
                    SELECT last.id, journal.default_account_id AS account_id,
                        sum((row->>'closing')::int) AS cents
                    FROM last
                    CROSS JOIN jsonb_array_elements(last.frozen_summary->'means') row
                    JOIN account_journal journal
                        ON journal.id = (row->>'journal')::int
                    GROUP BY last.id, journal.default_account_id
                ), held AS (
                    SELECT last.id, line.account_id, round(100 * sum(line.balance))
                        AS cents
                    FROM last
                    JOIN stated ON stated.id = last.id
                    JOIN account_move_line line
                        ON line.account_id = stated.account_id
                        AND line.date <= last.date_to
                        AND line.parent_state = 'posted'
                    GROUP BY last.id, line.account_id
                ), waiting AS (
                    SELECT last.id, journal.default_account_id AS account_id,
                        round(100 * sum(line.balance)) AS cents
                    FROM last
                    JOIN account_journal journal
                        ON journal.espace_regie_id = last.regie_id
                    JOIN account_move_line line ON line.journal_id = journal.id
                        AND line.account_id = journal.suspense_account_id
                        AND line.date <= last.date_to
                        AND line.parent_state = 'posted'
                    GROUP BY last.id, journal.default_account_id
                )
                SELECT stated.id
                FROM stated
                LEFT JOIN held USING (id, account_id)
                LEFT JOIN waiting USING (id, account_id)
                WHERE stated.cents
                    != coalesce(held.cents, 0) + coalesce(waiting.cents, 0)
                """,
                companies=tuple(companies.ids),
            ),
        )

    @api.model
    def _find_journal_gap(self, companies):
        """Posted entries, by journal and the part of the number before the count.

        Those of a régie count from 1; invoices may go on from a former software.
        """
        return self._select(
            "account.journal",
            SQL(
                """
                SELECT move.journal_id
                FROM account_move move
                JOIN account_journal journal ON journal.id = move.journal_id
                WHERE move.company_id IN %s AND move.state = 'posted'
                AND (
                    journal.espace_regie_id IS NOT NULL
                    OR EXISTS (
                        SELECT 1 FROM account_move own
                        WHERE own.journal_id = journal.id
                        AND own.espace_family_id IS NOT NULL
                    )
                )
                GROUP BY move.journal_id, journal.espace_regie_id, move.sequence_prefix
                HAVING count(DISTINCT move.sequence_number)
                    != max(move.sequence_number) - min(move.sequence_number) + 1
                OR count(*) != count(DISTINCT move.sequence_number)
                OR (
                    journal.espace_regie_id IS NOT NULL
                    AND min(move.sequence_number) != 1
                )
                OR bool_or(
                    move.name IS NULL
                    OR left(move.name, length(move.sequence_prefix))
                        != move.sequence_prefix
                    OR move.sequence_number = 0
                )
                """,
                tuple(companies.ids),
            ),
        )
