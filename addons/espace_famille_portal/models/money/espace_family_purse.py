from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal

from ...domain.sent import read_euros, read_id

# Movements shown at first; all of them on demand.
SHOWN = 40

# Earlier payments whose result the bank is asked for before another is made.
LOOKED_BACK = 3

# What may be proposed at once, as far as the régie takes it.
PROPOSED = (20, 50, 100)


class EspaceFamily(models.Model):
    """The prepaid account, as the family's pages say it."""

    _inherit = "espace.family"

    def _portal_purse(self, everything=False):
        """Return what the page shows of the prepaid account, None if there is none.

        :param bool everything: all movements, not only the latest
        """
        self.ensure_one()
        company = self.company_id
        regies_sudo = company._espace_purse_regies_sudo()
        if not regies_sudo and not self.sudo().purse_since:
            return None
        words, less = company._espace_amount_words, company._espace_deduction_words
        held = self._espace_purse()
        lines_sudo = self.env["espace.purse.line"].sudo()
        lines_sudo = lines_sudo.search([("family_id", "=", self.id)])
        shown_sudo = lines_sudo if everything else lines_sudo[-SHOWN:]
        several = len(regies_sudo) > 1
        awaited_sudo = self._espace_top_ups_awaited()
        return {
            "available": words(held.available),
            "refundable": held.available > 0,
            "sums": [
                (name, label, say(amount))
                for name, label, say, amount in (
                    ("waiting", self.env._("Credits to come"), words, held.waiting),
                    ("deducted", self.env._("About to pay"), less, held.deducted),
                    ("held", self.env._("Kept for your cart"), less, held.held),
                )
                if amount
            ],
            "balance": words(held.balance),
            "regies": [
                {
                    "regie": regie_sudo,
                    "left": several and words(self._espace_purse_at(regie_sudo)),
                    "open": regie_sudo._takes("online"),
                    "least": regie_sudo.purse_least,
                    "most": regie_sudo.purse_most,
                    "bounds": self.env._(
                        "From %(least)s to %(most)s.",
                        least=words(regie_sudo.purse_least),
                        most=words(regie_sudo.purse_most),
                    ),
                    "proposed": [
                        (amount, words(amount))
                        for amount in PROPOSED
                        if regie_sudo.purse_least <= amount <= regie_sudo.purse_most
                    ],
                }
                for regie_sudo in regies_sudo
            ],
            "several": several,
            "awaited": ", ".join(words(tx.amount) for tx in awaited_sudo),
            "low": self._portal_low_below(regies_sudo),
            "rows": [self._portal_movement(line) for line in reversed(shown_sudo)],
            "more": len(lines_sudo) > len(shown_sudo),
        }

    def _portal_movement(self, line_sudo):
        """Return what the page shows of one movement, as a dict."""
        words = self.company_id._espace_amount_words
        sign = "+" if line_sudo.amount > 0 else "−"
        return {
            "line": line_sudo,
            "day": format_date(self.env, line_sudo.date, date_format="d MMM y"),
            "what": line_sudo._words(),
            "amount": f"{sign}\N{NO-BREAK SPACE}{words(abs(line_sudo.amount))}",
            "balance": words(line_sudo.balance),
            "url": self._portal_movement_url(line_sudo),
        }

    def _portal_movement_url(self, line_sudo):
        """Return where the document of a movement is read, '' if nowhere."""
        move_sudo = line_sudo.move_id
        if move_sudo.move_type in ("out_invoice", "out_refund"):
            is_own = move_sudo.espace_family_id == self.sudo()
            return f"/my/factures/{move_sudo.id}" if is_own else ""
        if line_sudo.payment_id.espace_receipt_number:
            return f"/my/factures/recu/{line_sudo.payment_id.id}"
        return ""

    def _portal_low_below(self, regies_sudo):
        """Return the euros below which the family is told, as the form has them."""
        lows = [self._espace_low_below(regie_sudo) for regie_sudo in regies_sudo]
        return f"{max(lows, default=to_decimal(0)):.2f}".replace(".", ",")

    def _portal_choose_low(self, typed):
        """Tell the family below another amount from now on.

        :raise UserError: it is no amount
        """
        amount = read_euros(typed)
        if amount is None:
            raise UserError(self.env._("Enter an amount, or 0 for no message."))
        self.sudo().write(
            {
                "purse_own_low": True,
                "purse_low": float(amount),
                # What is low by now is told anew.
                "purse_told_on": False,
            }
        )

    # === Paying in === #

    def _portal_top_up(self, regie_id, amount):
        """Return the régie that takes this amount of the family in advance.

        What the bank knows of earlier payments is asked for first: nobody who has paid
        and closed the page pays twice.

        :param regie_id: as a browser sends it; None where there is one régie
        :param Decimal amount: in euros; None if what was typed is none
        :raise UserError: with the reason in words
        """
        self.ensure_one()
        if not self.active:
            raise UserError(self.env._("Your family account is closed."))
        self._portal_check_may_book()
        regies_sudo = self.company_id._espace_purse_regies_sudo()
        if regie_id is not None or len(regies_sudo) > 1:
            asked = read_id(regie_id)
            regies_sudo = regies_sudo.filtered(lambda regie: regie.id == asked)
        if not regies_sudo:
            raise UserError(self.env._("The commune takes no payment in advance here."))
        if amount is None:
            raise UserError(self.env._("Enter the amount that you want to pay."))
        regies_sudo._check_top_up(amount)
        earlier_sudo = self._espace_top_ups([("state", "in", ("draft", "pending"))])
        earlier_sudo[:LOOKED_BACK]._espace_ask_bank()
        if self._espace_top_ups_awaited():
            raise UserError(
                self.env._(
                    "A payment in advance is already on its way: wait for its result."
                )
            )
        if reason := self._espace_why_offline(regies_sudo, amount):
            raise UserError(reason)
        return regies_sudo

    def _portal_top_up_result(self):
        """Say what the latest payment in advance did: (level, message)."""
        latest_sudo = self._espace_top_ups()[:1]
        latest_sudo._espace_ask_bank()
        amount = self.company_id._espace_amount_words(latest_sudo.amount)
        if not latest_sudo:
            return "", ""
        if latest_sudo.payment_id:
            if self._espace_payment_move():
                return "success", self.env._(
                    "Thank you: your payment of %s was received. A cart still waits "
                    "for its payment: open it now, your credit is deducted there.",
                    amount,
                )
            return "success", self.env._(
                "Thank you: your payment of %s was received. What you owe, and what "
                "waited for it in your cart, was paid with it first; the rest is on "
                "your prepaid account.",
                amount,
            )
        if latest_sudo._espace_is_awaited():
            return "info", self.env._(
                "Your payment is on its way: the bank has not confirmed it yet. No "
                "need to pay again."
            )
        if latest_sudo.state == "draft":
            return "info", self.env._(
                "No payment has reached us yet. If you have just paid, reload this "
                "page in a moment before you pay again."
            )
        return "warning", self.env._("The payment was not completed: nothing was paid.")

    # === Paid back === #

    def _portal_refund_asked(self):
        """Return what a request says that asks for the rest."""
        left = self._espace_purse().available
        return {
            "kind": "invoice",
            "subject": self.env._("Refund of my prepaid account"),
            "message": self.env._(
                "Please pay back what is left of my prepaid account: %s.",
                self.company_id._espace_amount_words(left),
            ),
        }
