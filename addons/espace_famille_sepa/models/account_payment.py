from odoo import fields, models

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal
from odoo.addons.espace_famille_billing.models.core.guards import STATING
from odoo.addons.espace_famille_billing.models.posted.account_payment_posted import (
    AccountPayment as Posted,
)

from .return_reasons import HOPELESS, REASONS


class AccountPayment(models.Model):
    """A debit of a family: booked on its day, refused before or sent back after."""

    _inherit = "account.payment"

    _by_code = Posted._by_code | {"espace_debit_reason", "espace_mandate_id"}

    espace_mandate_id = fields.Many2one(
        "account.banking.mandate",
        "Mandate",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    espace_debit_reason = fields.Selection(
        REASONS, "Reason of the Bank", readonly=True, copy=False
    )

    def _espace_collect(self):
        """Book this debit: it pays the invoices it was made for, as far as they are
        open; what they do not need stays on the account of the family."""
        self.ensure_one()
        self._espace_check_journal(self.journal_id, self.date)
        parts, left = {}, to_decimal(self.amount)
        for line in self.payment_line_ids:
            debt = line.move_line_id
            due = max(to_decimal(debt.amount_residual), 0)
            part = min(due, to_decimal(line.amount_currency), left)
            if part:
                parts[debt] = float(part)
                left -= part
        self._espace_post(parts, float(left))

    def _espace_debit_refused(self, reason, day):
        """Note that the bank never debited this: its invoices are due again.

        :param str reason: one of `REASONS`
        :param date day: local
        """
        self.ensure_one()
        lines = self.payment_line_ids
        allow(self, STATING).espace_debit_reason = reason
        self.action_cancel()
        allow(lines, STATING).write(
            {"espace_refused_on": day, "espace_refused_for": reason}
        )
        allow(lines.move_line_id.move_id, STATING).espace_debit_date = False
        lines.espace_family_id._espace_set_off()
        self._espace_after_return(reason)
        lines.espace_family_id._notify_with(
            "espace_famille_sepa.mail_template_debit_refused", self
        )

    def _espace_debit_sent_back(self, reason, day, note):
        """Reject this debit that the bank took back, with the fee where it is set.

        :param str reason: one of `REASONS`
        :param date day: on which the money went, local
        :param str note: where this is known from
        :return: the rejection
        """
        self.ensure_one()
        today = self.company_id._espace_today()
        day = min(max(day or today, self.date), today)
        if self.company_id._get_violated_lock_dates(day, False, self.journal_id):
            day = today
        rejection = self._espace_reject(
            "unpaid_debit", day, memo=note, espace_debit_reason=reason
        )
        allow(self.payment_line_ids.move_line_id.move_id, STATING).write(
            {"espace_debit_date": False}
        )
        fee = self._espace_debit_fee(rejection, today)
        rejection._espace_notify_rejection(fee)
        self._espace_after_return(reason)
        return rejection

    def _espace_debit_fee(self, rejection, today):
        """Return the invoice of the fee, None where no decision sets one."""
        product = self.company_id.espace_fee_product_id
        amount = product.with_company(self.company_id).lst_price
        if not (
            self.espace_regie_id.debit_fee
            and amount > 0
            and product.espace_fee_decision
        ):
            return None
        return rejection._espace_charge_fee(product, amount, today)

    def _espace_after_return(self, reason):
        """Count it on the mandate, which ends where no debit can succeed."""
        mandate = self.espace_mandate_id
        if reason in HOPELESS and mandate.state == "valid":
            family = mandate.espace_family_id
            own = self.with_context(lang=family.lang or self.env.lang)
            mandate._espace_end(own._espace_debit_reason_words(reason))
            mandate.espace_family_id._notify_with(
                "espace_famille_sepa.mail_template_mandate_ended", mandate
            )
        else:
            mandate._espace_count_rejection()

    def _espace_debit_reason_words(self, reason=None):
        words = dict(
            self._fields["espace_debit_reason"]._description_selection(self.env)
        )
        return words.get(reason or self.espace_debit_reason, "")

    def _espace_reason_words(self):
        """Say what the bank said, to who reads of the rejection."""
        words = super()._espace_reason_words()
        if self.espace_debit_reason:
            return f"{words} ({self._espace_debit_reason_words().lower()})"
        return words
