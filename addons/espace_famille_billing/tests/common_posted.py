"""One of each thing that is posted for a family or by a régie, and who bends it."""

from datetime import date, timedelta

from odoo.fields import Command

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY, TUESDAY
from odoo.addons.espace_famille.tests.core.test_check import CorruptionCase

from ..domain import write_off
from ..models.core.amounts import to_decimal
from .common_regie import RegieCase

DECEMBER_DAY = date(2026, 12, 10)

# The right way, by what it is: words of the sentence that refuses.
WAY = {
    "invoice": "credit note",
    "by_hand": "credit note",
    "credit": "invoiced again",
    "remittance": "take the remittance back",
    "written_off": "undo the write-off",
    "recovery": "reject its payment",
    "receipt": "Reject it",
    "rejection": "Reject it",
    "refund": "Reject it",
    "stated": "rejection or a refund",
}


class PostedCase(RegieCase):
    """Each object of `objects`, by what the tables of doors call it.

    In December: a hand-made invoice of the Durands and the payment of it, which a
    closed collection holds. In January: an invoice of charges and its credit note, a
    receipt, a refund, a rejection, a remittance, a debt that was written off, and one
    admitted as irrecoverable of which a part was collected after all.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loss = cls._create_account("654100", "expense")
        cls.other_account = cls._create_account("580000", "asset_current")
        cls.found = cls._create_account("758880", "income_other")
        cls.accountant = cls._create_user(
            "accountant",
            "account.group_account_manager,account.group_account_basic,"
            "base.group_partner_manager",
        )
        cls.users = {
            "finance": cls._create_staff("finance"),
            "admin": cls._create_staff("admin"),
            "accountant": cls.accountant,
            "superuser": cls.env.ref("base.user_root"),
        }
        cls.users["admin"].group_ids += cls.env.ref("account.group_account_manager")

    @classmethod
    def _create_account(cls, code, account_type):
        return cls.env["account.account"].create(
            {
                "name": code,
                "code": code,
                "account_type": account_type,
                "reconcile": account_type == "asset_current",
                "company_ids": [Command.set(cls.company.ids)],
            }
        )

    def setUp(self):
        super().setUp()
        by_hand = self.invoice(self.durand, [(self.meal, 8)], DECEMBER_DAY)
        stated = self.pay(self.durand, 8, DECEMBER_DAY, by_hand)
        self.december = self.close(self.statement())
        invoice = self.of_booking(self.nina, MONDAY)
        credited = self.of_booking(self.nina, TUESDAY)
        charges = credited.invoice_line_ids.espace_charge_ids
        charges.reservation_id.waiver = "Mistake"
        credit = charges._credit("Mistake", NOW)
        debt = self.invoice(self.durand, [(self.meal, 5)], TODAY)
        receipt = self.pay(self.durand, 2, TODAY, debt)
        rejected = self.pay(self.durand, 1, TODAY, debt, self.cheque)
        rejection = self.reject(rejected, TODAY)
        refund = self.refund(self.pay(self.martin, 9, TODAY, journal=self.card))
        remittance = self.Remittance.create(
            {
                "regie_id": self.regie.id,
                "journal_id": self.cash.id,
                "date": TODAY,
                "amount": 4,
            }
        )
        remittance.action_confirm()
        written_off = self.give_up(3)
        self.irrecoverable = self.give_up(2)
        self.irrecoverable._espace_collect_written_off(self.cash, to_decimal(1), TODAY)
        self.payments = {
            "receipt": receipt,
            "stated": stated,
            "rejection": rejection,
            "refund": refund,
        }
        self.moves = {
            "invoice": invoice,
            "by_hand": by_hand,
            "credit": credit,
            "remittance": remittance.move_id,
            "written_off": written_off,
            "recovery": self.irrecoverable.espace_recovery_ids,
            **{name: payment.move_id for name, payment in self.payments.items()},
        }
        self.remittance = remittance
        self.env.flush_all()

    def of_booking(self, child, day):
        return self.booked(child, self.meal, day).charge_ids.move_id

    def give_up(self, amount, kind=write_off.IRRECOVERABLE, family=None):
        """Write off an invoice of this amount, by a decision of this kind."""
        lost = self.invoice(family or self.durand, [(self.meal, amount)], TODAY)
        return self.Move._espace_write_off(
            lost.espace_family_id,
            {self.receivable_lines(lost): amount},
            TODAY,
            "D12",
            TODAY,
            self.loss,
            kind,
        )

    def transmitted(self, amount):
        """Return an invoice of the Martins that went to the accountant, in March."""
        self.company.write({"espace_collect_days": 60, "espace_title_minimum": 0})
        debt = self.invoice(self.martin, [(self.t1, amount)], TODAY)
        with self.at(TODAY + timedelta(days=61)):
            self.transmit(debt)
        return debt

    def transmit(self, debt):
        """Send a debt to the accountant, as the Régie does."""
        clerk = self.users["finance"]
        action = debt.with_user(clerk).action_espace_transmit()
        transfer = self.env["espace.debt.transfer"].browse(action["res_id"])
        transfer.with_user(clerk).action_send()

    def refund(self, payment):
        """Pay back what a payment left on the family's account."""
        [line] = self.receivable_lines(payment.move_id)
        family = payment.espace_family_id
        return self.env["account.payment"]._espace_register(
            family, payment.journal_id, {line: abs(line.amount_residual)}, TODAY
        )


class BentCase(CorruptionCase, PostedCase):
    """Bends what is posted by SQL, behind the back of all guards."""

    def check_invariants(self):
        """They are broken on purpose here."""

    def spoil_row(self, record, **values):
        for name, value in values.items():
            self.spoil(
                f"UPDATE {record._table} SET {name} = %s WHERE id = %s",
                value,
                record.id,
            )

    def codes(self):
        return {f.code for f in self.env["espace.check"]._problems(self.company)}
