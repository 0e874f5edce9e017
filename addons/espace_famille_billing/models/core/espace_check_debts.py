"""What must always be true of what families owe: invoiced, matched, given up, sent."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant

from ...domain import write_off


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _debt_invariants(self):
        return [
            Invariant(
                "invoice_entry",
                self.env._(
                    "A family's invoice is what its entry says: amount, payer, what "
                    "is left."
                ),
                self.env._(
                    "These invoices are not what their entries say: another amount, "
                    "another payer, or another sum left to pay."
                ),
            ),
            Invariant(
                "matched_family",
                self.env._("The money of a family pays the debts of that family."),
                self.env._("These payments settle debts of another family."),
            ),
            Invariant(
                "line_left",
                self.env._("What is left of a payment is what it has not settled yet."),
                self.env._(
                    "Another sum is left of these entries than what they have not "
                    "settled yet: money of families would be used twice, or lost."
                ),
            ),
            Invariant(
                "write_off_decision",
                self.env._("A write-off is of one decision, and is undone as a whole."),
                self.env._(
                    "These write-offs name no decision, or another one than what they "
                    "undo, or were not undone as they say."
                ),
            ),
            Invariant(
                "recovery",
                self.env._(
                    "Only a debt admitted as irrecoverable is collected after all, "
                    "and no more than was given up."
                ),
                self.env._(
                    "These entries make more due again than was given up, or what is "
                    "no longer owed."
                ),
            ),
            Invariant(
                "transmitted",
                self.env._(
                    "A debt is sent to the accountant once, and the régie takes "
                    "nothing for it since."
                ),
                self.env._(
                    "These invoices are not with the accountant as an état says, or "
                    "were paid to the régie since: take them back from the accountant."
                ),
            ),
            Invariant(
                "treasury",
                self.env._(
                    "What was paid to the public accountant settles, whole, what was "
                    "sent there of that family."
                ),
                self.env._(
                    "These payments to the accountant have no reference, are of an "
                    "account of a régie, or settle something else than what was sent."
                ),
            ),
            Invariant(
                "transfer_gap",
                self.env._(
                    "What is sent to the accountant is numbered without gap, by year."
                ),
                self.env._("Numbers are missing before these états."),
            ),
        ]

    # === Invoices === #

    @api.model
    def _find_invoice_entry(self, companies):
        """Compare the total, the payer and what is left with the lines of debtors."""
        return self._select(
            "account.move",
            SQL(
                """
                SELECT move.id
                FROM account_move move
                JOIN espace_family family ON family.id = move.espace_family_id
                LEFT JOIN account_move_line line ON line.move_id = move.id
                LEFT JOIN account_account account ON account.id = line.account_id
                LEFT JOIN res_partner payer ON payer.id = line.partner_id
                LEFT JOIN LATERAL (
                    SELECT sum(
                        CASE WHEN debit_move_id = line.id THEN amount ELSE -amount END
                    ) AS amount
                    FROM account_partial_reconcile
                    WHERE line.id IN (debit_move_id, credit_move_id)
                    AND account.account_type = 'asset_receivable'
                ) matched ON TRUE
                WHERE move.company_id IN %s AND move.state = 'posted'
                AND move.move_type IN ('out_invoice', 'out_refund')
                GROUP BY move.id, family.id
                HAVING coalesce(sum(line.balance) FILTER (
                    WHERE account.account_type = 'asset_receivable'
                ), 0) != move.amount_total
                    * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                OR coalesce(sum(
                    line.balance - coalesce(matched.amount, 0)
                ) FILTER (
                    WHERE account.account_type = 'asset_receivable'
                ), 0) != move.amount_residual
                    * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                OR coalesce(sum(line.balance), 0) != 0
                OR bool_or(
                    account.account_type = 'asset_receivable'
                    AND payer.commercial_partner_id IS DISTINCT FROM family.partner_id
                )
                OR bool_or(line.date IS DISTINCT FROM move.date)
                OR (move.amount_residual = 0)
                    = (move.payment_state IN ('not_paid', 'partial', 'blocked'))
                    AND move.amount_total != 0
                """,
                tuple(companies.ids),
            ),
        )

    # === Matching === #

    @api.model
    def _find_matched_family(self, companies):
        return self._select(
            "account.move",
            SQL(
                """
                SELECT credit.move_id
                FROM account_partial_reconcile matched
                JOIN account_move_line debit ON debit.id = matched.debit_move_id
                JOIN account_move_line credit ON credit.id = matched.credit_move_id
                JOIN res_partner debtor ON debtor.id = debit.partner_id
                JOIN res_partner payer ON payer.id = credit.partner_id
                JOIN espace_family one
                    ON one.partner_id = debtor.commercial_partner_id
                JOIN espace_family other
                    ON other.partner_id = payer.commercial_partner_id
                WHERE debit.company_id IN %s AND one.id != other.id
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_line_left(self, companies):
        """Of payments and entries; invoices are compared as a whole."""
        return self._select(
            "account.move",
            SQL(
                """
                SELECT line.move_id
                FROM account_move_line line
                JOIN account_move move ON move.id = line.move_id
                JOIN account_account account ON account.id = line.account_id
                    AND account.account_type = 'asset_receivable'
                JOIN res_partner partner ON partner.id = line.partner_id
                JOIN espace_family family
                    ON family.partner_id = partner.commercial_partner_id
                LEFT JOIN LATERAL (
                    SELECT sum(
                        CASE WHEN debit_move_id = line.id THEN amount ELSE -amount END
                    ) AS amount
                    FROM account_partial_reconcile
                    WHERE line.id IN (debit_move_id, credit_move_id)
                ) matched ON TRUE
                WHERE move.company_id IN %s AND move.state = 'posted'
                AND move.move_type = 'entry'
                AND (
                    line.amount_residual
                        != line.balance - coalesce(matched.amount, 0)
                    OR line.reconciled != (line.amount_residual = 0)
                    OR line.balance * line.amount_residual < 0
                )
                """,
                tuple(companies.ids),
            ),
        )

    # === Given up === #

    @api.model
    def _find_write_off_decision(self, companies):
        """Of write-offs, of what undoes them and of what is collected of them."""
        return self._select(
            "account.move",
            SQL(
                """
                SELECT move.id
                FROM account_move move
                LEFT JOIN account_move given_up ON given_up.id
                    = coalesce(move.reversed_entry_id, move.espace_recovers_id)
                LEFT JOIN LATERAL (
                    SELECT coalesce(sum(line.balance), 0) AS balance
                    FROM account_move_line line
                    JOIN account_account account ON account.id = line.account_id
                    WHERE line.move_id = move.id
                    AND account.account_type = 'asset_receivable'
                ) debts ON TRUE
                WHERE move.company_id IN %s AND move.state = 'posted'
                AND move.espace_written_off_family_id IS NOT NULL
                AND (
                    move.espace_write_off_kind IS NULL
                    OR coalesce(move.espace_decision, '') = ''
                    OR move.espace_decision_date IS NULL
                    OR sign(debts.balance)
                        != CASE WHEN given_up.id IS NULL THEN -1 ELSE 1 END
                    OR given_up.id IS NOT NULL AND (
                        given_up.state != 'posted'
                        OR (
                            given_up.espace_written_off_family_id,
                            given_up.espace_write_off_kind,
                            given_up.espace_decision,
                            given_up.espace_decision_date
                        ) IS DISTINCT FROM (
                            move.espace_written_off_family_id,
                            move.espace_write_off_kind,
                            move.espace_decision,
                            move.espace_decision_date
                        )
                    )
                    OR coalesce(move.espace_undone, FALSE) != EXISTS (
                        SELECT 1 FROM account_move undoing
                        WHERE undoing.reversed_entry_id = move.id
                        AND undoing.state = 'posted'
                        AND undoing.espace_written_off_family_id IS NOT NULL
                    )
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_recovery(self, companies):
        return self._select(
            "account.move",
            SQL(
                """
                WITH debts AS (
                    SELECT move.id, sum(line.balance) AS balance
                    FROM account_move move
                    JOIN account_move_line line ON line.move_id = move.id
                    JOIN account_account account ON account.id = line.account_id
                        AND account.account_type = 'asset_receivable'
                    WHERE move.company_id IN %(companies)s AND move.state = 'posted'
                    AND move.espace_written_off_family_id IS NOT NULL
                    GROUP BY move.id
                )
                SELECT recovery.id
                FROM account_move recovery
                JOIN account_move given_up ON given_up.id = recovery.espace_recovers_id
                WHERE recovery.company_id IN %(companies)s
                AND recovery.state = 'posted'
                AND (
                    given_up.espace_write_off_kind IS DISTINCT FROM %(kind)s
                    OR given_up.espace_recovers_id IS NOT NULL
                    OR given_up.reversed_entry_id IS NOT NULL
                    OR given_up.espace_undone
                    OR recovery.espace_written_off_family_id IS NULL
                    OR recovery.espace_regie_id
                        IS DISTINCT FROM given_up.espace_regie_id
                )
                UNION
                SELECT given_up.id
                FROM debts given_up
                JOIN account_move recovery ON recovery.espace_recovers_id = given_up.id
                JOIN debts due_again ON due_again.id = recovery.id
                GROUP BY given_up.id, given_up.balance
                HAVING sum(due_again.balance) > -given_up.balance
                """,
                companies=tuple(companies.ids),
                kind=write_off.IRRECOVERABLE,
            ),
        )

    # === Sent to the accountant === #

    @api.model
    def _find_transmitted(self, companies):
        """What was paid on the day on which it was sent was paid before."""
        return self._select(
            "account.move",
            SQL(
                """
                SELECT move.id
                FROM account_move move
                LEFT JOIN LATERAL (
                    SELECT count(*) AS times, max(transfer.date) AS day,
                        min(line.amount) AS amount
                    FROM espace_debt_transfer_line line
                    JOIN espace_debt_transfer transfer
                        ON transfer.id = line.transfer_id
                    WHERE line.move_id = move.id
                    AND transfer.state = 'sent' AND line.returned_on IS NULL
                ) sent ON TRUE
                WHERE move.company_id IN %s
                AND (sent.times > 0 OR move.espace_transmitted_on IS NOT NULL)
                AND (
                    sent.times != 1
                    OR move.espace_transmitted_on IS DISTINCT FROM sent.day
                    OR move.state != 'posted'
                    OR move.move_type != 'out_invoice'
                    OR move.espace_family_id IS NULL
                    OR sent.amount <= 0
                    OR sent.amount > move.amount_total
                    OR EXISTS (
                        SELECT 1
                        FROM account_move_line debit
                        JOIN account_partial_reconcile matched
                            ON matched.debit_move_id = debit.id
                        JOIN account_move_line credit
                            ON credit.id = matched.credit_move_id
                        JOIN account_payment payment
                            ON payment.move_id = credit.move_id
                        WHERE debit.move_id = move.id
                        AND payment.espace_regie_id IS NOT NULL
                        AND payment.date > sent.day
                    )
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_treasury(self, companies):
        """A debt may have been taken back since: that it was sent once is enough."""
        return self._select(
            "account.move",
            SQL(
                """
                SELECT move.id
                FROM account_move move
                JOIN espace_family family
                    ON family.id = move.espace_treasury_family_id
                JOIN account_move_line line ON line.move_id = move.id
                JOIN account_account account ON account.id = line.account_id
                LEFT JOIN res_partner partner ON partner.id = line.partner_id
                LEFT JOIN account_move undone ON undone.id = move.reversed_entry_id
                WHERE move.company_id IN %s AND move.state = 'posted'
                AND (
                    coalesce(move.espace_treasury_reference, '') = ''
                    OR move.espace_regie_id IS NOT NULL
                    OR move.move_type != 'entry'
                    OR undone.id IS NOT NULL AND (
                        undone.state != 'posted'
                        OR undone.espace_treasury_family_id
                            IS DISTINCT FROM move.espace_treasury_family_id
                        OR NOT coalesce(undone.espace_treasury_undone, FALSE)
                    )
                    OR account.account_type = 'asset_receivable' AND (
                        line.amount_residual != 0
                        OR partner.commercial_partner_id
                            IS DISTINCT FROM family.partner_id
                        OR undone.id IS NULL AND line.balance >= 0
                    )
                    OR EXISTS (
                        SELECT 1 FROM account_journal journal
                        WHERE journal.default_account_id = line.account_id
                        AND journal.espace_regie_id IS NOT NULL
                        AND journal.company_id = move.company_id
                    )
                )
                UNION
                SELECT money.id
                FROM account_move money
                JOIN account_move_line credit ON credit.move_id = money.id
                JOIN account_account account ON account.id = credit.account_id
                    AND account.account_type = 'asset_receivable'
                JOIN account_partial_reconcile matched
                    ON matched.credit_move_id = credit.id
                JOIN account_move_line debit ON debit.id = matched.debit_move_id
                JOIN account_move owed ON owed.id = debit.move_id
                WHERE money.company_id IN %s AND money.state = 'posted'
                AND money.espace_treasury_family_id IS NOT NULL
                AND owed.reversed_entry_id IS DISTINCT FROM money.id
                AND owed.espace_transmitted_on IS NULL
                AND NOT EXISTS (
                    SELECT 1 FROM espace_debt_transfer_line line
                    WHERE line.move_id = owed.id AND line.date IS NOT NULL
                )
                """,
                tuple(companies.ids),
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_transfer_gap(self, companies):
        return self._select(
            "espace.debt.transfer",
            SQL(
                r"""
                SELECT max(id)
                FROM espace_debt_transfer
                WHERE company_id IN %s AND state = 'sent'
                GROUP BY company_id, extract(year FROM date)
                HAVING count(DISTINCT (regexp_match(name, '(\d+)$'))[1]::int)
                    IS DISTINCT FROM max((regexp_match(name, '(\d+)$'))[1]::int)
                OR count(*) != count(DISTINCT name)
                OR bool_or(left(name, 4) IS DISTINCT FROM to_char(date, 'YYYY'))
                """,
                tuple(companies.ids),
            ),
        )
