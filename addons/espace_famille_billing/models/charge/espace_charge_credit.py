"""What an agent takes back of an invoice: opposite charges on a credit note."""

from odoo import models
from odoo.exceptions import UserError

from .invoice_terms import Terms


class EspaceCharge(models.Model):
    _inherit = "espace.charge"

    def _creditable(self):
        """Return those that are on a posted invoice and were not credited yet."""
        return self.filtered(
            lambda charge: (
                charge.move_id.state == "posted"
                and not charge.reversed_by_ids
                and not charge.reverses_id
                # What a third party paid follows what it was paid of.
                and not charge.aid_id
            )
        )

    def _credit(self, reason, now):
        """Give these charges of one invoice back by a posted credit note.

        :raise UserError: they add up to nothing, or less
        :return: the `account.move`
        """
        # What third parties paid of them follows by itself.
        charges_sudo = self.sudo().filtered(lambda charge: not charge.aid_id)
        invoice = charges_sudo.move_id
        invoice.ensure_one()
        today = invoice.company_id._espace_today(now)
        charges_sudo.company_id._espace_check_open_books(today)
        opposites = charges_sudo.create(
            [charge._prepare_opposite(reason) for charge in charges_sudo]
        )
        if opposites._total() >= 0:
            raise UserError(
                self.env._(
                    "These lines add up to no amount that could be given back: "
                    "choose lines whose total is positive."
                )
            )
        opposites._settle_aids()
        moves = opposites._invoice(now, Terms(today, today))
        # Its reference goes to the accountant and into the FEC; the reason, in which a
        # child may be named, is what the family reads.
        moves.write({"reversed_entry_id": invoice.id, "ref": invoice.name})
        moves._post(soft=False)
        return moves

    def _give_back(self, now):
        """Put these waiting credits on a posted credit note a family.

        :param datetime now: naive UTC
        :return: the `account.move`
        """
        moves = self.env["account.move"]
        for company, charges in self.grouped("company_id").items():
            today = company._espace_today(now)
            company._espace_check_open_books(today)
            moves |= charges._invoice_under(Terms(today, today), now)
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
