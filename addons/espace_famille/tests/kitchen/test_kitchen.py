import base64
import io
from datetime import datetime, timedelta

import openpyxl
from freezegun import freeze_time
from lxml import html

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import MONDAY, TODAY, TUESDAY
from .test_meal_count import MealCase

# Tuesday 5 January at noon: the limit of the week of Monday 11 January.
LIMIT = datetime(2027, 1, 5, 11, 0)
WEEK = MONDAY.isoformat()
PRIMARY = "École des Tilleuls – Primary school (6 to 11 years)"


class KitchenCase(MealCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Kitchen = cls.env["espace.kitchen"]
        cls.Order = cls.env["espace.kitchen.order"]
        cls.company.espace_caterer_email = "cuisine@example.org"
        cls.canteen.capacity = 50

    def week(self, day=MONDAY, user=None):
        kitchen = self.Kitchen.with_user(user or self.manager)
        return kitchen.load_week(day.isoformat())

    def order(self, last=False, user=None):
        kitchen = self.Kitchen.with_user(user or self.manager)
        return self.Order.search([("name", "=", kitchen.order_week(WEEK, last))])

    def rows(self, shown):
        """Return {(group, diet): [meals of each day]} of a table."""
        return {
            (group["name"], row["name"]): [cell["meals"] for cell in row["cells"]]
            for group in shown["groups"]
            for row in group["rows"]
        }

    def letters(self, order):
        return self.env["mail.mail"].search(
            [("mail_message_id", "=", order.sudo().letter_message_id.id)]
        )


@tagged("post_install", "-at_install")
class TestKitchenWeek(KitchenCase):
    def test_meals_by_school_age_and_diet(self):
        small = self.env["espace.school.class"].create(
            {"name": "GS", "level": "gs", "school_id": self.school.id}
        )
        self.lina.class_id = small
        self.env.flush_all()
        for child in (self.nina, self.tom, self.lina):
            self.booked(child, self.meal, MONDAY)
        self.booked(self.tom, self.meal, TUESDAY)
        week = self.week()
        self.assertEqual(week["days"][0]["day"], WEEK)
        self.assertEqual(len(week["days"]), 4)
        self.assertEqual(
            self.rows(week),
            {
                ("École des Tilleuls – Nursery school (3 to 5 years)", "Standard"): [
                    *(1, 0, 0, 0)
                ],
                (PRIMARY, "Standard"): [1, 1, 0, 0],
                (PRIMARY, self.no_pork.name): [1, 0, 0, 0],
            },
        )
        [total] = week["sums"]
        self.assertEqual([cell["meals"] for cell in total["cells"]], [3, 1, 0, 0])
        self.assertEqual(total["total"], 4)

    def test_baskets_and_announced_absences_are_not_cooked_for(self):
        self.lina.has_pai = True
        for child in (self.nina, self.tom, self.lina):
            self.booked(child, self.meal, MONDAY)
        self.env["espace.absence"]._declare(
            self.martin, self.tom, MONDAY, MONDAY, origin="staff"
        )
        week = self.week()
        self.assertEqual(self.rows(week), {(PRIMARY, self.no_pork.name): [1, 0, 0, 0]})
        self.assertEqual([row["total"] for row in week["sums"]], [1, 1, 1])

    def test_adults_eat_where_children_do(self):
        self.school.adult_meals = 3
        self.booked(self.nina, self.meal, MONDAY)
        self.booked(self.nina, self.meal, TUESDAY)
        self.env["espace.kitchen.adults"].with_user(self.manager).create(
            {"school_id": self.school.id, "date": TUESDAY, "meals": 5}
        )
        adults = ("École des Tilleuls – Adults", "Standard")
        self.assertEqual(self.rows(self.week())[adults], [3, 5, 0, 0])

    def test_adults_of_a_past_day_stay(self):
        with self.assertRaisesRegex(ValidationError, "This day is past"):
            self.env["espace.kitchen.adults"].create(
                {
                    "school_id": self.school.id,
                    "date": TODAY - timedelta(days=1),
                    "meals": 5,
                }
            )

    def test_what_is_no_day_is_said_so(self):
        with self.assertRaisesRegex(UserError, "“demain” is no day"):
            self.Kitchen.load_week("demain")

    def test_who_is_behind_a_number(self):
        booked = self.booked(self.nina, self.meal, MONDAY)
        self.booked(self.tom, self.meal, MONDAY)
        action = self.Kitchen.with_user(self.agent).open_bookings(
            WEEK, self.school.id, "primary", self.no_pork.id
        )
        found = self.Reservation.with_user(self.agent).search(action["domain"])
        self.assertEqual(found, booked)

    def test_a_parent_is_told_nothing(self):
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        for call in (
            lambda kitchen: kitchen.load_week(WEEK),
            lambda kitchen: kitchen.order_week(WEEK, False),
            lambda kitchen: kitchen.open_bookings(WEEK, False, "primary", False),
        ):
            with self.assertRaises(AccessError):
                call(self.Kitchen.with_user(parent))


@tagged("post_install", "-at_install")
class TestKitchenOrder(KitchenCase):
    def test_an_order_holds_the_numbers_of_its_moment(self):
        self.booked(self.nina, self.meal, MONDAY)
        order = self.order()
        self.assertEqual((order.name, order.rank, order.meals), ("2027-02-1", 1, 1))
        self.booked(self.tom, self.meal, MONDAY)
        self.assertEqual(order.meals, 1)
        week = self.week()
        [change] = week["changes"]
        self.assertEqual(
            (change["sign"], change["words"]), ("+1", f"{PRIMARY}, Standard")
        )
        self.assertEqual((week["more"], week["added"], week["removed"]), (1, 1, 0))

    def test_an_addendum_is_the_whole_sheet_with_its_changes(self):
        self.booked(self.nina, self.meal, MONDAY)
        first = self.order()
        self.booked(self.tom, self.meal, MONDAY)
        second = self.order(first.name)
        self.assertEqual(second.name, "2027-02-2")
        self.assertEqual(second.meals, 2)
        self.assertIn("Addendum no. 2", second.title)
        self.assertEqual([c["sign"] for c in second._changes()], ["+1"])
        self.assertFalse(self.week()["changes"])

    def test_a_diet_that_changes_is_one_fewer_and_one_more(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.order()
        self.nina.diet_id = False
        self.assertEqual(
            sorted(change["sign"] for change in self.week()["changes"]), ["+1", "−1"]
        )

    def test_asked_twice_nothing_is_sent_twice(self):
        self.booked(self.nina, self.meal, MONDAY)
        first = self.order()
        with self.assertRaisesRegex(UserError, "2027-02-1 was sent meanwhile"):
            self.order(False)
        with self.assertRaisesRegex(UserError, "Nothing has changed since 2027-02-1"):
            self.order(first.name)
        self.assertEqual(len(self.Order.search([("monday", "=", MONDAY)])), 1)

    def test_nothing_is_ordered_for_nobody(self):
        with self.assertRaisesRegex(UserError, "No meal is booked"):
            self.order()
        with self.assertRaisesRegex(UserError, "This week is past"):
            self.Kitchen.with_user(self.manager).order_week("2026-12-28", False)

    def test_all_that_was_booked_may_be_given_up(self):
        booking = self.booked(self.nina, self.meal, MONDAY)
        first = self.order()
        booking._cancel(staff=True)
        second = self.order(first.name)
        self.assertEqual(
            (second.meals, [c["sign"] for c in second._changes()]), (0, ["−1"])
        )
        self.assertFalse(self.week()["changes"])

    def test_only_the_family_desk_orders(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.assertFalse(self.week(user=self.agent)["may_order"])
        with self.assertRaisesRegex(AccessError, "The family desk orders"):
            self.order(user=self.agent)

    def test_an_order_is_never_changed_nor_deleted(self):
        self.booked(self.nina, self.meal, MONDAY)
        order = self.order()
        for user in (self.agent, self.manager, self._create_staff("admin")):
            own = order.with_user(user)
            for call in (
                lambda own: own.write({"rank": 7}),
                lambda own: own.line_ids.write({"meals": 40}),
                lambda own: own.unlink(),
            ):
                with self.assertRaises(AccessError):
                    call(own)
        with self.assertRaisesRegex(UserError, "What was ordered is kept"):
            order.sudo().unlink()

    def test_the_kitchen_gets_the_sheet(self):
        self.booked(self.nina, self.meal, MONDAY)
        order = self.order()
        [mail] = self.letters(order)
        self.assertEqual(mail.email_to, "cuisine@example.org")
        self.assertIn("2027-02-1", mail.subject)
        names = sorted(mail.attachment_ids.mapped("name"))
        self.assertIn("2027-02-1.xlsx", names)
        self.assertEqual(order.letter_state, "waiting")

    def test_a_refused_letter_is_said_and_sent_again_elsewhere(self):
        self.booked(self.nina, self.meal, MONDAY)
        order = self.order()
        self.letters(order).write(
            {"state": "exception", "failure_reason": "(550, b'no')"}
        )
        order.sudo()._letter_note()
        [shown] = self.week()["orders"]
        self.assertEqual(shown["state"], "refused")
        self.assertIn("550", shown["reason"])
        self.company.espace_caterer_email = "chef@example.org"
        order.with_user(self.manager).action_send_again()
        [mail] = self.letters(order)
        self.assertEqual(mail.email_to, "chef@example.org")
        self.assertEqual(
            (order.letter_state, order.sent_to), ("waiting", mail.email_to)
        )
        with self.assertRaises(AccessError):
            order.with_user(self.agent).action_send_again()

    def test_only_the_last_sheet_is_sent_again(self):
        self.booked(self.nina, self.meal, MONDAY)
        first = self.order()
        self.booked(self.tom, self.meal, MONDAY)
        self.order(first.name)
        with self.assertRaisesRegex(UserError, "Another order has taken the place"):
            first.with_user(self.manager).action_send_again()

    def test_without_an_address_it_is_made_to_print(self):
        self.company.espace_caterer_email = False
        self.booked(self.nina, self.meal, MONDAY)
        order = self.order()
        self.assertFalse(order.letter_state or order.sent_to)
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            order.with_user(self.manager).action_send_again()

    def test_a_message_with_an_error_orders_all_the_same(self):
        template = self.env.ref("espace_famille.mail_template_kitchen_order")
        template.sudo().body_html = "<p t-out='object.nothing_of_the_kind'/>"
        self.booked(self.nina, self.meal, MONDAY)
        with self.assertLogs("odoo.addons.espace_famille", "WARNING"):
            order = self.order()
        self.assertEqual(order.letter_state, "refused")
        self.assertIn("print the sheet", order.letter_reason)

    def test_an_address_that_is_none_is_refused(self):
        for wrong in ("cuisine", "a@example.org, traiteur"):
            with self.assertRaisesRegex(ValidationError, "is no e-mail address"):
                self.company.espace_caterer_email = wrong
        self.company.espace_caterer_email = "a@example.org, b@example.org"

    def test_the_spreadsheet_says_what_the_sheet_says(self):
        self.school.name = "=École"
        self.booked(self.nina, self.meal, MONDAY)
        self.booked(self.tom, self.meal, TUESDAY)
        order = self.order()
        got = order.with_user(self.agent).get_workbook()
        self.assertEqual(got["name"], "2027-02-1.xlsx")
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(got["content"])))
        rows = [
            [cell.value for cell in row] for row in book.active.iter_rows(min_row=5)
        ]
        self.assertTrue(all(row[0].startswith(("'=École", "Total")) for row in rows))
        self.assertEqual([row[2:] for row in rows], [[0, 1, 1], [1, 0, 1], [1, 1, 2]])

    def test_the_sheet_names_no_child(self):
        self.booked(self.nina, self.meal, MONDAY)
        order = self.order()
        page = self.env["ir.actions.report"]._render_qweb_html(
            "espace_famille.kitchen_order", order.ids
        )[0]
        words = " ".join(html.fromstring(page).text_content().split())
        self.assertIn("Order of week 2", words)
        self.assertIn("2027-02-1", words)
        self.assertIn(self.no_pork.name, words)
        self.assertNotIn("Nina", words)


@tagged("post_install", "-at_install")
class TestKitchenAlone(KitchenCase):
    def orders(self, monday=MONDAY):
        return self.Order.search([("monday", "=", monday)])

    def run_at(self, moment):
        with freeze_time(moment):
            self.Order._cron_order()

    def test_a_week_is_ordered_once_its_limit_has_passed(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.run_at(LIMIT - timedelta(minutes=1))
        self.assertFalse(self.orders())
        self.run_at(LIMIT)
        self.run_at(LIMIT + timedelta(hours=1))
        order = self.orders()
        self.assertEqual((order.name, order.by_itself), ("2027-02-1", True))
        self.assertEqual(len(order.settled_days), 4)

    def test_it_is_there_at_the_limit_itself(self):
        job = self.env.ref("espace_famille.cron_kitchen_order")
        self.Order._cron_order()
        calls = self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)])
        self.assertIn(LIMIT, calls.mapped("call_at"))

    def test_what_changes_after_the_limit_waits_for_an_agent(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.run_at(LIMIT)
        self.booked(self.tom, self.meal, MONDAY)
        self.run_at(LIMIT + timedelta(hours=2))
        self.assertEqual(len(self.orders()), 1)

    def test_days_whose_limits_pass_one_by_one_make_addenda(self):
        self.canteen.booking_rule_id = self.rule_eve
        self.booked(self.nina, self.meal, MONDAY)
        self.booked(self.nina, self.meal, TUESDAY)
        self.run_at(datetime(2027, 1, 10, 16, 30))
        self.run_at(datetime(2027, 1, 11, 16, 30))
        second, first = self.orders()
        self.assertEqual(first.settled_days, [WEEK])
        self.assertEqual(second.settled_days, [WEEK, TUESDAY.isoformat()])

    def test_a_commune_may_order_by_hand_alone(self):
        self.company.espace_kitchen_alone = False
        self.booked(self.nina, self.meal, MONDAY)
        self.run_at(LIMIT)
        self.assertFalse(self.orders())


@tagged("post_install", "-at_install")
class TestKitchenForecast(KitchenCase):
    def test_who_will_come_is_foretold_from_the_past(self):
        """Two of three come, week after week: the booked count is always wrong."""
        past = []
        for weeks in range(1, 9):
            for weekday in (0, 1, 3, 4):
                day = TODAY - timedelta(weeks=weeks) + timedelta(days=weekday)
                past.append(day)
        self.canteen._generate_sessions(past[-4], TODAY - timedelta(days=1))
        sessions = self.env["espace.session"].search(
            [("activity_id", "=", self.canteen.id), ("date", "<", TODAY)]
        )
        self.assertGreaterEqual(len(sessions), 20)
        for session in sessions:
            for child in (self.nina, self.tom, self.lina):
                family = child._paying_family(session.date)
                [quote] = self.Reservation._book(
                    family, [(child, self.meal, session.date)], staff=True
                )
                self.assertEqual(quote.status, "booked", quote.reason)
                booked = self.Reservation.browse(quote.reservation_id)
                if child == self.lina:
                    booked.action_absent()
                else:
                    booked.action_present()
        for child in (self.nina, self.tom, self.lina):
            self.booked(child, self.meal, MONDAY)
        monday = self.week()["days"][0]
        self.assertEqual(monday["forecast"]["meals"], 2)
        self.assertIn("2 will come", monday["forecast"]["words"])

    def test_it_says_nothing_without_a_past(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.assertFalse(any(day["forecast"] for day in self.week()["days"]))
