from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW
from odoo.addons.espace_famille.tests.core.test_messages import Messages

from ..common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestBillingMessages(Messages, EspaceBillingCase):
    """Messages about money: shown in the settings, and never in the way of money."""

    def setUp(self):
        super().setUp()
        self._publish_provider()
        self.martin.lang = "fr_FR"
        self.booking = self.booked(self.nina, self.meal, MONDAY)
        self.move = self.booking.charge_ids.move_id

    def test_each_message_can_be_previewed_in_french(self):
        self.notify(self.transaction(self.move))
        self.assertTrue(self.env["account.payment"].search([]))
        self.env["espace.deposit.plan"].create(
            {
                "move_id": self.move.id,
                "agreed_on": NOW.date(),
                "amount": 3.6,
                "line_ids": [Command.create({"date": NOW.date(), "amount": 3.6})],
            }
        )
        self.assert_previews("espace_famille_billing")

    def test_money_is_booked_whatever_a_text_says(self):
        self.break_text(self.template("payment_other_amount", "espace_famille_billing"))
        with self.errors_of_texts():
            transaction = self.notify(self.transaction(self.move, amount=0.01))
        self.assertEqual(transaction.payment_id.amount, 0.01)
        note = self.martin.message_ids[0]
        self.assertIn("its text holds an error", note.body)
        self.assertTrue(note.is_internal)
        self.assertFalse(self.messages(self.martin))
        self.assertEqual(self.booking.hold_until > NOW, True)
