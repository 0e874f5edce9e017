"""What went through the hands of a régie stays: a rejection or a refund corrects it."""

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.guards import is_allowed

from ..core.amounts import POSTED, to_cents
from ..core.guards import STATING
from .said import PAYMENT, STATED

# By which values of `create` Odoo lets an entry differ from its payment.
OWN_LINES = ("force_balance", "line_ids", "write_off_line_vals")

# On which accounts the other side of a payment is.
OTHER_SIDE = ("asset_receivable", "liability_payable")


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["account.payment", "espace.guard.mixin"]

    # What only the ways of the Régie give.
    _code_key = STATING
    _by_code = frozenset(
        {
            "espace_applied_before",
            "espace_balance_after",
            "espace_family_id",
            "espace_kind",
            "espace_means",
            "espace_proof",
            "espace_reason",
            "espace_receipt_number",
            "espace_regie_id",
            "espace_rejected",
            "espace_rejection_ids",
            "espace_remittance_id",
            "espace_reverses_id",
            "espace_statement_id",
            "espace_top_up",
        }
    )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._espace_check_own_lines(vals)
        payments = super().create([self._espace_for_payer(vals) for vals in vals_list])
        payments.filtered(lambda p: p.state in POSTED)._espace_check_may_post()
        return payments

    def write(self, vals):
        self._espace_check_kept(vals)
        if vals.get("state") in POSTED:
            self.filtered(lambda p: p.state not in POSTED)._espace_check_may_post()
        return super().write(self._espace_for_payer(vals))

    @api.ondelete(at_uninstall=False)
    def _unlink_not_kept(self):
        self._espace_check_kept({"state": "draft"})

    @api.model
    def _by_code_words(self):
        return self.env._(
            "A payment enters a collection when it is closed, and a remittance when it "
            "is confirmed; its receipt, its family and what it takes back are given by "
            "the forms of the Régie."
        )

    @api.model
    def _espace_for_payer(self, vals):
        """Return the values with the payer in the place of a guardian of its family.

        A guardian may join another household later: what was paid stays.
        """
        partner = self.env["res.partner"].browse(vals.get("partner_id") or [])
        payer = partner.sudo().commercial_partner_id
        if payer == partner or not payer._espace_payer_families():
            return vals
        return {**vals, "partner_id": payer.id}

    # === What stays === #

    def _espace_check_kept(self, vals):
        """Refuse values that would bend what a régie received or paid.

        :raise UserError: naming the payment and what is done instead
        """
        undone = vals.get("state", "paid") not in POSTED
        if is_allowed(self.env, STATING) or not (undone or STATED & vals.keys()):
            return
        for payment in self.sudo():
            held = payment.espace_statement_id or payment.espace_remittance_id
            if undone or (STATED if held else PAYMENT) & vals.keys():
                words = payment._espace_why_kept()
                if words:
                    raise UserError(words)

    def _espace_why_kept(self):
        """Say why this payment stays as it is and what is done instead; "" if not."""
        self.ensure_one()
        payment_sudo = self.sudo()
        if payment_sudo.espace_statement_id:
            return self.env._(
                "%(payment)s is in the closed collection %(collection)s and cannot "
                "change any more: record a rejection or a refund, it goes into the "
                "next collection.",
                payment=self._espace_words(),
                collection=payment_sudo.espace_statement_id.name,
            )
        if payment_sudo.espace_remittance_id.state == "posted":
            return self.env._(
                "%(payment)s was handed over with the remittance %(remittance)s and "
                "cannot change any more: record a rejection.",
                payment=self._espace_words(),
                remittance=payment_sudo.espace_remittance_id.name,
            )
        # A receipt is a fact even where its payment was bent behind our back.
        is_posted = (
            payment_sudo.move_id.state == "posted" or payment_sudo.espace_receipt_number
        )
        if payment_sudo._espace_is_fact() and is_posted:
            return self.env._(
                "The payment %s went through the régie: it is neither changed nor "
                "cancelled. Reject it (also when it was entered by mistake), or pay it "
                "back.",
                self._espace_words(),
            )
        return ""

    def _espace_why_entry_kept(self):
        """Say why the posted entry of this payment, if any, stays as it is."""
        for payment in self:
            words = payment._espace_why_kept()
            if words:
                return words
        return ""

    # === What may be posted === #

    @api.model
    def _espace_check_own_lines(self, vals):
        """Refuse that a payment settles more, or less, than the money that moves."""
        if is_allowed(self.env, STATING) or not any(map(vals.get, OWN_LINES)):
            return
        journal = self.env["account.journal"].browse(vals.get("journal_id") or [])
        partner = self.env["res.partner"].browse(vals.get("partner_id") or [])
        if journal.sudo().espace_regie_id or partner._espace_payer_families():
            self._espace_refuse_difference()

    @api.model
    def _espace_refuse_difference(self):
        raise UserError(
            self.env._(
                "A payment of a family settles the amount that it brings, no more: "
                "leave the difference open. What is given up is written off after a "
                "decision of the council, what was invoiced by mistake is credited."
            )
        )

    def _espace_check_may_post(self):
        """Refuse money that leaves a régie otherwise than by its own forms.

        What a family of another commune pays is refused, whoever posts it.
        """
        self._espace_check_own_families()
        if is_allowed(self.env, STATING):
            return
        for payment in self.sudo().filtered("espace_regie_id"):
            if payment.partner_type == "supplier":
                raise UserError(
                    self.env._(
                        "%(regie)s collects what families pay: a supplier is neither "
                        "paid from %(journal)s nor pays into it. Choose a journal of "
                        "the treasury.",
                        regie=payment.espace_regie_id.name,
                        journal=payment.journal_id.name,
                    )
                )
            if payment.payment_type == "outbound":
                raise UserError(
                    self.env._(
                        "Money leaves %(regie)s by “Pay back” on the family's account "
                        "or by “Reject” on its payment, and by a remittance to the "
                        "treasury; not by a payment made by hand.",
                        regie=payment.espace_regie_id.name,
                    )
                )

    def _espace_check_own_families(self):
        for payment in self.sudo().filtered("partner_id"):
            theirs = payment.partner_id._espace_payer_families().company_id
            if theirs and payment.company_id not in theirs:
                raise UserError(
                    self.env._(
                        "%(family)s is a family of %(theirs)s: %(own)s neither "
                        "receives its money nor pays it.",
                        family=payment.partner_id.commercial_partner_id.name,
                        theirs=theirs[0].name,
                        own=payment.company_id.name,
                    )
                )

    def _espace_check_open_books(self, move):
        """Refuse a day that is locked: Odoo would book the payment on a later one."""
        if self.company_id._get_violated_lock_dates(move.date, False, self.journal_id):
            raise UserError(
                self.env._(
                    "The books are closed on %s: choose a later day.",
                    self.company_id._espace_day_words(move.date, year=True),
                )
            )

    def _espace_check_entry(self, move):
        """Refuse an entry that is not the payment it belongs to.

        :param move: the draft `account.move`
        """
        self.ensure_one()
        self._espace_check_may_post()
        self._espace_check_open_books(move)
        sign = 1 if self.payment_type == "inbound" else -1
        liquidity = move.line_ids.filtered(
            lambda line: line.account_id == self.outstanding_account_id
        )
        others = move.line_ids - liquidity
        payer = self.partner_id.commercial_partner_id
        if (
            to_cents(sum(liquidity.mapped("balance"))) != sign * to_cents(self.amount)
            or any(a.account_type not in OTHER_SIDE for a in others.account_id)
            or others.partner_id.commercial_partner_id - payer
            or move.date != self.date
        ):
            self._espace_refuse_difference()
