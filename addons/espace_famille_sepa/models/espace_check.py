"""What must always be true of mandates and debits."""

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
                "mandate_signed",
                self.env._(
                    "A valid mandate of a family is signed, on an account of its payer."
                ),
                self.env._("These mandates are valid without a ground."),
            ),
            Invariant(
                "debit_mandate",
                self.env._(
                    "A debit uses a mandate of that very family, for that very régie."
                ),
                self.env._("These debits use somebody else's mandate."),
            ),
            Invariant(
                "debit_sum",
                self.env._("A debit is the sum of the invoices it was made for."),
                self.env._("These debits are not what their invoices ask."),
            ),
            Invariant(
                "debit_booked",
                self.env._(
                    "Once a run is booked, each of its debits has its receipt or was "
                    "refused; before, none has."
                ),
                self.env._("These debits are not what their run says."),
            ),
        ]

    @api.model
    def _find_mandate_signed(self, companies):
        return self._select(
            "account.banking.mandate",
            SQL(
                """
                SELECT mandate.id
                FROM account_banking_mandate mandate
                JOIN espace_family family ON family.id = mandate.espace_family_id
                LEFT JOIN res_partner_bank account
                    ON account.id = mandate.partner_bank_id
                WHERE mandate.company_id IN %s AND mandate.state = 'valid'
                AND (
                    mandate.signature_date IS NULL
                    OR mandate.espace_regie_id IS NULL
                    OR account.partner_id IS DISTINCT FROM family.partner_id
                    OR mandate.partner_id IS DISTINCT FROM family.partner_id
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_debit_mandate(self, companies):
        return self._select(
            "account.payment.line",
            SQL(
                """
                SELECT line.id
                FROM account_payment_line line
                JOIN account_payment_order run ON run.id = line.order_id
                LEFT JOIN account_banking_mandate mandate
                    ON mandate.id = line.mandate_id
                JOIN account_move_line debt ON debt.id = line.move_line_id
                JOIN account_move move ON move.id = debt.move_id
                WHERE run.company_id IN %s AND run.espace_regie_id IS NOT NULL
                AND (
                    mandate.espace_family_id IS DISTINCT FROM line.espace_family_id
                    OR move.espace_family_id IS DISTINCT FROM line.espace_family_id
                    OR mandate.espace_regie_id IS DISTINCT FROM run.espace_regie_id
                    OR mandate.company_id != run.company_id
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_debit_sum(self, companies):
        return self._select(
            "account.payment",
            SQL(
                """
                SELECT payment.id
                FROM account_payment payment
                JOIN account_payment_order run ON run.id = payment.payment_order_id
                LEFT JOIN account_payment_account_payment_line_rel link
                    ON link.account_payment_id = payment.id
                LEFT JOIN account_payment_line line
                    ON line.id = link.account_payment_line_id
                WHERE run.company_id IN %s AND run.espace_regie_id IS NOT NULL
                GROUP BY payment.id
                HAVING round(payment.amount, 2)
                    != round(coalesce(sum(line.amount_currency), 0), 2)
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_debit_booked(self, companies):
        return self._select(
            "account.payment",
            SQL(
                """
                SELECT payment.id
                FROM account_payment payment
                JOIN account_payment_order run ON run.id = payment.payment_order_id
                WHERE run.company_id IN %s AND run.espace_regie_id IS NOT NULL
                AND CASE
                    WHEN payment.state = 'canceled'
                    THEN payment.espace_receipt_number IS NOT NULL
                    ELSE (run.espace_collected_on IS NOT NULL)
                        != (payment.espace_receipt_number IS NOT NULL)
                END
                """,
                tuple(companies.ids),
            ),
        )
