from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY, WEDNESDAY

from ...domain import period
from ..common import EspacePortalCase


class TestPeriodDomain(BaseCase):
    """Reading what a request names, and grouping days."""

    def test_a_month_and_its_neighbours(self):
        january = period.Span.around("month", date(2027, 1, 15))
        self.assertEqual(
            (january.start, january.end), (date(2027, 1, 1), date(2027, 1, 31))
        )
        self.assertEqual(january.previous, date(2026, 12, 1))
        self.assertEqual(january.next, date(2027, 2, 1))
        self.assertEqual(len(january.days()), 31)

    def test_a_week_starts_on_monday(self):
        week = period.Span.around("week", date(2027, 1, 3))
        self.assertEqual((week.start, week.end), (date(2026, 12, 28), date(2027, 1, 3)))
        self.assertEqual(week.previous, date(2026, 12, 21))
        self.assertEqual(week.next, date(2027, 1, 4))

    def test_a_page_opens_on_days_to_come(self):
        def opened(view, day, weekdays=range(5)):
            coming = [day + timedelta(days=number) for number in range(60)]
            bookable = [one for one in coming if one.weekday() in weekdays]
            return period.opening_span(view, day, bookable)

        sunday, month_end = date(2027, 1, 10), date(2027, 1, 31)
        self.assertEqual(opened("week", sunday).start, MONDAY)
        self.assertEqual(opened("week", sunday - timedelta(days=2)).start, TODAY)
        self.assertEqual(opened("week", sunday, range(7)).start, TODAY)
        self.assertEqual(opened("month", sunday).start, date(2027, 1, 1))
        self.assertEqual(opened("month", month_end).start, date(2027, 2, 1))

    def test_nonsense_dates_and_views_fall_back(self):
        for text in (None, "", "demain", "2027-13-01", "2027-1-1;", "9999-01-01"):
            self.assertEqual(period.read_day(text, TODAY), TODAY, text)
        self.assertEqual(period.read_day("2027-02-01", TODAY), date(2027, 2, 1))
        self.assertEqual(period.read_view("year"), "month")
        self.assertEqual(period.read_view("week"), "week")

    def test_orders_are_read_back_as_they_were_written(self):
        for order in (
            period.Order("add", 12, 5, MONDAY),
            period.Order("cancel", 1, 2, MONDAY),
            period.Order("rebook", 1, 2, MONDAY),
            period.Order("all", 12, 5),
            period.Order("day", 0, 0, MONDAY),
            period.Order("noday", 0, 0, MONDAY),
        ):
            self.assertEqual(period.read_order(str(order)), order)

    def test_nonsense_orders_are_none(self):
        for text in (
            None,
            "",
            "add",
            "add_1_2",
            "all_1_2_2027-01-11",
            "drop_1_2_2027-01-11",
            "add_x_2_2027-01-11",
            "add_1_2_2027-02-30",
            "add_-1_2_2027-01-11",
            f"add_{2**31}_2_2027-01-11",
            "add_1_2_2027-01-11_0.01",
            "day_1_2_2027-01-11",
            "day_0_0",
            "noday_0_0_2027-01-11_1",
            "_perform_add_1_2",
        ):
            self.assertIsNone(period.read_order(text), text)

    def test_closed_days_are_grouped_by_label(self):
        days = [date(2027, 1, day) for day in (2, 3, 6, 9, 10)]
        label = {2: "", 3: "", 6: "Pont", 9: "", 10: ""}
        self.assertEqual(
            period.closed_runs(days, lambda day: label[day.day]),
            [
                ("", days[0], days[1]),
                ("Pont", days[2], days[2]),
                ("", days[3], days[4]),
            ],
        )


@tagged("post_install", "-at_install")
class TestPeriodGrid(EspacePortalCase):
    """The grid says the truth of the gate, for a fixed number of queries."""

    def grid(self, family=None, children=None, day=MONDAY, view="month", **options):
        family = family or self.martin
        return self.env["espace.portal.period"]._grid(
            family,
            children or family.child_ids,
            period.Span.around(view, day),
            now=NOW,
            **options,
        )

    def find(self, grid, child, product, day):
        [cell] = [
            cell
            for cell in grid.cells()
            if (cell.child_id, cell.product_id, cell.date)
            == (child.id, product.id, day)
        ]
        return cell

    def queries(self, **options):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.grid(**options)
        return self.env.cr.sql_log_count - before

    def test_a_cell_says_price_limit_and_what_a_press_does(self):
        cell = self.find(self.grid(), self.nina, self.meal, MONDAY)
        self.assertEqual(cell.status, "available")
        self.assertEqual(cell.order, self.order("add", self.nina, self.meal, MONDAY))
        self.assertIn("3.60", cell.price)
        self.assertIn("Nina", cell.name)
        self.assertIn("until Tuesday 5 January", cell.name)

    def test_every_status_comes_from_the_gate(self):
        self.book(self.martin, (self.nina, self.t1, MONDAY))
        self.put_in_cart((self.nina, self.meal, MONDAY))
        grid = self.grid()
        quotes = self.Reservation._quote(
            self.martin,
            [(cell.child_id, cell.product_id, cell.date) for cell in grid.cells()],
            now=NOW,
        )
        self.assertEqual(
            [cell.status for cell in grid.cells()], [quote.status for quote in quotes]
        )

    def test_the_other_option_may_be_swapped_in_the_cart_and_booked(self):
        self.put_in_cart((self.nina, self.t1, MONDAY))
        swap = self.find(self.grid(), self.nina, self.t2, MONDAY)
        self.assertEqual(swap.order, self.order("swap", self.nina, self.t2, MONDAY))
        self.Reservation._cart(self.martin)._cancel()
        self.book(self.martin, (self.nina, self.t1, MONDAY))
        booked = self.find(self.grid(), self.nina, self.t2, MONDAY)
        self.assertEqual((booked.status, booked.order), ("other_option", swap.order))

    def test_a_booking_that_stays_has_no_swap(self):
        """Past a limit, or approved by hand: no button that would only refuse."""
        self.book(self.martin, (self.nina, self.t1, MONDAY))
        for change in (
            {"cancel_rule_id": self.rule_never.id},
            {"cancel_rule_id": False, "booking_rule_id": self.rule_never.id},
            {"booking_rule_id": False, "approval": "manual"},
        ):
            self.evening.write(change)
            cell = self.find(self.grid(), self.nina, self.t2, MONDAY)
            self.assertEqual((cell.status, cell.order), ("other_option", ""), change)

    def shown_by(self, shown):
        """Return the columns with a head of the page of both children."""
        period_model = self.env["espace.portal.period"]
        span = period.Span.around("month", MONDAY)
        builder = period_model._builder(
            self.martin, self.martin.child_ids, span, NOW, shown=shown
        )
        return builder.grid()

    def test_a_phone_shows_the_child_that_was_chosen(self):
        first = self.martin.child_ids[0]
        other = (self.nina | self.tom) - first
        for shown, seen in ((None, first), (other.id, other), (self.lina.id, first)):
            heads = self.shown_by(shown).heads
            shown_ids = {one.child_id for one in heads if not one.hidden}
            self.assertEqual(shown_ids, {seen.id})

    def test_children_below_one_another_share_their_columns(self):
        grid = self.shown_by(period.ALL_CHILDREN)
        self.assertTrue(grid.stacked)
        self.assertFalse(any(column.hidden for column in grid.heads))
        places = {}
        for column in grid.heads:
            places.setdefault(column.product_id, set()).add(column.classes)
        self.assertTrue(all(len(found) == 1 for found in places.values()))
        self.assertEqual(len(set.union(*places.values())), grid.services)
        named = [column.product_id for column in grid.heads if not column.again]
        self.assertEqual(len(named), len(set(named)))

    def test_a_commune_gives_each_option_its_column(self):
        self.assertTrue(any(column.stop for column in self.grid().heads))
        self.company.espace_stops_apart = True
        heads = self.grid().heads
        self.assertFalse(any(column.stop for column in heads))
        self.assertIn(self.t2.name, [column.name for column in heads])

    def test_few_places_left_are_said(self):
        cell = self.find(self.grid(), self.nina, self.meal, MONDAY)
        self.assertEqual(cell.few, "3 left")
        self.assertIn("only 3 places left", cell.name)
        self.canteen.capacity = 50
        cell = self.find(self.grid(), self.nina, self.meal, MONDAY)
        self.assertEqual(cell.few, "")
        self.assertNotIn("places left", cell.name)

    def test_the_button_of_a_day_follows_its_cells(self):
        buttons = self.env["espace.portal.period"]._row_buttons(self.grid())
        self.assertEqual(
            (buttons[MONDAY].order, buttons[MONDAY].taken), (f"day_0_0_{MONDAY}", False)
        )
        self.put_in_cart(
            *[
                (child, product, MONDAY)
                for child in (self.nina, self.tom)
                for product in (self.meal, self.t1)
            ]
        )
        buttons = self.env["espace.portal.period"]._row_buttons(self.grid())
        self.assertEqual(
            (buttons[MONDAY].order, buttons[MONDAY].taken),
            (f"noday_0_0_{MONDAY}", True),
        )
        reader = self.env["espace.portal.period"]._row_buttons(
            self.grid(may_book=False)
        )
        self.assertFalse(any(button.order for button in reader.values()))

    def test_what_cannot_be_cancelled_has_no_button(self):
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        cell = self.find(self.grid(), self.nina, self.meal, MONDAY)
        self.assertEqual((cell.status, cell.order), ("booked", ""))
        self.assertIn("can no longer be cancelled", cell.name)

    def test_a_reader_has_no_button_at_all(self):
        grid = self.grid(may_book=False)
        self.assertFalse([cell for cell in grid.cells() if cell.order])
        self.assertFalse([column for column in grid.columns if column.buttons])

    def test_closed_days_take_one_thin_line(self):
        grid = self.grid(day=date(2027, 1, 4))
        days = [row.date for row in grid.rows if row.kind == "day"]
        self.assertNotIn(WEDNESDAY, days)
        thin = [row.date for row in grid.rows if row.kind == "closed"]
        # Wednesdays; weekends need no line.
        self.assertEqual(thin, [date(2027, 1, day) for day in (6, 13, 20, 27)])
        with self.subTest("what the month begins with stands on the line of its week"):
            first, second = [row for row in grid.rows if row.kind == "week"][:2]
            self.assertIn("until the 3", first.before)
            self.assertEqual(second.before, "")

    def test_an_activity_without_enrolment_is_not_offered(self):
        self.nina.enrolment_ids.filtered(
            lambda e: e.activity_id == self.canteen
        ).unlink()
        offered = {(c.child_id, c.product_id) for c in self.grid().columns}
        self.assertNotIn((self.nina.id, self.meal.id), offered)
        self.assertIn((self.tom.id, self.meal.id), offered)

    def test_an_enrolment_that_awaits_approval_is_shown_with_its_reason(self):
        enrolment = self.nina.enrolment_ids.filtered(
            lambda e: e.activity_id == self.canteen
        )
        enrolment.state = "pending"
        column = {(c.child_id, c.product_id) for c in self.grid().columns}
        self.assertIn((self.nina.id, self.meal.id), column)
        [quote] = self.Reservation._quote(
            self.martin, [(self.nina, self.meal, MONDAY)], NOW
        )
        self.assertIn("awaits approval", quote.reason)

    def test_an_open_activity_for_another_class_is_not_offered(self):
        self.canteen.write({"enrolment_required": False, "level_from": "ce1"})
        offered = {(c.child_id, c.product_id) for c in self.grid().columns}
        self.assertNotIn((self.nina.id, self.meal.id), offered)
        self.assertIn((self.tom.id, self.meal.id), offered)

    def test_the_number_of_queries_is_fixed(self):
        self.queries()  # caches of the registry
        one_week = self.queries(view="week", children=self.nina)
        one_month = self.queries(view="month", children=self.nina | self.tom)
        self.assertLessEqual(one_month - one_week, 1)
        self.book(
            self.martin,
            *[
                (child, product, MONDAY)
                for child in (self.nina, self.tom)
                for product in (self.meal, self.t1)
            ],
        )
        self.assertLessEqual(self.queries() - one_month, 3)
