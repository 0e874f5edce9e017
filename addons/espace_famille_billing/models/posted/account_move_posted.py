"""What is posted for a family, or by a régie, stays as it is, whatever the door."""

from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.espace_famille.models.core.guards import allow, is_allowed

from ..core.amounts import POSTED, to_cents
from ..core.guards import STATING
from .said import MOVE

# Into the journals of these means a bank sends statements: the deposit account.
DEPOSIT = ("card", "online", "direct_debit", "transfer")


class AccountMove(models.Model):
    """Entries that only the ways of the Régie make, and that nothing changes.

    Corrections are entries of their own: a credit, a rejection, a refund, a remittance
    taken back, a write-off undone.
    """

    _name = "account.move"
    _inherit = ["account.move", "espace.guard.mixin"]

    # What only remittances, write-offs and what goes to the accountant give.
    _code_key = STATING
    _by_code = frozenset(
        {
            "espace_decision",
            "espace_decision_date",
            "espace_deposit_plan_ids",
            "espace_recovers_id",
            "espace_recovery_ids",
            "espace_remittance_id",
            "espace_terms_ids",
            "espace_third_party",
            "espace_transfer_line_ids",
            "espace_transmitted_on",
            "espace_treasury_family_id",
            "espace_treasury_reference",
            "espace_treasury_undone",
            "espace_under_terms",
            "espace_undone",
            "espace_write_off_kind",
            "espace_written_off_family_id",
        }
    )

    # === CRUD === #

    def write(self, vals):
        if MOVE & vals.keys():
            self._espace_check_kept()
        return super().write(vals)

    def unlink(self):
        """Say what to do instead before Odoo proposes to make a draft of it."""
        self._espace_check_kept()
        return super().unlink()

    @api.model
    def _by_code_words(self):
        return self.env._(
            "An entry belongs to the remittance that made it, a write-off to the "
            "decision of the council, and a debt goes to the accountant by the état "
            "of what is sent. Third parties are invoiced by their decisions."
        )

    # === What stays === #

    def _espace_check_kept(self):
        """Refuse to change what is posted and stays.

        :raise UserError: naming the entry and what is done instead
        """
        posted = self.filtered(lambda move: move.state == "posted")
        if not posted or is_allowed(self.env, STATING):
            return
        for move in posted:
            words = move._espace_why_kept()
            if words:
                raise UserError(words)

    def _espace_why_kept(self):
        """Say why this entry stays as it is and what is done instead; "" if it may go.

        Whoever asks: neither rights nor superuser code make a difference.
        """
        self.ensure_one()
        move_sudo = self.sudo()
        if move_sudo.state != "posted":
            return ""
        return (
            move_sudo.origin_payment_id._espace_why_entry_kept()
            or move_sudo._espace_why_remittance()
            or move_sudo._espace_why_written_off()
            or move_sudo._espace_why_treasury()
            or move_sudo._espace_why_third_party()
            or move_sudo._espace_why_invoice()
            or move_sudo._espace_why_stated()
        )

    def _espace_why_remittance(self):
        if not self.espace_remittance_id:
            return ""
        return self.env._(
            "The entry %(entry)s is the remittance %(remittance)s: take the remittance "
            "back instead.",
            entry=self.name,
            remittance=self.espace_remittance_id.name,
        )

    def _espace_why_written_off(self):
        if not self.espace_written_off_family_id:
            return ""
        names = {"entry": self.name, "family": self.espace_written_off_family_id.name}
        if self.espace_recovers_id:
            return self.env._(
                "The entry %(entry)s made due again what %(family)s paid of a "
                "write-off: if the money did not come, reject its payment instead.",
                **names,
            )
        if self.reversed_entry_id:
            return self.env._(
                "The entry %(entry)s undoes a write-off of debts of %(family)s: write "
                "them off again instead.",
                **names,
            )
        return self.env._(
            "The entry %(entry)s writes off debts of %(family)s: undo the write-off "
            "instead, by its button.",
            **names,
        )

    def _espace_why_treasury(self):
        if not self.espace_treasury_family_id:
            return ""
        names = {"entry": self.name, "family": self.espace_treasury_family_id.name}
        if self.reversed_entry_id:
            return self.env._(
                "The entry %(entry)s undoes what %(family)s paid to the public "
                "accountant: record the payment again instead.",
                **names,
            )
        return self.env._(
            "The entry %(entry)s is what %(family)s paid to the public accountant: "
            "undo it by its button instead.",
            **names,
        )

    def _espace_why_invoice(self):
        if not self.espace_family_id or not self.is_invoice():
            return ""
        if self.move_type == "out_refund":
            return self.env._(
                "The credit note %(entry)s of %(family)s is posted and stays as it is: "
                "what was given back by mistake is invoiced again.",
                entry=self.name,
                family=self.espace_family_id.name,
            )
        return self.env._(
            "The invoice %(entry)s of %(family)s is posted and stays as it is: give it "
            "back by a credit note (“Credit”), write the debt off after a decision of "
            "the council, or change its due date by the button of that name.",
            entry=self.name,
            family=self.espace_family_id.name,
        )

    def _espace_why_stated(self):
        """Say that the régie has stated the day of an entry that touches its money."""
        for regie in self._espace_touched_journals().espace_regie_id:
            until = regie._closed_until()
            if until and self.date <= until:
                return self.env._(
                    "The entry %(entry)s is of a day that the collections of %(regie)s "
                    "have closed: nothing of that time can change any more.",
                    entry=self.name,
                    regie=regie.name,
                )
        return ""

    def _espace_touched_journals(self):
        """Return the journals of régies whose money these entries touch."""
        journals_sudo = self.sudo().journal_id.filtered("espace_regie_id")
        # Where a journal of bank or cash may be kept; invoices touch none of these.
        accounts = self.sudo().line_ids.account_id.filtered(
            lambda account: account.account_type in ("asset_cash", "asset_current")
        )
        if accounts:
            # Archived, its account holds the same money.
            journals_sudo |= journals_sudo.with_context(active_test=False).search(
                [
                    ("espace_regie_id", "!=", False),
                    ("default_account_id", "in", accounts.ids),
                ]
            )
        return journals_sudo

    # === Due date === #

    def action_espace_due_date(self):
        """Open the form that changes the due date."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Due date"),
            "res_model": "espace.due.date.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_id": self.id},
        }

    def _espace_change_due_date(self, day, reason):
        """Let a posted invoice of a family be due on another day, and note why.

        :param date day: local
        :raise UserError: it is none, is settled, or would be due before its day
        """
        self.ensure_one()
        self.check_access("write")
        if (
            self.move_type != "out_invoice"
            or self.state != "posted"
            or not self.espace_family_id
            or self.payment_state not in ("not_paid", "partial")
        ):
            raise UserError(
                self.env._("Only what a posted invoice still asks has a due date.")
            )
        if day < self.invoice_date:
            raise UserError(
                self.env._("An invoice is not due before the day that it bears.")
            )
        self._espace_check_deposits(day)
        before = self.invoice_date_due
        # Odoo would look for its payment terms again.
        move = allow(self, STATING).with_context(
            skip_invoice_sync=True, skip_invoice_line_sync=True
        )
        move._espace_receivable_lines().date_maturity = day
        move.invoice_date_due = day
        self._message_log(
            body=self.env._(
                "Due on %(after)s instead of %(before)s: %(reason)s",
                after=format_date(self.env, day),
                before=format_date(self.env, before),
                reason=reason,
            )
        )

    # === What may be posted === #

    def _espace_check_may_post(self):
        """Refuse what does not reach a régie's money by one of its ways.

        :raise UserError: with the way to take instead
        """
        if is_allowed(self.env, STATING) or not self._espace_touched_journals():
            return
        for move in self.sudo():
            journals = move._espace_touched_journals()
            payment = move.origin_payment_id
            # Journals may share an account: their money is touched all the same.
            elsewhere = journals.default_account_id - move.journal_id.default_account_id
            if payment and payment.journal_id == move.journal_id and not elsewhere:
                payment._espace_check_entry(move)
            elif journals and not move._espace_is_outside_work(journals):
                raise UserError(
                    self.env._(
                        "%(journal)s belongs to %(regie)s: its entries are made by the "
                        "payments, rejections, refunds and remittances of the Régie, "
                        "not by hand. What it held before its first receipt is "
                        "entered with an earlier date.",
                        journal=journals[0].display_name,
                        regie=journals[0].espace_regie_id.name,
                    )
                )

    def _espace_is_outside_work(self, journals):
        """Tell whether this is what a bank states, or what a régie opened with."""
        self.ensure_one()
        for regie in journals.espace_regie_id:
            until = regie._closed_until()
            if until and self.date <= until:
                return False
        if self._espace_undoes_work_by_hand():
            return True
        if self.statement_line_id:
            return journals == self.journal_id and journals.espace_means in DEPOSIT
        if self == self.company_id.account_opening_move_id:
            return True
        begun = [regie._espace_begun() for regie in journals.espace_regie_id]
        return all(self.date < day for day in begun if day)

    def _espace_undoes_work_by_hand(self):
        """Tell whether this takes back, whole, an entry that should never have been.

        Deleting that one would leave a gap in the numbers.
        """
        undone = self.reversed_entry_id
        if undone.state != "posted" or undone._espace_why_kept():
            return False
        totals = defaultdict(int)
        for line in (undone | self).line_ids:
            totals[line.account_id] += to_cents(line.balance)
        return not any(totals.values())


class EspaceRegie(models.Model):
    _inherit = "espace.regie"

    def _espace_begun(self):
        """Return the day from which this régie states what it collects, maybe none.

        The first day of its first collection, else that of its first payment.
        """
        self.ensure_one()
        regie_sudo = self.sudo()
        first = regie_sudo.statement_ids.sorted("date_from")[:1]
        if first:
            return first.date_from
        return (
            regie_sudo.env["account.payment"]
            .search(
                [("espace_regie_id", "=", self.id), ("state", "in", POSTED)],
                order="date",
                limit=1,
            )
            .date
        )
