"""A cash office whose journals have accounts of their own, and what it receives."""

from datetime import date

from odoo.fields import Command

from .common import EspaceBillingCase

DECEMBER = date(2026, 12, 1), date(2026, 12, 31)

# (code, name, type, means, account)
JOURNALS = [
    ("ECA", "Caisse", "cash", "cash", "541200"),
    ("ECH", "Chèques", "bank", "cheque", "511200"),
    ("ECB", "Carte bancaire", "bank", "card", "511500"),
]


class Regie:
    """Builds a régie in `cls.company`; `cls.env` works in it."""

    @classmethod
    def _open_regie(cls, code="REG", **vals):
        regie = cls.env["espace.regie"].create(
            {"name": f"Régie périscolaire {code}", "code": code, **vals}
        )
        journals = {
            means: cls._open_journal(regie, f"{short}{code[-1]}", name, kind, means, n)
            for short, name, kind, means, n in JOURNALS
        }
        treasury = cls._open_journal(
            cls.env["espace.regie"], f"TR{code[-1]}", "Trésor", "bank", False, "515000"
        )
        regie.remittance_journal_id = treasury
        return regie, journals, treasury

    @classmethod
    def _open_journal(cls, regie, short, name, kind, means, number):
        account = cls.env["account.account"].create(
            {
                "name": name,
                "code": f"{number}{short[-1]}",
                "account_type": "asset_cash",
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        journal = cls.env["account.journal"].create(
            {
                "name": name,
                "code": short,
                "type": kind,
                "company_id": cls.company.id,
                "default_account_id": account.id,
                "espace_regie_id": regie.id,
                "espace_means": means,
            }
        )
        lines = (
            journal.inbound_payment_method_line_ids
            | journal.outbound_payment_method_line_ids
        )
        lines.payment_account_id = account
        return journal


class RegieCase(Regie, EspaceBillingCase):
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

    def pay(self, family, amount, day, moves=None, journal=None, post=True, **vals):
        """Receive money of a family, for these documents as far as it goes."""
        payment = self.env["account.payment"].create(
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
        """Pay money back, or have the bank take it back."""
        return self.pay(
            family,
            amount,
            day,
            moves,
            journal,
            payment_type="outbound",
            **vals,
        )

    def receivable_lines(self, moves):
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def match(self, payment, moves):
        self.receivable_lines(payment.move_id | moves).reconcile()

    def reject(self, payment, day):
        """Have the bank take a payment back: its invoice is owed again."""
        line = self.receivable_lines(payment.move_id)
        line.remove_move_reconcile()
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
