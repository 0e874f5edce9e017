"""What an agent takes back of an invoice: opposite charges on a credit note."""

from dataclasses import replace

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .invoice_terms import Terms


class EspaceCharge(models.Model):
    _inherit = "espace.charge"

    reverses_id = fields.Many2one(
        "espace.charge",
        "Credits the Charge",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    reversed_by_ids = fields.One2many(
        "espace.charge", "reverses_id", "Credited by", readonly=True
    )

    _reversed_once = models.UniqueIndex(
        "(reverses_id) WHERE reverses_id IS NOT NULL",
        "This charge was credited already: reload the page.",
    )

    def _creditable(self):
        """Return those that are on a posted invoice and were not credited yet."""
        return self.filtered(
            lambda charge: (
                charge.move_id.state == "posted"
                and not charge.reversed_by_ids
                and not charge.reverses_id
            )
        )

    def _credit(self, reason, now):
        """Give these charges of one invoice back by a posted credit note.

        :raise UserError: they add up to nothing, or less
        :return: the `account.move`
        """
        charges = self.sudo()
        invoice = charges.move_id
        invoice.ensure_one()
        today = invoice.company_id._espace_today(now)
        charges.company_id._espace_check_open_books(today)
        opposites = charges.create(
            [charge._prepare_opposite(reason) for charge in charges]
        )
        if opposites._total() >= 0:
            raise UserError(
                self.env._(
                    "These lines add up to no amount that could be given back: "
                    "choose lines whose total is positive."
                )
            )
        moves = opposites._draft_under(Terms(today, today), now)
        moves.write({"reversed_entry_id": invoice.id, "ref": reason})
        moves._post(soft=False)
        return moves

    def _prepare_opposite(self, reason):
        """Return the values of the charge that takes this one back."""
        self.ensure_one()
        words = self.with_context(lang=self.family_id.lang).env._(
            "Credit on %(invoice)s: %(reason)s",
            invoice=self.move_id.name,
            reason=reason,
        )
        return {
            **self._about(),
            "quantity": -self.quantity,
            "unit_price": self.unit_price,
            "amount": -self.amount,
            "explanation": words,
            "state": "to_invoice",
            "reverses_id": self.id,
        }


class EspaceReservation(models.Model):
    """A booking that the commune decided not to charge (remise gracieuse)."""

    _inherit = "espace.reservation"

    waiver = fields.Char(
        "Not Due Because",
        readonly=True,
        copy=False,
        groups="espace_famille.group_finance",
    )

    def _settlement_facts(self):
        facts = super()._settlement_facts()
        return replace(facts, waived=True) if self.waiver else facts

    def _credit_words(self):
        return self.waiver or super()._credit_words()

    def _waive(self, reason):
        """Let these bookings owe nothing, and settle them."""
        bookings = self.sudo()
        bookings.write({"waiver": reason})
        return bookings._settle(strict=False)

    def action_charge_again(self):
        """Take back the decision that a booking is not due."""
        if not self.env.user.has_group("espace_famille.group_finance"):
            raise AccessError(self.env._("Only the Régie settles bookings."))
        self.check_access("read")
        bookings = self.sudo()
        bookings.write({"waiver": False})
        bookings._settle(strict=False)
