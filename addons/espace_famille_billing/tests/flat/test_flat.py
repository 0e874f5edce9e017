"""Monthly flat prices: what is included, what each month owes, what corrects it."""

from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    NOW,
    THURSDAY,
    TODAY,
    TUESDAY,
)

from ...models.core.amounts import to_decimal
from ...models.tariff.pricer import Pricer
from ..common import EspaceBillingCase
from ..common_regie import RegieCase
from ..run.test_billing_run import BillingRunCase

JANUARY, FEBRUARY = date(2027, 1, 1), date(2027, 2, 1)


class FlatCase(EspaceBillingCase):
    """The evening of a month: 40 € below a quotient of 800, 60 € from there on.

    January has 16 open days from the 4th on, Mondays, Tuesdays, Thursdays and Fridays.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.martin | cls.durand).lang = "en_US"
        cls.finance = cls._create_staff("finance")
        cls.manager = cls._create_staff("manager")
        cls._price_flats()
        cls.formula = cls._formula()

    @classmethod
    def _price_flats(cls):
        cls.tariff.write(
            {
                "line_ids": [
                    Command.create(cls._line(cls.t1, "flat", 0, 800, 40, sequence=90)),
                    Command.create(cls._line(cls.t1, "flat", 800, 0, 60, sequence=91)),
                ]
            }
        )

    @classmethod
    def _formula(cls, **vals):
        return cls.env["espace.flat.formula"].create(
            {
                "name": "Garderie au mois",
                "company_id": cls.company.id,
                "product_id": cls.t1.id,
                **vals,
            }
        )

    @classmethod
    def _flat(cls, child=None, **vals):
        return cls.env["espace.flat"].create(
            {
                "formula_id": cls.formula.id,
                "family_id": cls.martin.id,
                "child_id": (child or cls.nina).id,
                "date_from": JANUARY,
                **vals,
            }
        )

    def waiting(self, family=None):
        """Return the euros that wait to be invoiced to a family."""
        charges = (family or self.martin).charge_ids
        return charges.filtered(lambda c: c.state == "to_invoice")._total()

    def asked(self, flat):
        """Return what the months of a subscription were charged, in order."""
        return flat.due_ids.sorted("month").mapped("charged_amount")

    def invoice(self, family=None):
        """Invoice what waits of a family."""
        charges = (family or self.martin).charge_ids
        charges = charges.filtered(lambda c: c.state == "to_invoice" and not c.aid_id)
        moves = charges._invoice(NOW)
        moves._post(soft=False)
        return moves


@tagged("post_install", "-at_install")
class TestFlat(FlatCase):
    def test_a_month_owes_one_price_by_the_quotient(self):
        flat = self._flat()
        [charge] = flat.due_ids.charge_ids
        self.assertEqual(charge.amount, 40)
        self.assertEqual(charge.event, "flat")
        self.assertEqual((charge.qf, charge.tariff_line_id.amount), (750, 40))
        self.assertEqual(
            charge.explanation,
            "Forfait mensuel, QF 750 (tranche 0 à 799), 40,00\N{NO-BREAK SPACE}€ "
            "(janvier 2027)",
        )
        self.assertEqual(self._flat_of_durand().due_ids.charged_amount, 60)
        self.check_invariants()

    def _flat_of_durand(self):
        return self._flat(self.lina, family_id=self.durand.id)

    def test_its_days_cost_nothing_more(self):
        self._flat()
        quote = self.quote(self.martin, (self.nina, self.t2, MONDAY))
        self.assertEqual(quote.price, 0)
        booking = self.booked(self.nina, self.t2, MONDAY)
        self.assertFalse(booking.charge_ids)
        price = booking._priced(Pricer(self.env), "planned")
        self.assertEqual(price.explanation, "Compris dans le forfait de janvier 2027")
        # Her brother, and her meal, are not included.
        self.assertEqual(self.booked(self.tom, self.t2, MONDAY).charged_amount, 1.30)
        meal = self.booked(self.nina, self.meal, THURSDAY)
        self.assertEqual(meal.charged_amount, 3.60)
        self.check_invariants()

    def test_absent_without_reason_and_came_unbooked_are_included(self):
        self._flat()
        booking = self.booked(self.nina, self.t2, MONDAY)
        self.point(booking, "absent_unjustified")
        self.assertEqual(booking.charged_amount, 0)
        self.assertEqual(self.waiting(), 40)

    def test_options_left_out_cost_what_they_cost(self):
        self.formula.option_ids = self.t1
        self._flat()
        self.assertEqual(self.booked(self.nina, self.t2, MONDAY).charged_amount, 1.30)
        self.assertFalse(self.booked(self.nina, self.t1, TUESDAY).charged_amount)

    def test_days_booked_before_are_included(self):
        """What no invoice holds is undone; what an invoice holds is credited."""
        invoiced = self.booked(self.nina, self.t2, MONDAY)
        self.assertEqual(self.invoices(self.martin).amount_total, 1.30)
        waiting = self.booked(self.nina, self.t1, TUESDAY)
        flat = self._flat()
        self.assertEqual(invoiced.charged_amount, 0)
        self.assertEqual(waiting.charged_amount, 0)
        self.assertEqual(self.asked(flat), [40])
        move = self.invoice()
        self.assertEqual(
            sum(self.invoices(self.martin).mapped("amount_total_signed")), 40
        )
        self.assertTrue(move)
        self.check_invariants()

    def test_days_that_no_invoice_holds_are_undone(self):
        self.evening.billing_mode = "consumption"
        booking = self.booked(self.nina, self.t2, MONDAY)
        self.point(booking, "present")
        self.assertEqual(booking.charged_amount, 1.30)
        self._flat()
        self.assertEqual(booking.charged_amount, 0)
        self.assertEqual({*booking.charge_ids.mapped("state")}, {"offset"})
        self.check_invariants()

    def test_what_begins_later_leaves_the_days_before(self):
        before = self.booked(self.nina, self.t2, MONDAY)
        after = self.booked(self.nina, self.t2, THURSDAY)
        self._flat(date_from=TUESDAY)
        self.assertEqual(before.charged_amount, 1.30)
        self.assertEqual(after.charged_amount, 0)

    # === A part of a month === #

    def test_arrival_whole_half_and_in_proportion(self):
        """From Monday 18th on 8 of 16 open days are left; from the 14th on 10."""
        for partial, day, expected in (
            ("full", 18, 40),
            ("half", 18, 20),
            ("half", 14, 40),
            ("prorata", 18, 20),
            ("prorata", 14, 25),
        ):
            with self.subTest(partial=partial, day=day):
                formula = self._formula(partial=partial)
                child = self._create_child(self.martin, f"Zoé {day}", self.class_cp)
                flat = self._flat(
                    child, formula_id=formula.id, date_from=date(2027, 1, day)
                )
                self.assertEqual(self.asked(flat), [expected])

    def test_leaving_in_proportion_says_why(self):
        self.formula.partial = "prorata"
        flat = self._flat(date_to=date(2027, 1, 10))
        self.assertEqual(self.asked(flat), [10])
        self.assertIn(
            "4 jours d'ouverture sur 16\N{NO-BREAK SPACE}: au prorata, 10,00",
            flat.due_ids.charge_ids.explanation,
        )
        self.check_invariants()

    def test_a_month_without_open_days_owes_nothing(self):
        flat = self._flat(date_from=date(2027, 1, 1), date_to=date(2027, 1, 2))
        self.assertEqual(self.asked(flat), [0])
        self.assertFalse(flat.due_ids.charge_ids)

    # === Absences === #

    def test_justified_absences_beyond_some_days_are_deducted(self):
        self.formula.write({"absence_part": 16, "absence_days": 1})
        flat = self._flat()
        bookings = self.booked(self.nina, self.t2, MONDAY) | self.booked(
            self.nina, self.t2, THURSDAY
        )
        self.point(bookings[0], "absent_justified")
        self.assertEqual(self.asked(flat), [40])
        self.point(bookings[1], "absent_justified")
        self.assertEqual(self.asked(flat), [37.5])
        waiting = flat.due_ids.charge_ids.filtered(lambda c: c.state == "to_invoice")
        self.assertIn("1 jour d'absence justifiée au-delà de 1", waiting.explanation)
        self.check_invariants()

    def test_an_absence_after_the_invoice_is_credited(self):
        self.formula.absence_part = 16
        flat = self._flat()
        booking = self.booked(self.nina, self.t2, MONDAY)
        self.invoice()
        self.point(booking, "absent_justified")
        self.assertEqual(self.waiting(), to_decimal(-2.5))
        self.point(booking, "present")
        self.assertEqual(self.waiting(), 0)
        self.assertEqual(self.asked(flat), [40])
        self.check_invariants()

    # === Month by month === #

    def test_each_month_opens_with_its_first_day(self):
        flat = self._flat()
        with freeze_time("2027-02-01 06:00:00"):
            flat._cron_open()
            flat._cron_open()
        self.assertEqual(self.asked(flat), [40, 40])

    def test_a_new_quotient_counts_from_its_month_on(self):
        flat = self._flat()
        with freeze_time("2027-02-02 06:00:00"):
            flat._cron_open()
            self._set_quotient(self.martin, 900, FEBRUARY)
        self.assertEqual(self.asked(flat), [40, 60])
        self.check_invariants()

    # === Ended afterwards === #

    def test_ended_before_its_invoice_it_owes_nothing(self):
        booking = self.booked(self.nina, self.t2, MONDAY)
        self.invoice_what_is_due()
        flat = self._flat()
        flat.write({"date_from": FEBRUARY})
        self.assertEqual(self.asked(flat), [0, 40])
        self.assertEqual(booking.charged_amount, 1.30)
        self.check_invariants()

    def test_ended_after_its_invoice_is_credited_and_days_are_charged(self):
        flat = self._flat()
        booking = self.booked(self.nina, self.t2, MONDAY)
        self.invoice()
        flat.write({"date_from": FEBRUARY})
        self.assertEqual(booking.charged_amount, 1.30)
        january = flat.due_ids.filtered(lambda due: due.month == JANUARY)
        self.assertEqual(january.charged_amount, 0)
        self.assertEqual(self.asked(flat), [0, 40])
        self.invoice()
        total = sum(self.invoices(self.martin).mapped("amount_total_signed"))
        self.assertAlmostEqual(total, 41.30)
        self.check_invariants()

    def test_who_leaves_pays_no_month_more(self):
        flat, later = self._flat(), self._flat(self.tom, date_from=date(2027, 3, 1))
        (self.nina | self.tom).leaves_on = date(2027, 1, 20)
        with freeze_time("2027-02-02 06:00:00"):
            (flat | later)._cron_open()
        self.assertEqual(flat.date_to, date(2027, 1, 20))
        self.assertEqual(self.asked(flat), [40])
        self.assertEqual(sum(self.asked(later)), 0)
        with freeze_time("2027-04-02 06:00:00"):
            (flat | later)._cron_open()
        self.assertEqual(self.waiting(), 40)

    def test_families_with_the_same_days_are_not_merged(self):
        flat = self._flat()
        other = self._flat(self.lina, family_id=self.durand.id)
        merge = self.env["espace.merge"]
        self.assertFalse(merge._espace_flat_problems(self.martin, self.durand))
        self.assertTrue(flat._meets(other))
        other.date_to = date(2027, 1, 5)
        flat.date_from = MONDAY
        self.assertFalse(flat._meets(other))

    def test_a_missing_price_stops_nobody_and_is_said(self):
        self.tariff.line_ids.filtered(lambda line: line.event == "flat").unlink()
        flat = self._flat()
        self.assertIn("gives no price", flat.due_ids.settlement_error)
        self.assertFalse(flat.due_ids.charge_ids)
        self._price_flats()
        flat._cron_open()
        self.assertFalse(flat.due_ids.settlement_error)
        self.assertEqual(self.asked(flat), [40])

    # === Bad input === #

    def test_two_of_the_same_days_are_refused(self):
        self._flat()
        with (
            self.assertRaisesRegex(ValidationError, "a day is included once"),
            self.env.cr.savepoint(),
        ):
            self._flat(date_from=FEBRUARY)

    def test_no_foreign_child_nor_reversed_dates(self):
        with self.assertRaisesRegex(ValidationError, "is no child of"):
            self._flat(self.lina)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._flat(date_from=FEBRUARY, date_to=JANUARY)

    def test_what_was_charged_stays(self):
        flat = self._flat()
        with self.assertRaisesRegex(UserError, "were charged"):
            flat.unlink()
        with self.assertRaisesRegex(UserError, "were charged"):
            flat.with_user(self.finance).child_id = self.tom
        with self.assertRaisesRegex(UserError, "were charged by the rules"):
            self.formula.with_user(self.finance).partial = "half"
        self.formula.name = "Garderie mensuelle"

    def test_one_without_charges_is_deleted_with_its_months(self):
        flat = self._flat(date_from=date(2027, 1, 1), date_to=date(2027, 1, 2))
        flat.with_user(self.finance).unlink()
        self.assertFalse(flat.exists())

    def test_agents_enter_and_others_do_not(self):
        vals = {
            "formula_id": self.formula.id,
            "family_id": self.martin.id,
            "child_id": self.nina.id,
            "date_from": JANUARY,
        }
        flat = self.env["espace.flat"].with_user(self.manager).create(vals)
        self.assertEqual(flat.charged_amount, 40)
        with self.assertRaises(AccessError):
            flat.due_ids.waiver = "Free"
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        for model in ("espace.flat", "espace.flat.due", "espace.flat.formula"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(parent).search([("id", ">", 0)])
        with self.assertRaises(AccessError):
            self.env["espace.flat"].with_user(parent).create(vals)

    # === Third parties, certificate === #

    def test_a_third_party_pays_its_part(self):
        self.env["espace.aid"].create(
            {
                "family_id": self.martin.id,
                "payer_id": self.env["res.partner"].create({"name": "CCAS"}).id,
                "share": 25,
                "date_from": JANUARY,
                "number": "1",
                "decided_on": TODAY,
            }
        )
        flat = self._flat()
        other = self._flat(self.tom)
        move = self.invoice()
        self.assertEqual(move.amount_total, 60)
        (flat | other).write({"date_from": FEBRUARY})
        self.assertEqual(sum((flat | other).mapped("charged_amount")), 80)
        self.invoice()
        self.check_invariants()

    def test_it_counts_on_the_tax_certificate(self):
        self.nina.birth_date = date(2022, 5, 1)
        self._flat()
        move = self.invoice()
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create(
            {"journal_id": self.bank_journal.id, "payment_date": TODAY}
        )._create_payments()
        found = self.env["espace.tax.certificate"]._certificates(self.martin, 2027)
        self.assertEqual([one["paid"] for one in found], [40])


@tagged("post_install", "-at_install")
class TestFlatCollected(RegieCase, FlatCase):
    def test_the_account_and_the_statement_hold_it(self):
        """What an état d'encaissement says was paid is the option of the flat price."""
        self._flat()
        action = self._flat(self.tom).with_user(self.finance)
        with self.assertRaises(AccessError):
            action.with_user(self.manager).action_invoice()
        moves = FlatCase.invoice(self)
        self.assertEqual(moves.amount_total, 80)
        [line] = self.env["espace.account.line"].search(
            [("family_id", "=", self.martin.id), ("move_id", "=", moves.id)]
        )
        self.assertEqual(line.debit, 80)
        self.pay(self.martin, 80, TODAY, moves)
        statement = self.Statement.create(
            {
                "regie_id": self.regie.id,
                "date_from": TODAY,
                "date_to": TODAY,
            }
        )
        with freeze_time("2027-01-05 09:00:00"):
            statement.action_close()
        found = statement.allocation_ids.mapped(lambda a: (a.product_id, a.amount))
        self.assertEqual(found, [(self.t1, 80)])


@tagged("post_install", "-at_install")
class TestFlatRun(BillingRunCase, FlatCase):
    def test_a_run_invoices_months_and_the_days_beside(self):
        flat = self._flat()
        for day in (MONDAY, TUESDAY):
            self.point(self.booked(self.nina, self.t2, day), "present")
            self.point(self.booked(self.tom, self.t2, day), "present")
        run = self.launched()
        line = run.family_line_ids.filtered(lambda li: li.family_id == self.martin)
        self.assertEqual(line.state, "done")
        self.assertAlmostEqual(line.amount, 42.60)
        words = line.move_id.invoice_line_ids.mapped("espace_words")
        self.assertEqual(sum("Forfait mensuel" in text for text in words), 1)
        self.assertFalse(flat.due_ids.charge_ids.filtered(lambda c: not c.move_id))
        self.check_invariants()

    def test_a_run_refuses_what_has_no_price(self):
        self._flat()
        self.tariff.line_ids.filtered(lambda line: line.event == "flat").unlink()
        run = self.prepared()
        check = run.check_ids.filtered(lambda c: c.code == "flats")
        self.assertEqual((check.count, check.level), (1, "blocking"))
        self.assertEqual(check.action_open()["res_model"], "espace.flat.due")
        self._price_flats()
        self.launch(run)
        self.assertEqual(self.invoices(self.martin).amount_total, 40)

    def test_the_credit_of_an_invoice_waives_or_charges_again(self):
        flat = self._flat()
        [move] = self.invoice()
        for follow_up, expected in (("reissue", 40), ("waive", 0)):
            wizard = (
                self.env["espace.credit.wizard"]
                .with_user(self.finance)
                .create({"move_id": move.id, "reason": "Error", "follow_up": follow_up})
            )
            wizard.action_credit()
            self.assertEqual(flat.charged_amount, expected)
            self.check_invariants()
            move = self.invoices(self.martin).filtered(
                lambda m: m.move_type == "out_invoice"
            )[-1:]
