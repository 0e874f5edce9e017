from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.guards import is_allowed

from ..core.amounts import to_cents
from ..core.guards import STATING
from .said import PARTIAL


class AccountPartialReconcile(models.Model):
    """What settles what: of one family, never more than there is, stated for good."""

    _inherit = "account.partial.reconcile"

    def write(self, vals):
        if PARTIAL & vals.keys():
            self._espace_check_edited()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_not_stated(self):
        """Keep what a closed collection says that its payments paid.

        And the debts that a council gave up, or that were paid to the public
        accountant: no others take their place.
        """
        if is_allowed(self.env, STATING):
            return
        for move_sudo in self._espace_moves():
            words = move_sudo.state == "posted" and (
                move_sudo._espace_why_written_off() or move_sudo._espace_why_treasury()
            )
            if words:
                raise UserError(words)
        payments_sudo = self._espace_moves().origin_payment_id
        stated = payments_sudo.filtered("espace_statement_id")[:1]
        if stated:
            raise UserError(
                self.env._(
                    "%(payment)s is in the closed collection %(collection)s, which "
                    "says what it paid: reject it if the money did not come, or give "
                    "the invoice back by a credit note.",
                    payment=stated._espace_words(),
                    collection=stated.espace_statement_id.name,
                )
            )

    def _espace_moves(self):
        partials_sudo = self.sudo()
        return (partials_sudo.debit_move_id | partials_sudo.credit_move_id).move_id

    def _espace_check_edited(self):
        """Refuse to edit what is matched: it is taken apart and matched again."""
        if any(move._espace_why_kept() for move in self._espace_moves()):
            raise UserError(
                self.env._(
                    "What is matched is not edited: take it apart, then match it again."
                )
            )

    def _espace_check_families(self):
        """Refuse that the money of one family pays the debts of another."""
        for partial in self.sudo():
            debtor = partial.debit_move_id.partner_id.commercial_partner_id
            payer = partial.credit_move_id.partner_id.commercial_partner_id
            families = debtor != payer and (debtor | payer)._espace_payer_families()
            if families and len(families) > 1:
                raise UserError(
                    self.env._(
                        "%(one)s and %(other)s are two families: what one paid does "
                        "not settle what the other owes. Pay it back, or reject it as "
                        "entered by mistake, and enter it for the right family.",
                        one=families[0].name,
                        other=families[1].name,
                    )
                )

    def _espace_check_not_transmitted(self):
        """Refuse the régie's money for a debt that the public accountant recovers.

        What a bank has taken already is booked: code does that as superuser.
        """
        if self.env.su:
            return
        for partial in self.sudo():
            if partial.credit_move_id.move_id.origin_payment_id.espace_regie_id:
                partial.debit_move_id.move_id._espace_check_collectable()

    def _espace_check_amounts(self):
        """Refuse to settle more of a family's line than is open of it."""
        for partial in self.sudo():
            for line in partial.debit_move_id | partial.credit_move_id:
                left, whole = to_cents(line.amount_residual), to_cents(line.balance)
                if left * whole < 0 and line.move_id._espace_why_kept():
                    raise UserError(
                        self.env._(
                            "More would be settled of %s than is open of it.",
                            line.move_name,
                        )
                    )
