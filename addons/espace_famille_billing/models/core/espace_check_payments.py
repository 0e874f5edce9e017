"""What must always be true of the money that families paid."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.espace_famille.models.core.espace_check import Invariant


class EspaceCheck(models.AbstractModel):
    _inherit = "espace.check"

    @api.model
    def _payment_invariants(self):
        return [
            Invariant(
                "receipt_given",
                self.env._("Every payment that a régie received has its receipt."),
                self.env._("No receipt was given for these payments."),
            ),
            Invariant(
                "receipt_gap",
                self.env._(
                    "The receipts of a régie and year are numbered without gap."
                ),
                self.env._("Numbers of receipts are missing in these régies."),
            ),
            Invariant(
                "rejection",
                self.env._(
                    "A rejection takes back its payment: same family, same journal, "
                    "same amount."
                ),
                self.env._("These rejections are not equal to their payment."),
            ),
            Invariant(
                "payment_entry",
                self.env._("A payment of a family is what its entry says."),
                self.env._("These payments are not what their entries say."),
            ),
            Invariant(
                "one_regie",
                self.env._("Money of a régie settles only what that régie collects."),
                self.env._("These entries are matched with entries of another régie."),
            ),
            Invariant(
                "regie_of_charges",
                self.env._(
                    "An invoice holds only what its régie collects, a payment is of "
                    "the régie of its journal."
                ),
                self.env._("These entries are of another régie than what they hold."),
            ),
            Invariant(
                "written_off",
                self.env._("What is written off settles debts of that family."),
                self.env._("These write-offs settle something else, or nothing."),
            ),
        ]

    @api.model
    def _find_receipt_given(self, companies):
        return self._select(
            "account.payment",
            SQL(
                """
                SELECT payment.id
                FROM account_payment payment
                JOIN account_move move ON move.id = payment.move_id
                WHERE payment.company_id IN %s
                AND payment.espace_regie_id IS NOT NULL
                AND payment.espace_kind IS NOT NULL
                AND (
                    (payment.espace_kind = 'receipt' AND move.state = 'posted')
                    != (payment.espace_receipt_number IS NOT NULL)
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_receipt_gap(self, companies):
        """The last part of a number counts from 1; what stands before is the series."""
        return self._select(
            "espace.regie",
            SQL(
                r"""
                SELECT regie_id FROM (
                    SELECT
                        espace_regie_id AS regie_id,
                        (regexp_match(espace_receipt_number, '(\d+)$'))[1]::int
                            AS number,
                        regexp_replace(espace_receipt_number, '\d+$', '') AS series
                    FROM account_payment
                    WHERE company_id IN %s
                    AND espace_regie_id IS NOT NULL
                    AND espace_receipt_number IS NOT NULL
                ) receipt
                GROUP BY regie_id, series
                HAVING count(DISTINCT number) != max(number)
                OR count(*) != count(DISTINCT number)
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_rejection(self, companies):
        return self._select(
            "account.payment",
            SQL(
                """
                SELECT rejection.id
                FROM account_payment rejection
                JOIN account_payment payment
                    ON payment.id = rejection.espace_reverses_id
                WHERE rejection.company_id IN %s AND (
                    rejection.payment_type != 'outbound'
                    OR payment.payment_type != 'inbound'
                    OR rejection.amount != payment.amount
                    OR rejection.journal_id != payment.journal_id
                    OR rejection.espace_family_id
                        IS DISTINCT FROM payment.espace_family_id
                    OR rejection.date < payment.date
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_payment_entry(self, companies):
        """What the posted entry puts on the account of its means is the payment."""
        return self._select(
            "account.payment",
            SQL(
                """
                SELECT payment.id
                FROM account_payment payment
                JOIN account_move move ON move.id = payment.move_id
                LEFT JOIN account_move_line line ON line.move_id = move.id
                    AND line.account_id = payment.outstanding_account_id
                WHERE payment.company_id IN %s
                AND payment.espace_kind IS NOT NULL AND move.state = 'posted'
                GROUP BY payment.id, move.date
                HAVING move.date != payment.date OR payment.amount != CASE
                    WHEN payment.payment_type = 'inbound' THEN 1 ELSE -1
                END * coalesce(sum(line.balance), 0)
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_one_regie(self, companies):
        return self._select(
            "account.move",
            SQL(
                """
                SELECT DISTINCT debit.move_id
                FROM account_partial_reconcile match
                JOIN account_move_line debit ON debit.id = match.debit_move_id
                JOIN account_move_line credit ON credit.id = match.credit_move_id
                JOIN account_move owed ON owed.id = debit.move_id
                JOIN account_move money ON money.id = credit.move_id
                WHERE match.company_id IN %s
                AND owed.espace_regie_id != money.espace_regie_id
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_regie_of_charges(self, companies):
        return self._select(
            "account.move",
            SQL(
                """
                SELECT DISTINCT move.id
                FROM account_move move
                JOIN account_move_line line ON line.move_id = move.id
                JOIN espace_charge charge ON charge.invoice_line_id = line.id
                WHERE move.company_id IN %(companies)s
                AND move.espace_regie_id IS DISTINCT FROM charge.regie_id
                UNION
                SELECT move.id
                FROM account_payment payment
                JOIN account_move move ON move.id = payment.move_id
                JOIN account_journal journal ON journal.id = payment.journal_id
                WHERE move.company_id IN %(companies)s
                AND (
                    move.espace_regie_id IS DISTINCT FROM journal.espace_regie_id
                    OR payment.espace_regie_id IS DISTINCT FROM journal.espace_regie_id
                )
                """,
                companies=tuple(companies.ids),
            ),
        )

    @api.model
    def _find_written_off(self, companies):
        return self._select(
            "account.move",
            SQL(
                """
                SELECT DISTINCT move.id
                FROM account_move move
                JOIN espace_family family
                    ON family.id = move.espace_written_off_family_id
                JOIN account_move_line line ON line.move_id = move.id
                JOIN account_account account ON account.id = line.account_id
                LEFT JOIN res_partner partner ON partner.id = line.partner_id
                WHERE move.company_id IN %s AND move.state = 'posted'
                AND account.account_type = 'asset_receivable'
                AND (
                    line.amount_residual != 0
                    OR partner.commercial_partner_id
                        IS DISTINCT FROM family.partner_id
                )
                """,
                tuple(companies.ids),
            ),
        )
