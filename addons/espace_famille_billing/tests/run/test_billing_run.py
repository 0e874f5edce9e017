from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    NOW,
    THURSDAY,
    TODAY,
    TUESDAY,
)

from ..common import EspaceBillingCase

FEBRUARY = date(2027, 2, 1)
NO_ADDRESS = "No address"
JANUARY = {"date_from": date(2027, 1, 1), "date_to": date(2027, 1, 31)}


class BillingRunCase(EspaceBillingCase):
    """The evening is paid at consumption: 0.65 € an hour the Martins, 0.80 € others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.evening.billing_mode = "consumption"
        cls.env["espace.tariff.line"].create(
            {
                "tariff_id": cls.tariff.id,
                **cls._line(cls.t2, "absence_unjustified", 0, 0, 2),
            }
        )
        cls.company.espace_minimum_invoice = 0
        cls.Run = cls.env["espace.billing.run"]

    def create_run(self, **vals):
        with freeze_time("2027-02-01 09:00:00"):
            return self.Run.create({**JANUARY, **vals})

    def prepared(self, **vals):
        run = self.create_run(**vals)
        self.prepare(run)
        return run

    def prepare(self, run):
        with freeze_time("2027-02-01 09:00:00"):
            run.action_prepare()

    def launch(self, run):
        """Launch whatever the warnings, and do all the work."""
        with freeze_time("2027-02-01 09:00:00"):
            if run.state == "draft":
                run.action_prepare()
            run.action_launch_anyway()
            run.sudo()._work_all()

    def launched(self, **vals):
        run = self.create_run(**vals)
        self.launch(run)
        self.assertEqual(run.state, "invoiced")
        return run

    def came(self, child, product, day, attendance="present"):
        """Book an evening and point it."""
        booking = self.booked(child, product, day)
        self.point(booking, attendance)
        return booking

    def opened(self, check):
        """Return what the link of a line of the checklist shows."""
        with freeze_time("2027-02-01 09:00:00"):
            action = check.action_open()
            return self.env[action["res_model"]].search(action["domain"])

    def refused(self, words, act, *args, **vals):
        """Do what must be refused in these words and change nothing."""
        with self.assertRaises(UserError) as error, self.env.cr.savepoint():
            act(*args, **vals)
        self.assertIn(words, str(error.exception))

    def line(self, run, family):
        return run.family_line_ids.filtered(lambda line: line.family_id == family)

    def check(self, run, code):
        return run.check_ids.filtered(lambda check: check.code == code)


@tagged("post_install", "-at_install")
class TestBillingRun(BillingRunCase):
    # === Invoicing === #

    def test_each_family_gets_one_invoice_of_its_days(self):
        self.came(self.nina, self.t2, MONDAY)
        self.came(self.nina, self.t2, TUESDAY)
        self.came(self.lina, self.t1, MONDAY)
        run = self.launched()
        martin, durand = self.invoices(self.martin), self.invoices(self.durand)
        self.assertEqual((martin.amount_total, durand.amount_total), (2.60, 0.80))
        self.assertEqual((martin + durand).mapped("state"), ["posted"] * 2)
        self.assertEqual(run.move_ids, martin + durand)
        self.assertEqual(self.line(run, self.martin).move_id, martin)
        self.assertEqual(set(run.family_line_ids.mapped("state")), {"done"})
        self.assertEqual((run.progress, run.amount_invoiced), (100, 3.40))
        [line] = martin.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit), (2, 1.30))
        self.assertIn("11", line.espace_words.splitlines()[1])

    def test_what_was_never_charged_is_charged_first(self):
        booking = self.booked(self.nina, self.t2, MONDAY)
        with patch.object(type(booking), "_settle", lambda self, strict=True: None):
            self.point(booking, "present")
        self.assertFalse(booking.charge_ids)
        run = self.launched()
        self.assertEqual(run.amount_invoiced, 1.30)

    def test_a_price_that_changed_since_is_settled_in_the_run(self):
        booking = self.came(self.nina, self.t2, MONDAY)
        self._set_quotient(self.martin, 300, MONDAY)
        self.launched()
        self.assertEqual(self.invoices(self.martin).amount_total, 1.20)
        self.assertEqual(sum(self.amounts(booking)), Decimal("1.20"))

    def test_a_supplement_of_what_was_paid_at_booking_is_invoiced(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.point(meal, "absent_unjustified")
        run = self.launched()
        self.assertEqual(self.line(run, self.martin).amount, 1.80)
        self.assertEqual(
            self.invoices(self.martin).mapped("amount_total"), [3.60, 1.80]
        )

    def test_only_its_activities_families_and_days(self):
        self.came(self.nina, self.t2, MONDAY)
        self.came(self.lina, self.t2, MONDAY)
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.point(meal, "absent_unjustified")
        run = self.launched(
            activity_ids=[Command.set(self.evening.ids)],
            family_ids=[Command.set(self.martin.ids)],
        )
        self.assertEqual(run.family_line_ids.family_id, self.martin)
        self.assertEqual(run.amount_invoiced, 1.30)
        self.assertFalse(self.invoices(self.durand))
        self.assertEqual(meal.charge_ids[0].state, "to_invoice")

    def test_days_after_the_period_wait(self):
        self.came(self.nina, self.t2, MONDAY)
        self.came(self.nina, self.t2, TUESDAY)
        run = self.launched(date_to=MONDAY)
        self.assertEqual(run.amount_invoiced, 1.30)

    def test_dates_are_those_of_the_run(self):
        self.came(self.nina, self.t2, MONDAY)
        self.came(self.lina, self.t2, MONDAY)
        self.durand.pays_by_debit = True
        run = self.launched(
            invoice_date=date(2027, 2, 10),
            date_due=date(2027, 3, 5),
            debit_date=date(2027, 3, 3),
        )
        moves = run.move_ids
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assertEqual(set(moves.mapped("invoice_date")), {date(2027, 2, 10)})
        self.assertEqual(set(moves.mapped("invoice_date_due")), {date(2027, 3, 5)})
        due = moves.line_ids.filtered("date_maturity")
        self.assertEqual(set(due.mapped("date_maturity")), {date(2027, 3, 5)})
        self.assertFalse(self.invoices(self.martin).espace_debit_date)
        self.assertEqual(self.invoices(self.durand).espace_debit_date, date(2027, 3, 3))

    def test_dates_have_proper_defaults(self):
        run = self.create_run(date_from=date(2027, 1, 1), date_to=date(2027, 1, 31))
        with freeze_time("2027-02-01 09:00:00"):
            other = self.Run.create({})
        self.assertEqual((other.date_from, other.date_to), (run.date_from, run.date_to))
        self.assertEqual(other.invoice_date, FEBRUARY)
        self.assertEqual(other.date_due, FEBRUARY + timedelta(days=30))
        self.assertEqual(other.debit_date, other.date_due)
        self.assertEqual(other.name, "January 2027")
        other.kind = "corrective"
        self.assertEqual(other.name, "Correction – January 2027")

    def test_what_falls_due_on_a_day_off_is_moved_as_the_commune_wants(self):
        # A Saturday; 29 days later is Sunday 28 February.
        invoiced = date(2027, 1, 30)
        due = {}
        for shift in ("as_is", "before", "after"):
            self.company.write({"espace_due_days": 29, "espace_due_shift": shift})
            due[shift] = self.create_run(invoice_date=invoiced).date_due
        self.assertEqual(
            due,
            {
                "as_is": date(2027, 2, 28),
                "before": date(2027, 2, 26),
                "after": date(2027, 3, 1),
            },
        )
        # Monday is no working day once it is a public holiday; nothing is due before
        # it is invoiced.
        self.env["espace.calendar.period"].create(
            {
                "year_id": self.year.id,
                "name": "Fête locale",
                "kind": "public_holiday",
                "date_from": date(2027, 3, 1),
                "date_to": date(2027, 3, 1),
            }
        )
        self.assertEqual(
            self.create_run(invoice_date=invoiced).date_due, date(2027, 3, 2)
        )
        self.company.write({"espace_due_days": 0, "espace_due_shift": "before"})
        self.assertEqual(self.create_run(invoice_date=invoiced).date_due, invoiced)

    def test_seats_that_wait_for_an_online_payment_are_left_alone(self):
        self._publish_provider()
        held = self.booked(self.nina, self.meal, MONDAY)
        self.assertEqual(held.state, "pending_payment")
        draft = held.charge_ids.move_id
        self.came(self.tom, self.t2, MONDAY)
        run = self.prepared()
        self.assertEqual(self.check(run, "drafts").count, 1)
        self.launch(run)
        self.assertEqual(run.amount_invoiced, 1.30)
        self.assertEqual((draft.state, held.state), ("draft", "pending_payment"))
        self.notify(self.transaction(draft))
        self.assertEqual(held.state, "confirmed")

    # === Small totals === #

    def test_a_small_total_is_carried_over_then_invoiced_with_the_next(self):
        first = self.came(self.nina, self.t2, MONDAY)
        run = self.launched(minimum_amount=2, date_to=MONDAY)
        line = self.line(run, self.martin)
        self.assertEqual((line.state, line.amount), ("reported", 1.30))
        self.assertEqual((run.reported_count, run.amount_reported), (1, 1.30))
        self.assertFalse(self.invoices(self.martin))
        self.assertEqual(first.charge_ids.state, "to_invoice")
        self.came(self.nina, self.t2, TUESDAY)
        self.launched(minimum_amount=2, date_from=TUESDAY)
        self.assertEqual(self.invoices(self.martin).amount_total, 2.60)

    def test_exactly_the_minimum_is_invoiced(self):
        self.came(self.nina, self.t2, MONDAY)
        self.launched(minimum_amount=1.30)
        self.assertEqual(self.invoices(self.martin).amount_total, 1.30)

    def test_the_commune_says_the_minimum(self):
        self.company.espace_minimum_invoice = 15
        self.assertEqual(self.create_run().minimum_amount, 15)

    def test_the_last_run_of_the_year_carries_nothing_over(self):
        self.came(self.nina, self.t2, MONDAY)
        run = self.launched(minimum_amount=15, is_last=True)
        self.assertEqual(run.reported_count, 0)
        self.assertEqual(self.invoices(self.martin).amount_total, 1.30)

    # === Credits === #

    def test_a_family_that_is_owed_gets_a_credit_note(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.point(meal, "absent_justified")
        self.assertEqual(self.martin._espace_credit(), 3.60)
        run = self.launched(minimum_amount=15)
        refund = self.line(run, self.martin).move_id
        self.assertEqual((refund.move_type, refund.state), ("out_refund", "posted"))
        self.assertEqual((refund.amount_total, run.amount_credited), (3.60, 3.60))
        self.assertEqual(self.line(run, self.martin).amount, -3.60)
        # The meal was not paid yet: it is no longer due.
        self.assertEqual(self.receivable(self.martin), 0)
        self.assertEqual(self.martin.amount_due, 0)
        self.assertEqual(self.martin._espace_credit(), 0)

    def test_a_credit_note_is_what_odoo_itself_makes_of_its_lines(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.pay(meal.charge_ids.move_id)
        self.point(meal, "absent_justified")
        ours = self.launched().move_ids
        with freeze_time("2027-02-01 09:00:00"):
            theirs = self.Move.create(
                {
                    "move_type": "out_refund",
                    "partner_id": self.martin.partner_id.id,
                    "invoice_date": ours.invoice_date,
                    "invoice_user_id": False,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": line.product_id.id,
                                "name": line.name,
                                "quantity": line.quantity,
                                "price_unit": line.price_unit,
                                "tax_ids": [],
                            }
                        )
                        for line in ours.invoice_line_ids
                    ],
                }
            )
            theirs.action_post()
        for name in ("amount_total", "amount_residual", "amount_total_signed", "date"):
            self.assertEqual(ours[name], theirs[name], name)
        names = ("account_id", "balance", "price_total", "quantity", "amount_residual")
        for line, expected in zip(ours.line_ids, theirs.line_ids, strict=True):
            for name in (*names, "display_type", "date_maturity"):
                self.assertEqual(line[name], expected[name], name)

    def pay(self, moves):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        ).create({}).action_create_payments()

    def test_a_credit_larger_than_the_next_invoice_is_split_to_the_cent(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.pay(meal.charge_ids.move_id)
        self.point(meal, "absent_justified")
        self.launched(date_to=MONDAY)
        self.assertEqual(self.martin._espace_credit(), 3.60)
        self.came(self.tom, self.t2, TUESDAY)
        run = self.launched(date_from=TUESDAY)
        invoice = run.move_ids
        self.assertEqual((invoice.amount_total, invoice.amount_residual), (1.30, 0))
        self.assertEqual(self.martin._espace_credit(), 2.30)
        self.assertEqual(self.receivable(self.martin), Decimal("-2.30"))

    def test_money_that_paid_nothing_pays_the_next_invoice(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.martin.partner_id.id,
                "amount": 1.00,
                "journal_id": self.bank_journal.id,
                "date": TODAY,
            }
        )
        payment.action_post()
        self.assertEqual(self.martin._espace_credit(), 1.00)
        self.came(self.nina, self.t2, MONDAY)
        invoice = self.launched().move_ids
        self.assertEqual(invoice.amount_residual, 0.30)
        self.assertEqual(self.martin._espace_credit(), 0)
        self.assertEqual(self.receivable(self.martin), Decimal("0.30"))

    def test_credits_that_leave_nothing_to_pay_are_carried_over(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.point(meal, "absent_justified")
        walk_in = self.tariff.line_ids.filtered(lambda line: line.event == "unplanned")
        walk_in.amount = 3.60
        session = self.session(self.canteen, TUESDAY)
        with self.at(TUESDAY):
            self.Reservation._walk_in(self.tom, self.meal, session)
        run = self.launched()
        self.assertEqual(self.line(run, self.martin).state, "reported")
        last = self.launched(is_last=True)
        self.assertEqual(self.line(last, self.martin).state, "reported")
        self.assertFalse(last.move_ids)

    # === Checklist === #

    def test_a_day_that_is_not_pointed_is_in_the_way(self):
        self.booked(self.nina, self.t2, MONDAY)
        self.came(self.nina, self.t2, TUESDAY)
        run = self.prepared()
        check = self.check(run, "unmarked")
        self.assertEqual((check.count, check.level), (1, "blocking"))
        self.assertEqual(self.opened(check), self.session(self.evening, MONDAY))
        self.refused("not marked", self.launch, run)
        self.assertFalse(run.move_ids)
        self.point(self.reservation(self.nina, self.evening, MONDAY), "present")
        self.launch(run)
        self.assertEqual(run.amount_invoiced, 2.60)

    def test_a_booking_without_price_is_in_the_way(self):
        self.came(self.lina, self.t1, MONDAY)
        booking = self.booked(self.nina, self.t2, MONDAY)
        prices = self.tariff.line_ids.filtered(lambda x: x.product_id == self.t2)
        prices.unlink()
        self.point(booking, "present")
        self.assertTrue(booking.settlement_error)
        run = self.prepared()
        check = self.check(run, "unpriced")
        self.assertEqual((check.count, check.level), (1, "blocking"))
        self.assertEqual(self.opened(check), booking)
        self.refused("without a price", self.launch, run)
        self.env["espace.tariff.line"].create(
            {
                "tariff_id": self.tariff.id,
                **self._line(self.t2, "planned", 0, 0, 3),
            }
        )
        self.launch(run)
        self.assertEqual(run.amount_invoiced, 3.80)

    def test_warnings_are_accepted_by_somebody(self):
        finance = self._create_staff("finance")
        self.came(self.lina, self.t1, MONDAY)
        run = self.prepared().with_user(finance)
        check = self.check(run, "no_quotient")
        self.assertEqual((check.count, check.level), (1, "warning"))
        self.assertEqual(self.opened(check), self.durand)
        self.refused("quotient", run.action_launch)
        self.launch(run)
        self.assertEqual(run.warnings_accepted_uid, finance)
        self.assertEqual(run.warnings_accepted_on, FEBRUARY_NOON)
        self.assertTrue(
            run.message_ids.filtered(
                lambda message: (
                    "quotient" in message.body
                    and message.author_id == finance.partner_id
                )
            )
        )

    def test_without_warning_nobody_has_to_accept(self):
        self.came(self.nina, self.t1, MONDAY)
        run = self.prepared()
        self.assertEqual((run.blocking_count, run.warning_count), (0, 0))
        with freeze_time("2027-02-01 09:00:00"):
            run.action_launch()
        self.assertEqual(run.state, "invoicing")
        self.assertFalse(run.warnings_accepted_uid)

    def test_an_undecided_absence_is_told(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.canteen.write(
            {"absence_allowed": True, "absence_proof": "required"}
            if "absence_proof" in self.canteen._fields
            else {"absence_allowed": True}
        )
        self.env["espace.absence"].sudo().create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "date_from": MONDAY,
                "date_to": MONDAY,
                "state": "waiting_proof",
                "reservation_ids": [Command.set(meal.ids)],
            }
        )
        self.came(self.nina, self.t1, MONDAY)
        run = self.prepared()
        check = self.check(run, "proofs")
        self.assertEqual((check.count, check.level), (1, "warning"))
        self.assertEqual(self.opened(check).reservation_ids, meal)

    def test_unpointed_days_paid_at_booking_are_told_and_locked_at_the_launch(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.came(self.nina, self.t1, MONDAY)
        meal_day = self.session(self.canteen, MONDAY)
        run = self.prepared()
        self.assertEqual(self.opened(self.check(run, "unlocked")), meal_day)
        self.assertFalse(meal_day.attendance_locked)
        self.launch(run)
        self.assertTrue(meal_day.attendance_locked)

    def test_days_to_come_are_told(self):
        self.came(self.nina, self.t1, MONDAY)
        self.booked(self.nina, self.meal, date(2027, 2, 4))
        run = self.prepared(date_to=date(2027, 2, 28))
        self.assertEqual(
            self.opened(self.check(run, "to_come")),
            self.session(self.canteen, date(2027, 2, 4)),
        )

    # === The lock === #

    def test_preparing_locks_the_attendance_and_going_back_opens_it(self):
        booking = self.came(self.nina, self.t1, MONDAY)
        session = self.session(self.evening, MONDAY)
        run = self.prepared()
        self.assertTrue(session.attendance_locked)
        with self.assertRaises(UserError):
            self.point(booking, "absent_unjustified")
        run.action_draft()
        self.assertFalse(session.attendance_locked)
        self.assertEqual((run.state, len(run.family_line_ids)), ("draft", 0))

    def test_going_back_leaves_locked_what_somebody_else_locked(self):
        self.came(self.nina, self.t1, MONDAY)
        session = self.session(self.evening, MONDAY)
        session.attendance_locked = True
        run = self.prepared()
        run.action_cancel()
        self.assertTrue(session.attendance_locked)
        self.assertEqual(run.state, "cancelled")

    # === Failures === #

    def failing(self, family):
        """Make the invoices of one family fail."""
        Charge = type(self.env["espace.charge"])
        prepare = Charge._prepare_invoice

        def refuse(records, of_family, groups, now):
            if of_family == family:
                raise UserError(NO_ADDRESS)
            return prepare(records, of_family, groups, now)

        return patch.object(Charge, "_prepare_invoice", refuse)

    def test_one_familys_failure_stops_nobody_and_is_tried_again(self):
        booking = self.came(self.nina, self.t2, MONDAY)
        self.came(self.lina, self.t2, MONDAY)
        with self.failing(self.martin):
            run = self.launched()
        failed = self.line(run, self.martin)
        self.assertEqual((failed.state, failed.reason), ("failed", NO_ADDRESS))
        self.assertFalse(self.invoices(self.martin))
        self.assertEqual(booking.charge_ids.state, "to_invoice")
        self.assertEqual(self.invoices(self.durand).amount_total, 1.60)
        self.assertEqual((run.failed_count, run.invoiced_count), (1, 1))
        failed.action_replay()
        self.assertEqual(run.state, "invoicing")
        with freeze_time("2027-02-01 09:00:00"):
            run._work_all()
        self.assertEqual((failed.state, failed.reason), ("done", False))
        self.assertEqual(self.invoices(self.martin).amount_total, 1.30)
        self.assertEqual(len(self.invoices(self.durand)), 1)

    def test_all_failures_are_tried_again_by_one_button(self):
        self.came(self.nina, self.t2, MONDAY)
        with self.failing(self.martin):
            run = self.launched()
        run.action_replay()
        with freeze_time("2027-02-01 09:00:00"):
            run._work_all()
        self.assertEqual(run.failed_count, 0)
        self.assertEqual(run.invoiced_count, 1)

    # === Batches === #

    def test_a_stopped_run_goes_on_with_the_others(self):
        self.came(self.nina, self.t2, MONDAY)
        self.came(self.lina, self.t2, MONDAY)
        run = self.prepared()
        with freeze_time("2027-02-01 09:00:00"):
            run.action_launch_anyway()
            run._invoice_batch(1)
            self.assertEqual((run.processed_count, run.progress), (1, 50))
            run.action_stop()
            self.assertFalse(run._goes_on())
            self.assertFalse(run & self.Run._at_work())
            with self.assertRaises(UserError):
                run.action_cancel()
            run.action_resume()
            self.assertTrue(run._goes_on())
            run._work_all()
        self.assertEqual(len(self.invoices(self.martin)), 1)
        self.assertEqual(len(self.invoices(self.durand)), 1)

    # === Refusals === #

    def test_closed_books_are_refused(self):
        self.came(self.nina, self.t2, MONDAY)
        self.company.fiscalyear_lock_date = FEBRUARY
        self.refused("closed until", self.prepared)
        self.assertFalse(self.session(self.evening, MONDAY).attendance_locked)

    def test_books_that_are_closed_meanwhile_stop_the_run(self):
        self.came(self.nina, self.t2, MONDAY)
        run = self.prepared()
        with freeze_time("2027-02-01 09:00:00"):
            run.action_launch_anyway()
            self.company.fiscalyear_lock_date = FEBRUARY
            run._work_batch()
        self.assertTrue(run.paused)
        self.assertFalse(run.move_ids)
        self.assertIn("closed until", run.message_ids[0].body)

    def test_two_unfinished_runs_on_the_same_days_are_refused(self):
        self.came(self.nina, self.t2, MONDAY)
        self.came(self.lina, self.t2, MONDAY)
        run = self.prepared(family_ids=[Command.set(self.martin.ids)])
        self.refused(run.name, self.prepared, date_from=MONDAY)
        # Other families, other activities and other days are free.
        self.prepared(family_ids=[Command.set(self.durand.ids)])
        meals = {"activity_ids": [Command.set(self.canteen.ids)]}
        self.refused("not finished", self.prepared, **meals)
        run.action_cancel()
        self.launched(
            date_from=MONDAY,
            activity_ids=[Command.set(self.evening.ids)],
            family_ids=[Command.set(self.martin.ids)],
        )

    def test_no_charge_is_refused(self):
        self.refused("Nothing waits", self.prepared)
        self.booked(self.nina, self.meal, MONDAY)
        self.refused("Nothing waits", self.prepared)

    def test_dates_that_contradict_are_refused(self):
        for vals in (
            {"date_to": date(2026, 12, 1)},
            {"invoice_date": FEBRUARY, "date_due": date(2027, 1, 31)},
            {"minimum_amount": -1},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaises(Exception) as error,
                self.env.cr.savepoint(),
            ):
                self.create_run(**vals).flush_recordset()
            self.assertIn("espace_billing_run", str(error.exception))

    def test_a_run_moves_by_its_buttons_only(self):
        self.came(self.nina, self.t2, MONDAY)
        finance = self._create_staff("finance")
        run = self.prepared().with_user(finance)
        with self.assertRaises(AccessError):
            run.write({"state": "sent"})
        with self.assertRaises(UserError):
            run.write({"date_to": TUESDAY})
        with self.assertRaises(AccessError):
            self.Run.with_user(finance).create({**JANUARY, "state": "invoiced"})
        with self.assertRaises(UserError):
            run.unlink()
        manager = self._create_staff("manager")
        with self.assertRaises(AccessError):
            run.with_user(manager).action_launch_anyway()
        with self.assertRaises(UserError):
            run.action_send()

    # === Corrective runs === #

    def test_a_correction_needs_a_period_that_was_invoiced(self):
        self.came(self.nina, self.t2, MONDAY)
        self.refused("nothing to correct", self.prepared, kind="corrective")

    def test_what_changed_after_invoicing_is_invoiced_or_given_back(self):
        nina = self.came(self.nina, self.t2, MONDAY)
        lina = self.came(self.lina, self.t2, MONDAY)
        self.launched()
        session = self.session(self.evening, MONDAY)
        session.attendance_locked = False
        self.point(nina, "absent_unjustified")
        self.env["espace.tariff.line"].create(
            {
                "tariff_id": self.tariff.id,
                **self._line(self.t2, "absence_justified", 0, 0, 0),
            }
        )
        self.point(lina, "absent_justified")
        run = self.launched(kind="corrective")
        self.assertEqual(self.line(run, self.martin).amount, 0.70)
        self.assertEqual(self.line(run, self.martin).move_id.move_type, "out_invoice")
        self.assertEqual(self.line(run, self.durand).amount, -1.60)
        self.assertEqual(self.line(run, self.durand).move_id.move_type, "out_refund")
        self.assertEqual(self.receivable(self.durand), 0)
        self.assertEqual(self.receivable(self.martin), Decimal("2.00"))

    def test_a_correction_follows_the_smallest_invoice_too(self):
        nina = self.came(self.nina, self.t2, MONDAY)
        self.launched()
        self.company.espace_minimum_invoice = 15
        self.session(self.evening, MONDAY).attendance_locked = False
        self.point(nina, "absent_unjustified")
        run = self.launched(kind="corrective")
        self.assertEqual(run.minimum_amount, 15)
        self.assertEqual(self.line(run, self.martin).state, "reported")
        self.assertEqual(self.line(run, self.martin).amount, 0.70)
        last = self.launched(is_last=True)
        self.assertEqual(self.line(last, self.martin).move_id.amount_total, 0.70)

    def test_a_correction_leaves_other_days_to_their_own_run(self):
        nina = self.came(self.nina, self.t2, TUESDAY)
        self.launched(date_from=TUESDAY, date_to=TUESDAY)
        early = self.came(self.nina, self.t2, MONDAY)
        self.session(self.evening, TUESDAY).attendance_locked = False
        self.point(nina, "absent_unjustified")
        self.launched(kind="corrective", date_from=TUESDAY, date_to=TUESDAY)
        self.assertEqual(early.charge_ids.state, "to_invoice")
        self.assertEqual(self.invoices(self.martin)[-1].amount_total, 0.70)

    def test_nothing_is_invoiced_twice_by_a_second_run(self):
        booking = self.came(self.nina, self.t2, THURSDAY)
        self.launched()
        self.refused("Nothing waits", self.prepared)
        self.assertEqual(self.amounts(booking), [Decimal("1.30")])


FEBRUARY_NOON = NOW.replace(month=2, day=1, hour=9)
