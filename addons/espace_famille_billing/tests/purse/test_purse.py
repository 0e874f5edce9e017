"""The prepaid account: paid in, used by itself, paid back, told when little is left."""

from base64 import b64encode
from datetime import timedelta
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.models.core.guards import LEAVING, allow
from odoo.addons.espace_famille.tests.common import NOW, THURSDAY, TUESDAY

from ..common_regie import CounterCase

LOW = "Little is left of your prepaid account"


class PurseCase(CounterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regie.write({"purse": True, "purse_least": 10, "purse_most": 200})

    def top_up(self, amount, family=None, means="card", **vals):
        """Pay in advance at the counter."""
        family = family or self.martin
        action = family.with_user(self.clerk).action_espace_top_up()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"]))
        form.journal_id = self.journals[means]
        form.amount = amount
        for name, value in vals.items():
            setattr(form, name, value)
        return self.Payment.browse(form.save().action_register()["res_id"])

    def refund_form(self, family=None):
        action = (family or self.martin).with_user(self.clerk).action_espace_refund()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"]))
        form.journal_id = self.journals["transfer"]
        return form

    def refund(self, amount, family=None, proof="Receipt signed", **vals):
        form = self.refund_form(family)
        form.amount = amount
        form.proof = proof
        for name, value in vals.items():
            setattr(form, name, value)
        return self.Payment.browse(form.save().action_refund()["res_id"])

    def story(self, family=None):
        """Return [(movement, euros, what is left)]."""
        lines = self.env["espace.purse.line"].search(
            [("family_id", "=", (family or self.martin).id)]
        )
        return [(line.kind, line.amount, line.balance) for line in lines]

    def available(self, family=None):
        return (family or self.martin)._espace_purse().available


@tagged("post_install", "-at_install")
class TestPurse(PurseCase):
    """Porte-monnaie at the counter."""

    def test_debts_are_paid_first_and_the_rest_is_held(self):
        payment = self.top_up(54.90)
        self.assertEqual(payment.amount, 54.90)
        self.assertTrue(payment.espace_top_up)
        self.assertTrue(payment.espace_receipt_number)
        self.assertTrue(self.martin.purse_since)
        self.assertEqual(self.martin.amount_due, 0)
        self.assertEqual(self.available(), 50)
        self.assertEqual(self.martin.purse_amount, 50)
        self.assertEqual(self.story(), [("top_up", 50, 50)])

    def test_bookings_use_it_by_themselves(self):
        self.top_up(14.90)
        move = self._invoiced(self.nina, self.meal, TUESDAY)
        self.assertEqual(move.payment_state, "paid")
        self._invoiced(self.tom, self.meal, TUESDAY)
        self.assertEqual(self.available(), Decimal("2.80"))
        self.assertEqual(
            self.story(),
            [("top_up", 10, 10), ("used", -3.6, 6.4), ("used", -3.6, 2.8)],
        )
        self._invoiced(self.nina, self.meal, THURSDAY)
        self.assertEqual(self.story()[-1], ("used", -2.8, 0))
        self.assertAlmostEqual(self.martin.amount_due, 0.80)

    def test_a_credit_note_lowers_what_is_booked_next(self):
        self.top_up(14.90)
        booking = self._invoiced(self.nina, self.meal, TUESDAY).espace_reservation_ids
        self.cancel(booking, staff=True)
        self.assertEqual(self.available(), 10)
        self.martin._espace_give_back(NOW)
        self.assertEqual(
            sorted(movement[:2] for movement in self.story()),
            [("credit_note", 3.6), ("top_up", 10), ("used", -3.6)],
        )
        self.assertEqual(self.story()[-1][2], 10)

    def test_a_rejected_payment_leaves_nothing(self):
        payment = self.top_up(14.90, means="cheque", cheque_number="12")
        move = self._invoiced(self.nina, self.meal, TUESDAY)
        payment._espace_reject("unpaid_cheque", NOW.date())
        self.assertEqual(move.payment_state, "not_paid")
        self.assertEqual(self.available(), 0)
        self.assertEqual(self.story()[-1][2], 0)
        self.assertAlmostEqual(self.martin.amount_due, 8.50)
        self.assertFalse(self.martin._espace_low_purses()[self.martin])

    def test_a_regie_that_opens_none_takes_none(self):
        self.regie.purse = False
        with self.assertRaises(UserError):
            self.top_up(50)
        self.assertFalse(self.martin.purse_shown)

    def test_nothing_less_than_nothing_too_much_cash(self):
        for amount, means in ((0, "card"), (-20, "card"), (400, "cash")):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.top_up(amount, means=means)
        self.assertEqual(self.available(), 0)

    def test_what_is_left_after_the_prepaid_account_was_closed_is_used(self):
        self.top_up(14.90)
        self.regie.purse = False
        self.assertEqual(
            self._invoiced(self.nina, self.meal, TUESDAY).payment_state, "paid"
        )
        self.assertTrue(self.martin.purse_shown)
        self.assertEqual(self.available(), Decimal("6.40"))

    # === Paid back === #

    def test_the_rest_is_paid_back_with_its_proof(self):
        self.top_up(24.90)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.refund(5, proof=" ")
        payment = self.refund(5, proof="Order of transfer 118")
        self.assertEqual(payment.espace_kind, "refund")
        self.assertEqual(payment.espace_proof, "Order of transfer 118")
        self.assertEqual(self.story(), [("top_up", 20, 20), ("refund", -5, 15)])
        scanned = self.refund(15, proof=False, proof_file=b64encode(b"%PDF"))
        self.assertEqual(scanned.attachment_ids.mapped("raw"), [b"%PDF"])
        self.assertEqual(self.available(), 0)
        with self.assertRaises(UserError):
            self.refund(1)

    def test_the_proof_of_a_refund_stays(self):
        self.top_up(24.90)
        payment = self.refund(5)
        with self.assertRaises(UserError):
            payment.with_user(self.clerk).espace_proof = "Another"

    # === Told that little is left === #

    def test_a_family_is_told_once(self):
        self.top_up(14.90)
        self.env["espace.family"]._cron_purse_low()
        self.assertFalse(self.messages(self.martin, LOW))
        self._invoiced(self.nina, self.meal, TUESDAY)
        for _again in range(2):
            self.env["espace.family"]._cron_purse_low()
        message = self.messages(self.martin, LOW)
        self.assertEqual(len(message), 1)
        self.assertIn("6.40", message.body)
        self.top_up(20)
        self.env["espace.family"]._cron_purse_low()
        self.assertFalse(self.martin.purse_told_on)
        self.martin.write({"purse_own_low": True, "purse_low": 30})
        self.env["espace.family"]._cron_purse_low()
        self.assertEqual(len(self.messages(self.martin, LOW)), 2)

    def test_who_does_not_want_to_know_is_not_told(self):
        self.top_up(5.90)
        self.martin.write({"purse_own_low": True, "purse_low": 0})
        self.env["espace.family"]._cron_purse_low()
        self.assertFalse(self.messages(self.martin, LOW))

    def test_who_pays_nothing_in_advance_is_not_told(self):
        self.env["espace.family"]._cron_purse_low()
        self.pay(amount=10, keep_advance=True)
        self.env["espace.family"]._cron_purse_low()
        self.assertFalse(self.messages(self.martin, LOW))


@tagged("post_install", "-at_install")
class TestPurseOnline(PurseCase):
    """Porte-monnaie online, and carts that use it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._publish_provider()
        cls._pay_into(cls.provider, cls.regie)

    def pay_in(self, amount, family=None, **vals):
        family = family or self.martin
        Transaction = self.env["payment.transaction"]
        return Transaction.create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.provider.payment_method_ids[:1].id,
                "amount": amount,
                "currency_id": self.company.currency_id.id,
                "partner_id": family.partner_id.id,
                "reference": f"PURSE-{Transaction.search_count([])}",
                "operation": "online_direct",
                "espace_top_up_regie_id": self.regie.id,
                **vals,
            }
        )

    def cart(self, *items):
        """Validate a cart; return its invoice."""
        self.book(self.martin, *items)
        child, product, day = items[0]
        booking = self.reservation(child, product.espace_activity_id, day)
        return booking.charge_ids.move_id

    def two_meals(self):
        """Validate a cart of 7.20 €."""
        return self.cart(
            (self.nina, self.meal, TUESDAY), (self.tom, self.meal, TUESDAY)
        )

    def test_money_that_comes_is_held_and_has_its_receipt(self):
        transaction = self.notify(self.pay_in(54.90))
        payment = transaction.payment_id
        self.assertTrue(payment.espace_receipt_number)
        self.assertTrue(payment.espace_top_up)
        self.assertEqual(self.martin.amount_due, 0)
        self.assertEqual(self.available(), 50)
        self.assertTrue(self.messages(self.martin).filtered("attachment_ids"))
        self.assertFalse(self.messages(self.martin, "Payment received too late"))

    def test_money_that_comes_twice_is_counted_once(self):
        transaction = self.notify(self.pay_in(54.90))
        transaction._post_process()
        self.notify(transaction)
        self.assertEqual(self.available(), 50)
        self.assertEqual(len(self.martin.espace_payment_ids), 1)

    def test_a_bank_that_answers_late_is_awaited(self):
        transaction = self.notify(self.pay_in(50), "pending")
        self.assertEqual(self.available(), 0)
        self.assertEqual(self.martin._espace_top_ups_awaited(), transaction)
        self.regie.purse = False
        self.notify(transaction)
        self.assertEqual(self.available(), Decimal("45.10"))
        self.assertFalse(self.martin._espace_top_ups_awaited())

    def test_a_bank_that_refuses_brings_nothing(self):
        self.notify(self.pay_in(50), "canceled")
        self.assertEqual(self.available(), 0)
        self.assertFalse(self.story())

    def test_what_is_not_taken_in_advance(self):
        for amount in (0, -20, 9.99, 200.01, 1e9):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.pay_in(amount)
        for vals in (
            {"landing_route": "//example.org"},
            {"operation": "validation"},
            {"invoice_ids": [Command.set(self.meal_move.ids)]},
            {"partner_id": self.env.user.partner_id.id},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.pay_in(50, **vals)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            allow(self.martin, LEAVING).active = False
            self.pay_in(50)

    def test_a_provider_of_another_regie_is_refused(self):
        other = self.env["espace.regie"].create({"name": "Autre", "code": "AU"})
        self._pay_into(self.provider, other)
        with self.assertRaises(ValidationError):
            self.pay_in(50)

    def test_it_pays_a_cart_as_a_whole(self):
        self.notify(self.pay_in(14.90))
        move = self.cart((self.nina, self.meal, TUESDAY))
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(self.available(), Decimal("6.40"))

    def test_it_pays_a_cart_in_part(self):
        self.notify(self.pay_in(10))
        move = self.two_meals()
        self.assertEqual(move.state, "draft")
        self.assertEqual(move._espace_asked(), Decimal("2.10"))
        self.assertEqual(self.available(), 0)
        self.assertEqual(self.martin._espace_purse().held, Decimal("5.10"))
        self.notify(self.transaction(move, 2.10))
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(self.story()[-1], ("used", -5.1, 0))

    def test_what_a_cart_uses_is_not_paid_back(self):
        self.notify(self.pay_in(10))
        move = self.two_meals()
        self.assertEqual(self.refund_form().held, 5.10)
        for amount in (5.10, 0.01):
            with self.assertRaises(UserError) as error, self.env.cr.savepoint():
                self.refund(amount)
            self.assertIn("cart", str(error.exception))
        self.notify(self.transaction(move, 2.10), "pending")
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.refund(5.10)
        self.notify(move.transaction_ids)
        self.assertEqual(move.payment_state, "paid")

    def test_what_a_cart_leaves_is_paid_back(self):
        self.notify(self.pay_in(14.90))
        self.regie.purse_least = 1
        self.refund(4)
        # 6.00 € are left, of 7.20 €.
        move = self.two_meals()
        self.notify(self.pay_in(20))
        self.assertEqual(move.payment_state, "paid")
        self.assertEqual(self.martin._espace_refundable(self.regie), Decimal("18.80"))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.refund(18.81)
        self.refund(18.80)
        self.assertEqual(self.available(), 0)

    def test_a_cart_given_up_frees_what_it_held(self):
        self.notify(self.pay_in(10))
        move = self.two_meals()
        self.Reservation._release_expired(NOW + timedelta(minutes=61))
        self.assertFalse(move.exists())
        self.refund(5.10)
        self.assertEqual(self.available(), 0)

    def test_bounds_make_sense(self):
        for vals in (
            {"purse_least": 0},
            {"purse_most": 5},
            {"purse_most": 20000},
            {"purse_low": -1},
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.regie.write(vals)
                self.env.flush_all()

    def test_a_day_is_not_paid_twice(self):
        """The same meal, asked in two tabs, are paid once."""
        self.notify(self.pay_in(14.90))
        self.cart((self.nina, self.meal, TUESDAY))
        self.book(self.martin, (self.nina, self.meal, TUESDAY))
        self.assertEqual(self.available(), Decimal("6.40"))


@tagged("post_install", "-at_install")
class TestPurseElsewhere(PurseCase):
    """Merged families, the état and certificates of money paid in advance."""

    def test_two_families_that_pay_in_advance_become_one(self):
        self.top_up(14.90)
        self.top_up(23.60, self.durand)
        earlier = self.durand.purse_since - timedelta(days=9)
        self.durand.purse_since = earlier
        manager = self._create_staff("manager")
        merge = self.env["espace.merge"].with_user(manager)
        kept, gone = (one.with_user(manager) for one in (self.martin, self.durand))
        merge._merge(kept, gone, {"quotient": "kept"})
        self.env.invalidate_all()
        self.assertEqual(self.martin.purse_since, earlier)
        self.assertEqual(self.available(), 30)
        self.assertEqual(self.story()[-1][2], 30)
        self._invoiced(self.nina, self.meal, TUESDAY)
        self.assertEqual(self.available(), Decimal("26.40"))
        self.assertEqual(self.refund(26.40).amount, 26.40)

    def test_one_alone_paid_in_advance(self):
        self.top_up(23.60, self.durand)
        manager = self._create_staff("manager")
        merge = self.env["espace.merge"].with_user(manager)
        kept, gone = (one.with_user(manager) for one in (self.martin, self.durand))
        merge._merge(kept, gone, {"quotient": "kept"})
        self.env.invalidate_all()
        self.assertTrue(self.martin.purse_since)
        # The debts of the other one are its own by now: 4.90 €.
        self.martin._espace_set_off(NOW)
        self.assertEqual(self.available(), Decimal("15.10"))

    def test_the_etat_has_it_when_received_and_products_when_used(self):
        self.top_up(14.90)
        statement = self.env["espace.collection.statement"].create(
            {
                "regie_id": self.regie.id,
                "date_from": NOW.date().replace(day=1),
                "date_to": NOW.date(),
            }
        )
        self.assertEqual(statement.receipts_total, 14.90)
        self._invoiced(self.nina, self.meal, TUESDAY)
        self.env.invalidate_all()
        self.assertEqual(statement.receipts_total, 14.90)

    def test_the_certificate_has_what_it_paid_of_care_alone(self):
        self.t2.product_tmpl_id.espace_tax_deductible = True
        self.tom.birth_date = NOW.date() - timedelta(days=4 * 365)
        self.top_up(14.90)
        certificates = self.env["espace.tax.certificate"]
        [one] = certificates._certificates(self.martin, NOW.year)
        before = one["paid"]
        move = self._invoiced(self.tom, self.t2, TUESDAY)
        self.assertEqual(move.payment_state, "paid")
        [one] = certificates._certificates(self.martin, NOW.year)
        # The 10.00 € in advance are in none before they pay care: 1.30 €.
        self.assertEqual(one["paid"] - before, Decimal("1.30"))
