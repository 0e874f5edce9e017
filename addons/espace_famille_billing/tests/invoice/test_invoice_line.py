from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW

from ..common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestLineAdded(EspaceBillingCase):
    """An agent adds a line, with its reason, to an invoice that is still a draft."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.martin | cls.durand).lang = "en_US"
        cls._publish_provider()
        cls.finance = cls._create_staff("finance")
        cls.badge = cls.env["product.product"].create(
            {"name": "Badge", "type": "service", "list_price": 4}
        )
        cls.book(cls, cls.martin, (cls.nina, cls.meal, MONDAY))
        cls.booking = cls.martin.reservation_ids
        cls.draft = cls.booking.charge_ids.move_id

    def add(self, user=None, **vals):
        move = self.draft.with_user(user or self.finance)
        action = move.action_espace_add_line()
        Wizard = self.env[action["res_model"]].with_user(user or self.finance)
        form = Form(Wizard.with_context(**action["context"]))
        form.product_id = self.badge
        form.reason = "Lost on 4 January 2027"
        for name, value in vals.items():
            setattr(form, name, value)
        return form.save().action_add()

    def test_it_is_part_of_what_is_asked_and_says_why(self):
        self.assertEqual(self.draft.state, "draft")
        self.add()
        self.assertEqual(self.draft.amount_total, 7.60)
        self.assertEqual(float(self.draft._espace_asked()), 7.60)
        line = self.draft.invoice_line_ids.filtered("espace_reason")
        self.assertEqual(line.name, "Badge\nLost on 4 January 2027")
        self.notify(self.transaction(self.draft, amount=7.60))
        self.assertEqual(self.booking.state, "confirmed")
        self.assertEqual(self.draft.payment_state, "paid")
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice_with_payments", self.draft.ids
        )
        self.assertIn("Lost on 4 January 2027", page.decode())

    def test_its_words_stay_once_it_is_posted_until_the_family_is_erased(self):
        self.add()
        self.notify(self.transaction(self.draft, amount=7.60))
        line = self.draft.invoice_line_ids.filtered("espace_reason")
        for name in ("name", "espace_reason", "espace_words"):
            with self.assertRaisesRegex(UserError, "stays as it is"):
                line.write({name: "X"})
        line._espace_erase_words()
        self.assertEqual((line.name, line.espace_reason), ("Badge", "–"))
        self.assertEqual(self.draft.amount_total, 7.60)

    def test_the_same_form_sent_twice_adds_one_line(self):
        action = self.draft.with_user(self.finance).action_espace_add_line()
        Wizard = self.env[action["res_model"]].with_user(self.finance)
        form = Form(Wizard.with_context(**action["context"]))
        form.product_id = self.badge
        form.reason = "Lost"
        wizard = form.save()
        for one in (wizard, wizard, wizard.copy({"token": wizard.token})):
            one.action_add()
        self.assertEqual(self.draft.amount_total, 7.60)
        self.add()
        self.assertEqual(self.draft.amount_total, 11.60)

    def test_another_amount(self):
        self.add(amount=6.5)
        self.assertEqual(self.draft.amount_total, 10.10)

    def test_nothing_without_amount_is_added(self):
        for vals in ({"amount": 0}, {"amount": -1}, {"reason": "  "}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.add(**vals)
        self.assertEqual(self.draft.amount_total, 3.60)

    def test_nothing_is_added_while_the_bank_is_asked_nor_once_it_is_posted(self):
        transaction = self.notify(self.transaction(self.draft), "pending")
        self.draft.invalidate_recordset()
        with self.assertRaises(UserError) as error:
            self.add()
        self.assertIn("being paid", str(error.exception))
        self.notify(transaction)
        with self.assertRaises(UserError) as error:
            self.add()
        self.assertIn("posted", str(error.exception))

    def test_only_the_regie_adds_lines(self):
        Wizard = self.env["espace.invoice.line.wizard"]
        for role in ("manager", "animation"):
            user = self._create_staff(role)
            self.assertFalse(Wizard.with_user(user).has_access("create"))

    def test_it_outlives_the_bookings_that_are_not_paid(self):
        """The seats are given back; what the agent asked is still asked."""
        self.add()
        self.Reservation._release_expired(NOW + timedelta(hours=2))
        self.assertEqual(self.booking.state, "cancelled")
        self.assertEqual(self.draft.invoice_line_ids.mapped("price_total"), [4])
        self.assertEqual(self.draft.amount_total, 4)
        self.draft.action_post()
        self.assertEqual(self.martin.amount_due, 4)

    def test_money_for_the_sum_before_stays_on_the_account(self):
        transaction = self.transaction(self.draft)
        self.add()
        self.notify(transaction)
        self.assertEqual(self.booking.state, "pending_payment")
        self.assertEqual(float(self.draft._espace_asked()), 4)
