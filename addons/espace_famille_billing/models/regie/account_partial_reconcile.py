"""Where a payment meets a debt, whoever matches them: what the régie may not do."""

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.guards import is_allowed

from ...domain.regie import cash_left
from ..core.amounts import to_decimal
from ..core.guards import CREDITING


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    # What was paid after the last day of a collection was owed on that day.
    _espace_matched_on = models.Index("(company_id, max_date)")

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._espace_check_not_transmitted()
        partials_sudo = partials.sudo()
        partials_sudo._espace_check_families()
        partials_sudo._espace_check_amounts()
        partials_sudo._espace_check_one_regie()
        if not is_allowed(self.env, CREDITING):
            partials_sudo._espace_check_cash()
            partials_sudo._espace_check_cesu()
        return partials

    def _espace_check_one_regie(self):
        """Refuse that what a régie holds settles what it does not collect.

        :raise UserError: names the régie where the debt is to be paid
        """
        for partial in self:
            debit, credit = (
                partial.debit_move_id.move_id,
                partial.credit_move_id.move_id,
            )
            if debit._espace_may_meet(credit):
                continue
            debt, money = (debit, credit) if credit.espace_regie_id else (credit, debit)
            if debt.espace_regie_id:
                raise UserError(
                    self.env._(
                        "%(debt)s is of %(own)s: %(other)s cannot settle it, each "
                        "régie keeps its own money. Take the payment at %(own)s.",
                        debt=debt.name,
                        own=debt.espace_regie_id.name,
                        other=money.espace_regie_id.name,
                    )
                )
            raise UserError(
                self.env._(
                    "%(debt)s is for %(activities)s, which %(regie)s does not collect "
                    "(%(act)s).",
                    debt=debt.name,
                    activities=", ".join(debt._espace_activities().mapped("name")),
                    regie=money.espace_regie_id.name,
                    act=money.espace_regie_id._act_words(),
                )
            )

    def _espace_paid_by(self, means):
        """Return those by which a family paid a debt by a means of payment."""

        def is_paid(partial):
            payment = partial.credit_move_id.move_id.origin_payment_id
            return (
                payment.espace_means == means
                and payment._espace_has_receipt()
                # Rejecting or paying back money pays no debt.
                and not partial.debit_move_id.move_id.origin_payment_id
            )

        return self.filtered(is_paid)

    def _espace_check_cash(self):
        """Refuse more cash for one debt than the law allows, by several payments too.

        :raise UserError: says how much of it may still be paid in cash
        """
        for partial in self._espace_paid_by("cash"):
            payment = partial.credit_move_id.move_id.origin_payment_id
            limit = to_decimal(payment.espace_regie_id.cash_limit)
            settling = partial.debit_move_id._espace_settling()
            others = settling._espace_paid_by("cash") - partial
            paid = sum((to_decimal(p.amount) for p in others), to_decimal(0))
            left = cash_left(limit, paid)
            if left is not None and to_decimal(partial.amount) > left:
                words = partial.company_id._espace_amount_words
                raise UserError(
                    self.env._(
                        "%(debt)s: at most %(limit)s of one debt is paid in cash "
                        "(article 1680 of the CGI), %(left)s of it now. Take the rest "
                        "by another means.",
                        debt=partial.debit_move_id.move_name,
                        limit=words(limit),
                        left=words(left),
                    )
                )

    def _espace_check_cesu(self):
        """Refuse a CESU for more than the document holds of what it may pay.

        :raise UserError: says how much of the document a CESU may pay
        """
        for partial in self._espace_paid_by("cesu"):
            debt = partial.debit_move_id
            left = debt._espace_cesu_left(partial)
            if to_decimal(partial.amount) > left:
                raise UserError(
                    self.env._(
                        "%(debt)s: a CESU may pay %(left)s of it. It pays childcare, "
                        "and the leisure centre of children under 6; never the "
                        "canteen.",
                        debt=debt.move_name,
                        left=debt.company_id._espace_amount_words(left),
                    )
                )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _espace_settling(self):
        """Return all that settles the debt of this line.

        A debt is an invoice as a whole, or one line of an entry taken over.
        """
        self.ensure_one()
        is_invoice = self.move_id.is_invoice()
        lines = self.move_id._espace_receivable_lines() if is_invoice else self
        return lines.matched_credit_ids

    def _espace_cesu_left(self, without=None):
        """Return the euros of this debt that a CESU may still pay, as Decimal.

        :param without: an `account.partial.reconcile` that does not count yet
        """
        paid = self._espace_settling()._espace_paid_by("cesu")
        if without:
            paid -= without
        total = sum((to_decimal(p.amount) for p in paid), to_decimal(0))
        return max(self.move_id._espace_cesu_admitted() - total, to_decimal(0))
