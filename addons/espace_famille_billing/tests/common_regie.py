"""A cash office whose journals have accounts of their own, and what it receives."""

from datetime import date
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille.tests.common import MONDAY, NOW, THURSDAY

from ..models.core.guards import STATING
from .common import EspaceBillingCase

DECEMBER = date(2026, 12, 1), date(2026, 12, 31)

# (code, name, means, account)
JOURNALS = [
    ("ECA", "Caisse", "cash", "541200"),
    ("ECH", "Chèques", "cheque", "511200"),
    ("ECB", "Carte bancaire", "card", "511500"),
]


class Regie(EspaceBillingCase):
    """Builds régies that remit to the treasury, as many as wanted."""

    @classmethod
    def _open_regie(cls, code="REG", **vals):
        """Return a régie, its journals by means and the journal of the treasury."""
        regie = cls.env["espace.regie"].create(
            {"name": f"Régie périscolaire {code}", "code": code, **vals}
        )
        end = code[-1]
        journals = {
            means: cls._create_journal(
                regie, means, f"{short}{end}", f"{account}{end}", name
            )
            for short, name, means, account in JOURNALS
        }
        regie.remittance_journal_id = treasury = cls._create_journal(
            cls.env["espace.regie"], False, f"TR{end}", f"515000{end}", "Trésor"
        )
        return regie, journals, treasury


class RegieCase(Regie):
    """The commune with a régie that has received nothing yet.

    The Martins are invoiced 10.00 € in December (two products), the Durands 3.60 €.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regie, cls.journals, cls.treasury = cls._open_regie()
        cls.cash, cls.cheque, cls.card = cls.journals.values()
        cls.Statement = cls.env["espace.collection.statement"]
        cls.Remittance = cls.env["espace.remittance"]

    # === Shortcuts === #

    def invoice(self, family, lines, day, move_type="out_invoice"):
        """Post what a family owes: `lines` are (product, euros).

        Such invoices have no charge: they are not of a booking.
        """
        move = self.Move.create(
            {
                "move_type": move_type,
                "partner_id": family.partner_id.id,
                "invoice_date": day,
                "invoice_date_due": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "name": product.name,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for product, price in lines
                ],
            }
        )
        move.action_post()
        return move

    def pay(self, *args, **vals):
        """Receive money of a family, for these documents as far as it goes.

        By hand, as an accountant may: see `_pay`.
        """
        return self._pay(self.env["account.payment"], *args, **vals)

    def _pay(
        self,
        payments,
        family,
        amount,
        day,
        moves=None,
        journal=None,
        post=True,
        **vals,
    ):
        payment = payments.create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": family.partner_id.id,
                "amount": amount,
                "date": day,
                "journal_id": (journal or self.cash).id,
                **vals,
            }
        )
        if post:
            payment.action_post()
        if moves:
            self.match(payment, moves)
        return payment

    def give_back(self, family, amount, day, moves=None, journal=None, **vals):
        """Pay money back, or have the bank take it back, as the Régie's forms do."""
        return self._pay(
            allow(self.env["account.payment"], STATING),
            family,
            amount,
            day,
            moves,
            journal,
            payment_type="outbound",
            **vals,
        ).with_env(self.env)

    def receivable_lines(self, moves):
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def match(self, payment, moves):
        lines = self.receivable_lines(payment.move_id | moves)
        lines.filtered(lambda line: not line.reconciled).reconcile()

    def reject(self, payment, day):
        """Have the bank take a payment back: its invoice is owed again."""
        line = self.receivable_lines(payment.move_id)
        allow(line, STATING).remove_move_reconcile()
        rejection = self.give_back(
            payment.espace_family_id,
            payment.amount,
            day,
            journal=payment.journal_id,
            espace_reverses_id=payment.id,
        )
        (line | self.receivable_lines(rejection.move_id)).reconcile()
        return rejection

    def statement(self, start=DECEMBER[0], end=DECEMBER[1], **vals):
        return self.Statement.create(
            {
                "regie_id": self.regie.id,
                "date_from": start,
                "date_to": end,
                **vals,
            }
        )

    def close(self, statement):
        statement.action_close()
        return statement

    def january(self, day=31):
        return self.statement(date(2027, 1, 1), date(2027, 1, day))

    def cents(self, statement, **kinds):
        """Return {product or None (an advance): cents} that a statement recorded."""
        lines = statement.allocation_ids.filtered_domain(
            [(name, "=", value) for name, value in kinds.items()]
        )
        found = {
            product or None: round(sum(own.mapped("amount")) * 100)
            for product, own in lines.grouped("product_id").items()
        }
        return {product: cents for product, cents in found.items() if cents}


class CounterCase(EspaceBillingCase):
    """The small commune with a régie: two invoices of the Martins, one of the Durands.

    Nina's meal costs 3.60 €, Tom's two hours of childcare 1.30 €: the Martins owe
    4.90 €. The Durands owe a meal.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.martin | cls.durand).lang = "en_US"
        cls._create_regie()
        cls.clerk = cls._create_staff("finance")
        cls.regie.regisseur_id = cls.clerk
        cls.Payment = cls.env["account.payment"]
        cls.meal_move = cls._invoiced(cls.nina, cls.meal, MONDAY)
        cls.evening_move = cls._invoiced(cls.tom, cls.t2, THURSDAY)
        cls.lina_move = cls._invoiced(cls.lina, cls.meal, MONDAY)

    @classmethod
    def _invoiced(cls, child, product, day):
        family = child._paying_family(day)
        [quote] = cls.Reservation._book(family, [(child, product, day)], now=NOW)
        return cls.Reservation.browse(quote.reservation_id).charge_ids.move_id

    def counter(self, family=None, moves=None, **context):
        """Open the form of the counter, as an agent does."""
        if moves:
            action = moves.with_user(self.clerk).action_register_payment()
        else:
            action = (family or self.martin).with_user(self.clerk).action_espace_pay()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"], **context))
        form.journal_id = self.journals["cash"]
        return form

    def pay(self, family=None, amount=None, means="cash", **vals):
        """Take a payment at the counter; return it."""
        form = self.counter(family)
        form.journal_id = self.journals[means]
        if amount is not None:
            form.amount = amount
        if means == "cheque":
            form.cheque_number = "0001234"
            form.cheque_bank = "Banque du Lac"
        for name, value in vals.items():
            setattr(form, name, value)
        action = form.save().action_register()
        return self.Payment.browse(action["res_id"])

    def left(self):
        """Return what is open of the three invoices, in cents exact."""
        moves = (self.meal_move, self.evening_move, self.lina_move)
        return [Decimal(str(round(move.amount_residual, 2))) for move in moves]


class SeveralRegiesCase(CounterCase, Regie):
    """The commune with a second régie, for the evenings; the canteen has the first.

    The Martins owe a meal to one and an evening to the other. `clerk` is régisseur of
    both; `cls.clerks` has a mandataire of each, by its code.
    """

    @classmethod
    def _create_regie(cls, *args):
        super()._create_regie(*args)
        cls.regie.write({"decision": "Arrêté n° 12", "decision_date": "2026-06-01"})
        cls.leisure, cls.leisure_journals, cls.treasury = cls._open_regie(
            "AL", decision="Arrêté n° 13"
        )
        cls.evening.regie_id = cls.leisure
        cls.regie.remittance_journal_id = cls.treasury
        cls.clerks = {}
        for regie in cls.regie | cls.leisure:
            agent = cls._create_user(
                f"agent_{regie.code}".lower(), "espace_famille.group_finance"
            )
            cls.clerks[regie.code] = agent
            cls.env["espace.regie.mandate"].create(
                {"regie_id": regie.id, "user_id": agent.id}
            )
        return cls.regie

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leisure.regisseur_id = cls.clerk

    def register(self, move, journal, amount=None, user=None, **vals):
        """Take a payment of one invoice in a journal, as an agent does."""
        user = user or self.clerk
        lines = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        amount = move.amount_residual if amount is None else amount
        return self.Payment.with_user(user)._espace_register(
            move.espace_family_id.with_user(user),
            journal.with_user(user),
            {lines.with_user(user): amount},
            vals.pop("date", NOW.date()),
            **vals,
        )

    def refused(self, words, act, *args, **vals):
        """Do what must be refused in these words and change nothing."""
        with self.assertRaises(UserError) as error, self.env.cr.savepoint():
            act(*args, **vals)
        self.assertIn(words, str(error.exception))


def euros(*amounts):
    return [Decimal(amount) for amount in amounts]
