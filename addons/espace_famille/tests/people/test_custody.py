from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from ..common import MONDAY, NOW, EspaceCase

NEXT_MONDAY = MONDAY + timedelta(weeks=1)
# Winter holidays of zone C: 6 to 21 February 2027, sixteen days.
WINTER = date(2027, 2, 6)
LAST_OF_FIRST_HALF = date(2027, 2, 13)
LAST_OF_WINTER = date(2027, 2, 21)


@tagged("post_install", "-at_install")
class TestCustody(EspaceCase):
    def share(self, family, pattern, **vals):
        return self.env["espace.custody"].create(
            {
                "child_id": self.nina.id,
                "family_id": family.id,
                "pattern": pattern,
                **vals,
            }
        )

    def test_without_custody_the_household_pays(self):
        self.assertEqual(self.nina._paying_family(MONDAY), self.martin)

    def test_alternate_weeks_have_one_payer_each(self):
        self.share(self.durand, "even")
        days = [date(2026, 9, 1) + timedelta(days=n) for n in range(730)]
        for day in days:
            even = day.isocalendar().week % 2 == 0
            payer = self.durand if even else self.martin
            self.assertEqual(self.nina._paying_family(day), payer, day)

    def test_dates_have_one_payer_each(self):
        self.share(self.durand, "dates", date_from=MONDAY, date_to=NEXT_MONDAY)
        before, after = MONDAY - timedelta(days=1), NEXT_MONDAY + timedelta(days=1)
        payers = {
            before: self.martin,
            MONDAY: self.durand,
            NEXT_MONDAY: self.durand,
            after: self.martin,
        }
        for day, payer in payers.items():
            self.assertEqual(self.nina._paying_family(day), payer, day)

    def test_two_families_for_one_day_are_refused(self):
        third = self._create_family("Petit", ["Inès"])
        self.share(self.durand, "even")
        self.share(third, "odd")
        with self.assertRaises(ValidationError):
            self.share(third, "always")

    def test_crossing_dates_are_refused(self):
        third = self._create_family("Petit", ["Inès"])
        self.share(self.durand, "dates", date_from=MONDAY, date_to=NEXT_MONDAY)
        with self.assertRaises(ValidationError):
            self.share(third, "dates", date_from=NEXT_MONDAY, date_to=NEXT_MONDAY)

    def test_dates_are_needed_where_they_matter(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.share(self.durand, "dates", date_from=MONDAY)

    def test_an_end_before_the_start_is_refused_in_words(self):
        line = self.share(self.durand, "even", date_from=date(2027, 2, 18))
        for vals, words in (
            ({"date_to": date(2027, 2, 14)}, "must not end before"),
            ({"pattern": "dates", "date_from": False}, "both dates"),
        ):
            with (
                self.subTest(**vals),
                self.assertRaisesRegex(ValidationError, words),
                self.env.cr.savepoint(),
            ):
                line.write(vals)

    def test_both_families_have_the_child(self):
        custody = self.share(self.durand, "even")
        self.assertEqual(self.nina.family_ids, self.martin | self.durand)
        self.assertIn(self.nina, self.durand.child_ids)
        custody.unlink()
        self.assertNotIn(self.nina, self.durand.child_ids)

    def test_children_are_found_in_every_household_they_live_in(self):
        self.share(self.durand, "even")
        third = self._create_family("Petit", ["Inès"])
        children = self.env["espace.child"]
        for families in (self.martin, self.durand, self.durand | third, third):
            expected = children.search([("family_ids", "in", families.ids)])
            domain = children._living_with(families)
            self.assertEqual(children.search(domain), expected)
            self.assertEqual(children.search([]).filtered_domain(domain), expected)
        self.assertIn(self.nina, children.search(children._living_with(self.durand)))

    def test_children_of_a_family_are_found_by_index(self):
        """No page of a parent may read all children of the commune."""
        query = self.env["espace.child"]._search(
            self.env["espace.child"]._living_with(self.durand)
        )
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        rows = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        plan = "\n".join(line for (line,) in rows)
        self.assertIn("BitmapOr", plan)
        self.assertNotIn("Seq Scan on espace_child", plan)

    def test_the_other_household_learns_nothing_of_a_booking(self):
        self.booked(self.nina, self.t1, NEXT_MONDAY)
        self.share(self.durand, "even")
        for product in (self.t1, self.t2):
            quote = self.quote(self.durand, (self.nina, product, NEXT_MONDAY))
            self.assertEqual(quote.status, "other_household")
            self.assertFalse(quote.reservation_id)
            self.assertFalse(quote.cancellable)

    def test_a_booking_made_before_the_custody_changed_is_not_doubled(self):
        reservation = self.booked(self.nina, self.t1, MONDAY)
        self.share(self.durand, "even")  # MONDAY is in week 2
        item = (self.nina, self.t1, MONDAY)
        self.assertEqual(self.book(self.durand, item), ["other_household"])
        self.assertEqual(self.quote(self.martin, item).status, "booked")
        reservation._cancel()
        self.assertEqual(self.book(self.durand, item), ["booked"])

    def test_each_family_books_its_own_days(self):
        self.share(self.durand, "even")  # MONDAY is in week 2
        items = [(self.nina, self.t1, day) for day in (MONDAY, NEXT_MONDAY)]
        self.assertEqual(self.book(self.martin, *items), ["other_household", "booked"])
        self.assertEqual(self.book(self.durand, *items), ["booked", "other_household"])

    # === Halves of the holidays === #

    def test_a_half_comes_before_the_weeks_and_dates_before_it(self):
        self.share(self.durand, "odd")
        self.share(self.martin, "first_half")
        self.share(self.durand, "second_half")
        payers = {
            WINTER - timedelta(days=1): self.durand,  # week 5
            WINTER: self.martin,
            date(2027, 2, 8): self.martin,  # week 6
            LAST_OF_FIRST_HALF: self.martin,
            LAST_OF_FIRST_HALF + timedelta(days=1): self.durand,
            LAST_OF_WINTER: self.durand,
            LAST_OF_WINTER + timedelta(days=1): self.martin,  # week 8
        }
        for day, payer in payers.items():
            self.assertEqual(self.nina._paying_family(day), payer, day)
        self.share(self.durand, "dates", date_from=WINTER, date_to=WINTER)
        self.assertEqual(self.nina._paying_family(WINTER), self.durand)

    def test_even_years_share_with_odd_years(self):
        third = self._create_family("Petit", ["Inès"])
        self.share(self.durand, "first_half", years="even")
        self.share(third, "first_half", years="odd")
        self.assertEqual(self.nina._paying_family(WINTER), third)
        self.assertEqual(self.nina._paying_family(date(2026, 12, 20)), self.durand)
        with self.assertRaises(ValidationError):
            self.share(self.martin, "first_half")

    def test_the_gate_follows_the_halves_without_another_query(self):
        self.canteen.on_holidays = True
        self.canteen._generate_sessions(WINTER, LAST_OF_WINTER)
        days = [WINTER + timedelta(days=n) for n in range(16)]
        items = [(self.nina, self.meal, day) for day in days if day.weekday() in (0, 4)]
        weeks = self.share(self.durand, "odd")
        plain = self._queries(items)
        weeks.unlink()
        self.share(self.durand, "second_half")
        mine = self.quote(self.martin, *items)
        theirs = self.quote(self.durand, *items)
        self.assertEqual(
            [q.status for q in mine],
            ["available", "available", "other_household", "other_household"],
        )
        self.assertEqual(
            [q.status for q in theirs],
            ["other_household", "other_household", "available", "available"],
        )
        self.assertEqual(self._queries(items), plain)
        self.assertEqual(self._queries(items[:1]), plain)

    def _queries(self, items):
        self.Reservation._quote(self.martin, items, now=NOW)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.Reservation._quote(self.martin, items, now=NOW)
        return self.env.cr.sql_log_count - before

    def test_a_correction_of_the_calendar_moves_the_halves(self):
        self.share(self.durand, "first_half")
        day = date(2027, 2, 22)
        self.assertEqual(self.nina._paying_family(WINTER), self.durand)
        winter = self.year.period_ids.filtered(lambda p: p.date_from == WINTER)
        winter.write({"date_from": day, "date_to": date(2027, 3, 9)})
        self.assertEqual(self.nina._paying_family(WINTER), self.martin)
        self.assertEqual(self.nina._paying_family(day), self.durand)

    def test_a_family_of_another_commune_is_refused(self):
        company = self.env["res.company"].create(
            {"name": "Autre commune", "espace_is_commune": True}
        )
        stranger = self.env["espace.family"].create(
            {"name": "Loin", "company_id": company.id}
        )
        with self.assertRaises(UserError):
            self.share(stranger, "odd")

    # === What the agent sees === #

    def test_the_form_shows_the_next_weeks_before_it_is_saved(self):
        form = Form(self.nina.with_user(self._create_staff("manager")))
        with form.custody_ids.new() as line:
            line.family_id = self.durand
            line.pattern = "even"
        preview = str(form.custody_preview)
        self.assertIn("Martin", preview)
        self.assertIn("Durand", preview)
        self.assertIn("Vacances d", preview)
        self.assertFalse(self.nina.custody_ids)

    def test_half_entered_lines_do_not_break_the_preview(self):
        form = Form(self.nina.with_user(self._create_staff("manager")))
        with form.custody_ids.new() as line:
            line.family_id = self.durand
            line.pattern = "dates"
            line.date_from = NEXT_MONDAY
            line.date_to = MONDAY
            self.assertFalse(form.custody_preview)
            line.date_to = NEXT_MONDAY
        self.assertTrue(form.custody_preview)

    def test_bookings_that_a_custody_leaves_behind_are_shown_and_kept(self):
        kept = self.booked(self.nina, self.t1, NEXT_MONDAY)  # week 3
        left = self.booked(self.nina, self.t1, MONDAY)  # week 2
        manager = self._create_staff("manager")
        form = Form(self.nina.with_user(manager))
        with form.custody_ids.new() as line:
            line.family_id = self.durand
            line.pattern = "even"
        self.assertEqual(form.misplaced_count, 1)
        form.save()
        nina = self.nina.with_user(manager)
        self.assertEqual(nina.misplaced_reservation_ids.sudo(), left)
        self.assertEqual(left.state, "confirmed")
        self.assertEqual((left.family_id, kept.family_id), (self.martin, self.martin))
        action = nina.action_open_misplaced()
        self.assertEqual(
            self.Reservation.search(action["domain"]), left, "the list the agent opens"
        )
        left._cancel(staff=True)
        self.nina.invalidate_recordset()
        self.assertFalse(nina.misplaced_count)

    def test_moving_the_household_leaves_bookings_behind_too(self):
        left = self.booked(self.nina, self.t1, MONDAY)
        self.nina.custody_ids = [
            Command.create({"family_id": self.martin.id, "pattern": "odd"})
        ]
        self.nina.family_id = self.durand
        self.assertEqual(self.nina.misplaced_reservation_ids, left)
