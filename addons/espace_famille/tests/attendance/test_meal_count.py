from datetime import timedelta

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import MONDAY, TODAY, TUESDAY
from .test_attendance import AttendanceCase

REPORT = "espace_famille.espace_meal_order_report"
REPORT_NAME = "espace_famille.meal_order"
COUNTERS = (
    "meal_count",
    "pai_count",
    "booked_count",
    "walk_in_count",
    "present_count",
    "absent_count",
)


class MealCase(AttendanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.no_pork = cls._no_pork()
        cls.nina.diet_id = cls.no_pork
        cls.Meal = cls.env["espace.meal.count"]

    def count(self, day, *domain):
        """Return the sums of a day in the order of COUNTERS, zeroes left out."""
        [sums] = self.Meal._read_group(
            [("date", "=", day), ("company_id", "=", self.company.id), *domain],
            [],
            [f"{name}:sum" for name in COUNTERS],
        )
        return {n: s for n, s in zip(COUNTERS, sums, strict=True) if s}


@tagged("post_install", "-at_install")
class TestMealCount(MealCase):
    def test_meals_are_counted_by_day_school_class_and_diet(self):
        for child in (self.nina, self.tom, self.lina):
            self.booked(child, self.meal, MONDAY)
        self.booked(self.tom, self.meal, TUESDAY)
        self.assertEqual(self.count(MONDAY), {"meal_count": 3, "booked_count": 3})
        self.assertEqual(self.count(TUESDAY), {"meal_count": 1, "booked_count": 1})
        for domain, meals in (
            (("school_id", "=", self.school.id), 3),
            (("class_id", "=", self.class_cp.id), 2),
            (("diet_id", "=", self.no_pork.id), 1),
            (("diet_id", "=", False), 2),
            (("activity_id", "=", self.canteen.id), 3),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self.count(MONDAY, domain)["meal_count"], meals)

    def test_only_options_with_a_meal_are_counted(self):
        self.booked(self.nina, self.t1, MONDAY)
        self.assertFalse(self.count(MONDAY))

    def test_own_baskets_are_counted_apart(self):
        self.nina.has_pai = True
        self.booked(self.nina, self.meal, MONDAY)
        self.booked(self.tom, self.meal, MONDAY)
        self.assertEqual(
            self.count(MONDAY), {"meal_count": 1, "pai_count": 1, "booked_count": 2}
        )

    def test_who_came_and_who_did_not(self):
        self.book_today(self.nina, self.meal).action_present()
        self.book_today(self.tom, self.meal).action_absent()
        self.Reservation._walk_in(self.lina, self.meal, self.today(self.canteen))
        self.assertEqual(
            self.count(TODAY),
            {
                "meal_count": 2,
                "booked_count": 2,
                "walk_in_count": 1,
                "present_count": 2,
                "absent_count": 1,
            },
        )

    def test_who_holds_no_seat_eats_no_meal(self):
        self.book_today(self.nina, self.meal)._cancel(staff=True)
        self.Reservation._add_to_cart(self.martin, [(self.tom, self.meal, MONDAY)])
        self.assertFalse(self.count(TODAY))
        self.assertFalse(self.count(MONDAY))

    def test_a_change_of_diet_counts_at_once(self):
        self.booked(self.tom, self.meal, MONDAY)
        self.tom.diet_id = self.no_pork
        domain = ("diet_id", "=", self.no_pork.id)
        self.assertEqual(self.count(MONDAY, domain)["meal_count"], 1)

    def test_agents_and_regie_read_their_own_commune(self):
        self.booked(self.nina, self.meal, MONDAY)
        domain = [("date", "=", MONDAY), ("activity_id", "=", self.canteen.id)]
        for role in ("animation", "finance"):
            Meal = self.Meal.with_user(self._create_staff(role, "health"))
            self.assertEqual(len(Meal.search(domain)), 1)
            for verb in ("write", "create", "unlink"):
                self.assertFalse(Meal.has_access(verb))
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "espace_is_commune": True}
        )
        user = self._create_staff("manager", "health")
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        env = self.env(user=user, context={"allowed_company_ids": other.ids})
        self.assertFalse(env["espace.meal.count"].search(domain))
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        with self.assertRaises(AccessError):
            self.Meal.with_user(parent).search(domain)


@tagged("post_install", "-at_install")
class TestKitchenOrder(MealCase):
    def order(self, **vals):
        return (
            self.env["espace.meal.order.wizard"]
            .with_user(self.agent)
            .create({"date_from": MONDAY, "date_to": TUESDAY, **vals})
        )

    def render(self, order):
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.agent)
            ._render_qweb_html(REPORT, order.ids)
        )
        return html.fromstring(content)

    def rows(self, page):
        """Return the texts of the cells of all rows."""
        return [
            [" ".join(cell.text_content().split()) for cell in row.xpath("td|th")]
            for row in page.xpath("//tr")
        ]

    def test_the_order_says_what_to_cook_per_day_school_and_diet(self):
        self.lina.has_pai = True
        for child in (self.nina, self.tom, self.lina):
            self.booked(child, self.meal, MONDAY)
        self.booked(self.tom, self.meal, TUESDAY)
        page = self.render(self.order())
        school = self.school.name
        rows = self.rows(page)
        self.assertIn([school, "1", "1", "2", "1"], rows)
        self.assertIn([school, "", "1", "1", ""], rows)
        self.assertIn(["Total", "1", "2", "3", "1"], rows)
        self.assertIn("Monday 11 January 2027", page.text_content())
        self.assertIn(self.no_pork.name, page.text_content())

    def test_an_empty_order_says_so(self):
        page = self.render(self.order(date_from=TODAY, date_to=TODAY))
        self.assertIn("No meal is booked", page.text_content())

    def test_an_order_of_some_schools_holds_no_others(self):
        self.booked(self.nina, self.meal, MONDAY)
        other = self.env["espace.school"].create({"name": "École des Lilas"})
        page = self.render(self.order(school_ids=[(6, 0, other.ids)]))
        self.assertIn("No meal is booked", page.text_content())

    def test_the_order_is_that_of_the_coming_week(self):
        wizard = self.env["espace.meal.order.wizard"].create({})
        self.assertEqual(
            (wizard.date_from, wizard.date_to), (TODAY, TODAY + timedelta(days=6))
        )

    def test_the_day_prints_its_own_order(self):
        action = self.today(self.canteen).action_print_meals()
        order = self.order(
            **{
                key.removeprefix("default_"): value
                for key, value in action["context"].items()
            }
        )
        self.assertEqual((order.date_from, order.date_to), (TODAY, TODAY))
        self.assertEqual(order.activity_ids, self.canteen)
        self.assertEqual(order.action_print()["report_name"], REPORT_NAME)

    def test_impossible_dates_are_refused(self):
        for vals in (
            {"date_from": TUESDAY, "date_to": MONDAY},
            {"date_from": MONDAY, "date_to": MONDAY + timedelta(days=62)},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.order(**vals).action_print()
