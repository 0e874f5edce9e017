"""Deposits before the due date: by the rule of an activity, or by an agent."""

from datetime import date, timedelta
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import NOW, TODAY

from ...domain.instalment import Part
from ..common_regie import CounterCase

# Four days of the canteen in February, 14.40 €: all is paid on 23 January.
DAYS = [date(2027, 2, day) for day in (1, 2, 4, 5)]
DUE = date(2027, 1, 22)
FIFTH = date(2027, 1, 5)


class DepositCase(CounterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env["espace.deposit.rule"].create(
            {
                "name": "Camp",
                "share": 40,
                "count": 2,
                "month_day": 15,
                "days_before": 10,
                "least": 10,
                "company_id": cls.company.id,
            }
        )
        cls.Plan = cls.env["espace.deposit.plan"]

    def camp(self, family=None, days=DAYS):
        """Book days that are paid by deposits; return the invoice."""
        self.canteen.deposit_rule_id = self.rule
        items = [(self.nina, self.meal, day) for day in days]
        quotes = self.Reservation._book(family or self.martin, items, now=NOW)
        self.assertEqual({q.status for q in quotes}, {"booked"}, quotes)
        bookings = self.Reservation.browse([q.reservation_id for q in quotes])
        return bookings.charge_ids.move_id

    def standing(self, due=DUE, amount=30):
        """Return a posted invoice of the family that is due on a day to come."""
        product = self.env["product.product"].create({"name": "Séjour"})
        move = self.Move.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.martin.partner_id.id,
                "espace_regie_id": self.regie.id,
                "invoice_date": TODAY,
                "invoice_date_due": due,
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "price_unit": amount,
                            "tax_ids": [(5,)],
                        },
                    )
                ],
            }
        )
        move.action_post()
        return move

    def agree(self, move, *parts, **vals):
        """Agree on deposits as an agent does; by default what the form proposes."""
        action = move.with_user(self.clerk).action_espace_deposits()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"]))
        form.note = vals.pop("note", "At the counter")
        for name, value in vals.items():
            setattr(form, name, value)
        if parts:
            while len(form.line_ids):
                form.line_ids.remove(0)
            for day, amount in parts:
                with form.line_ids.new() as line:
                    line.date, line.amount = day, amount
        return self.Plan.browse(form.save().action_agree()["res_id"])

    def story(self, plan):
        self.env.invalidate_all()
        return [(line.date, line.amount, line.paid) for line in plan.line_ids]

    def messages(self):
        return self.env["mail.message"].search(
            [
                ("model", "=", "espace.family"),
                ("res_id", "=", self.martin.id),
                ("subject", "like", "Deposit to pay"),
            ]
        )


@tagged("post_install", "-at_install")
class TestDeposit(DepositCase):
    def test_what_is_booked_early_is_due_before_its_first_day_and_paid_in_parts(self):
        move = self.camp()
        self.assertEqual((move.amount_total, move.state), (14.40, "posted"))
        self.assertEqual(move.invoice_date_due, DUE)
        self.assertEqual(move._espace_receivable_lines().date_maturity, DUE)
        states = move.espace_reservation_ids.mapped("state")
        self.assertEqual(set(states), {"confirmed"})
        plan = move.espace_deposit_plan_ids
        self.assertEqual(plan.state, "in_force")
        self.assertEqual(
            self.story(plan), [(TODAY, 5.76, 0), (date(2027, 1, 15), 8.64, 0)]
        )
        self.assertFalse(plan.agreed_by_id)
        self.assertEqual(len(self.messages()), 1)

    def test_with_payment_online_nothing_is_held_for_it(self):
        self._publish_provider()
        move = self.camp()
        self.assertEqual(move.state, "posted")
        states = move.espace_reservation_ids.mapped("state")
        self.assertEqual(set(states), {"confirmed"})
        self.assertFalse(any(move.espace_reservation_ids.mapped("hold_until")))

    def test_what_is_near_is_paid_as_ever_in_an_invoice_of_its_own(self):
        near = date(2027, 1, 12)
        moves = self.camp(days=[near, *DAYS])
        self.assertEqual(len(moves), 2)
        at_once = moves.filtered(lambda m: not m.espace_deposit_rule_id)
        self.assertEqual((at_once.amount_total, at_once.invoice_date_due), (3.6, TODAY))
        self.assertFalse(at_once.espace_deposit_plan_ids)
        self.assertEqual((moves - at_once).amount_total, 14.4)

    def test_too_little_is_asked_in_one_sum(self):
        move = self.camp(days=DAYS[:2])
        self.assertEqual((move.amount_total, move.invoice_date_due), (7.2, DUE))
        self.assertFalse(move.espace_deposit_plan_ids)

    def test_each_deposit_is_a_receipt_and_fills_the_first_ones(self):
        move = self.camp()
        plan = move.espace_deposit_plan_ids
        payment = self.Payment.with_user(self.clerk)._espace_register(
            self.martin.with_user(self.clerk),
            self.journals["card"].with_user(self.clerk),
            {move._espace_receivable_lines().with_user(self.clerk): 5.76},
            TODAY,
        )
        self.assertTrue(payment.espace_receipt_number)
        self.assertEqual([paid for *_r, paid in self.story(plan)], [5.76, 0])
        self.assertEqual(plan.line_ids.mapped("state"), ["paid", "to_pay"])
        self.assertEqual(plan._next(), plan.line_ids[1])
        with self.at(date(2027, 1, 18)):
            self.env.invalidate_all()
            self.assertEqual(plan.line_ids[1].state, "missed")
            missed = (
                self.env["espace.deposit"]
                .with_user(self.clerk)
                .search(
                    [
                        ("plan_state", "=", "in_force"),
                        ("left", ">", 0),
                        ("date", "<", date(2027, 1, 18)),
                    ]
                )
            )
            self.assertEqual(missed, plan.line_ids[1])
        # A rejected payment leaves its deposit to pay again.
        payment._espace_reject("other", TODAY)
        self.assertEqual([paid for *_r, paid in self.story(plan)], [0, 0])

    def test_a_deposit_that_is_missed_changes_nothing(self):
        move = self.camp()
        with self.at(date(2027, 1, 18)):
            self.env["espace.deposit"]._cron_remind()
            self.env["espace.reminder"]._cron_remind()
            self.Reservation._cron_release_expired()
            self.env.invalidate_all()
        self.assertEqual(move.espace_deposit_plan_ids.state, "in_force")
        self.assertEqual(move.amount_total, 14.40)
        states = move.espace_reservation_ids.mapped("state")
        self.assertEqual(set(states), {"confirmed"})
        self.assertFalse(move.espace_reminder_ids)

    def test_families_are_reminded_once_some_days_before(self):
        self.camp()
        self.assertEqual(len(self.messages()), 1)
        for day, count in ((9, 1), (10, 2), (12, 2), (18, 2)):
            with self.at(date(2027, 1, day)):
                self.env["espace.deposit"]._cron_remind()
            self.assertEqual(len(self.messages()), count, day)

    def test_cancelled_days_lower_what_is_to_be_paid_and_all_of_them_end_it(self):
        move = self.camp()
        plan = move.espace_deposit_plan_ids
        self.Payment.with_user(self.clerk)._espace_register(
            self.martin.with_user(self.clerk),
            self.journals["card"].with_user(self.clerk),
            {
                debt._espace_receivable_lines().with_user(self.clerk): amount
                for debt, amount in (
                    (self.meal_move, 3.60),
                    (self.evening_move, 1.30),
                    (move, 5.76),
                )
            },
            TODAY,
        )
        bookings = move.espace_reservation_ids.sorted("date")
        self.cancel(bookings[-1], staff=True)
        self.martin._espace_set_off(NOW)
        self.assertEqual([paid for *_r, paid in self.story(plan)], [5.76, 3.6])
        self.cancel(bookings[:-1], staff=True)
        self.martin._espace_set_off(NOW)
        self.env.invalidate_all()
        self.assertEqual(plan.state, "settled")
        self.assertEqual(move.amount_residual, 0)
        # What was paid is the family's.
        self.assertEqual(self.martin._espace_purse().available, Decimal("5.76"))

    # === By an agent === #

    def test_an_agent_agrees_with_a_family_on_an_invoice_that_stands(self):
        move = self.standing()
        plan = self.agree(move, (FIFTH, 10), (DUE, 20))
        self.assertEqual(self.story(plan), [(FIFTH, 10, 0), (DUE, 20, 0)])
        self.assertEqual((plan.agreed_by_id, plan.amount), (self.clerk, 30))
        self.assertIn("10", move._espace_deposit_words())
        labels = dict(move._espace_document_facts())
        self.assertIn("Deposits", labels)
        self.assertIn(move.name, self.counter().deposits)

    def test_the_form_proposes_what_adds_up(self):
        plan = self.agree(self.standing())
        self.assertEqual(sum(plan.line_ids.mapped("amount")), 30)
        self.assertLessEqual(max(plan.line_ids.mapped("date")), DUE)

    def test_deposits_that_cannot_be_are_refused_and_nothing_is_written(self):
        move = self.standing()
        yesterday = TODAY - timedelta(1)
        for words, parts in (
            ("add up", [(FIFTH, 10), (DUE, 19.99)]),
            ("due date at the latest", [(FIFTH, 10), (DUE + timedelta(1), 20)]),
            ("past", [(yesterday, 10), (DUE, 20)]),
            ("day of its own", [(FIFTH, 10), (FIFTH, 20)]),
            ("more than zero", [(FIFTH, 40), (DUE, -10)]),
            ("at least one", []),
        ):
            decimals = [Part(day, Decimal(str(amount))) for day, amount in parts]
            with self.subTest(words), self.assertRaises(UserError) as error:
                self.Plan._agree(move, decimals)
            self.assertIn(words, str(error.exception))
        self.assertFalse(self.Plan.search([]))

    def test_after_the_due_date_the_regie_grants_nothing(self):
        move = self.standing()
        with self.at(DUE), self.assertRaises(UserError) as error:
            move.with_user(self.clerk).action_espace_deposits()
        self.assertIn("public accountant", str(error.exception))
        for other in (self.meal_move, self.Move):
            if other:
                with self.assertRaises(UserError):
                    self.Plan._agree(other, [Part(TODAY, Decimal("3.60"))])

    def test_one_schedule_an_invoice_however_it_is_sent(self):
        move = self.standing()
        self.agree(move)
        with self.assertRaises(UserError):
            self.Plan._agree(move, [Part(DUE, Decimal(30))])
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.Plan.sudo().create(
                {"move_id": move.id, "agreed_on": TODAY, "amount": 30}
            )
            self.env.flush_all()

    def test_what_was_agreed_is_closed_with_a_reason_and_agreed_anew(self):
        move = self.standing()
        plan = self.agree(move).with_user(self.clerk)
        with self.assertRaises(UserError):
            plan.action_close()
        plan.closed_reason = "Pays all of it by transfer"
        plan.action_close()
        self.assertEqual((plan.state, plan.closed_by_id), ("closed", self.clerk))
        self.assertEqual(set(plan.line_ids.mapped("state")), {"void"})
        with self.assertRaises(UserError):
            plan.action_close()
        self.assertEqual(self.agree(move, (DUE, 30)).state, "in_force")

    def test_nothing_of_it_is_written_by_hand(self):
        plan = self.agree(self.standing()).with_user(self.clerk)
        line = plan.line_ids[0]
        for act in (
            lambda: plan.write({"amount": 1}),
            lambda: plan.write({"state": "closed"}),
            lambda: plan.write({"line_ids": [(2, line.id)]}),
            lambda: line.write({"amount": 1}),
            lambda: line.write({"paid": 30}),
            lambda: line.unlink(),
            lambda: plan.unlink(),
            lambda: self.Plan.with_user(self.clerk).create({"move_id": 1}),
            lambda: plan.move_id.write({"espace_deposit_plan_ids": [(5,)]}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                act()

    def test_the_due_date_stays_behind_the_last_deposit(self):
        move = self.standing()
        self.agree(move, (FIFTH, 10), (DUE, 20))
        with self.assertRaises(UserError):
            move._espace_change_due_date(FIFTH, "Earlier")
        move._espace_change_due_date(DUE + timedelta(5), "Later")
        self.assertEqual(move.invoice_date_due, DUE + timedelta(5))

    def test_an_activity_paid_afterwards_has_no_deposits(self):
        with self.assertRaises(ValidationError):
            self.canteen.write(
                {"billing_mode": "consumption", "deposit_rule_id": self.rule.id}
            )

    def test_credit_pays_first_and_the_rest_is_in_deposits(self):
        payment = self.Payment.with_user(self.clerk)._espace_register(
            self.martin.with_user(self.clerk),
            self.journals["card"].with_user(self.clerk),
            {},
            TODAY,
            advance=4.90 + 2.40,
        )
        self.assertTrue(payment)
        self.martin._espace_set_off(NOW)
        move = self.camp()
        plan = move.espace_deposit_plan_ids
        self.assertEqual((plan.amount, plan.before), (12, 2.4))
        self.assertEqual([line.amount for line in plan.line_ids], [4.8, 7.2])
