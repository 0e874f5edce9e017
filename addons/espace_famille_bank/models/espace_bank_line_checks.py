"""What a movement of the bank may not show, whoever says so."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_amount

from odoo.addons.espace_famille_billing.models.core.amounts import POSTED
from odoo.addons.espace_famille_billing.models.posted.account_move_posted import DEPOSIT

from ..domain import proposing


class EspaceBankLine(models.Model):
    _inherit = "espace.bank.line"

    def _check_pointable(self):
        """Refuse who may not, a movement that is pointed, or that is another's."""
        self.ensure_one()
        self.env["account.payment"]._espace_check_regie_role()
        self.check_access("read")
        self.regie_id._check_may_collect(self.company_id._espace_today())
        self._wait_turn()
        if self.state != "open":
            raise UserError(
                self.env._(
                    "This movement was pointed already, by %s.",
                    self.sudo().pointed_by_id.name,
                )
            )

    def _wait_turn(self):
        """Be the only transaction that points this: a second one is begun again."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE espace_bank_line SET write_date = write_date WHERE id = %s",
                self.id,
            )
        )

    def _check_payments(self, payments_sudo):
        for payment in payments_sudo:
            if (
                payment.espace_regie_id != self.regie_id
                or payment.company_id != self.company_id
                or payment.espace_means not in DEPOSIT
                or payment.state not in POSTED
                or payment.move_id.state != "posted"
                or not payment.espace_kind
            ):
                raise UserError(
                    self.env._(
                        "%(payment)s is not a posted payment of %(regie)s by card, "
                        "online, direct debit or transfer: this movement does not show "
                        "it.",
                        payment=payment._espace_words(),
                        regie=self.regie_id.name,
                    )
                )
        self._check_not_shown("payment_id", payments_sudo)

    def _check_received_before(self, payments_sudo):
        """Refuse that a movement shows what was received long after it."""
        for payment in payments_sudo:
            if payment.date > self.day + proposing.AFTER:
                raise UserError(
                    self.env._(
                        "%s was received after this movement.",
                        payment._espace_words(),
                    )
                )

    def _check_remittances(self, remittances_sudo):
        for remittance in remittances_sudo:
            if (
                remittance.regie_id != self.regie_id
                or remittance.state != "posted"
                or (remittance.bank_line_id and remittance.bank_line_id != self)
            ):
                raise UserError(
                    self.env._(
                        "%(remittance)s is not a confirmed remittance of %(regie)s.",
                        remittance=remittance.display_name,
                        regie=self.regie_id.name,
                    )
                )
        self._check_not_shown("remittance_id", remittances_sudo)

    def _check_not_shown(self, name, records_sudo):
        shown_sudo = (
            self.env["espace.bank.match"]
            .sudo()
            .search([(name, "in", records_sudo.ids), ("released", "=", False)], limit=1)
        )
        if shown_sudo:
            raise UserError(
                self.env._(
                    "%(record)s is shown by another movement already: %(line)s.",
                    record=shown_sudo[name].display_name,
                    line=shown_sudo.line_id.display_name,
                )
            )

    def _check_journal(self, journal):
        if (
            journal.sudo().espace_regie_id != self.regie_id
            or journal.sudo().espace_means not in DEPOSIT
        ):
            raise UserError(
                self.env._(
                    "Choose a journal of %s that holds money of the deposit account.",
                    self.regie_id.name,
                )
            )

    def _refuse_sum(self, cents):
        raise UserError(
            self.env._(
                "The movement is %(amount)s, what you chose adds up to %(chosen)s.",
                amount=format_amount(self.env, self.amount, self.currency_id),
                chosen=format_amount(self.env, cents / 100, self.currency_id),
            )
        )

    @api.model
    def _refuse_by_hand(self):
        raise AccessError(
            self.env._("What the bank shows is pointed by the forms of the Régie.")
        )
