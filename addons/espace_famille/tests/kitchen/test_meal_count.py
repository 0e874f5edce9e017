from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..attendance.test_attendance import AttendanceCase
from ..common import MONDAY, TODAY, TUESDAY

COUNTERS = (
    "meal_count",
    "pai_count",
    "announced_count",
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

    def test_who_is_announced_absent_is_not_cooked_for(self):
        """The list of meals and the kitchen's order count the same."""
        booking = self.book_today(self.nina, self.meal)
        self.book_today(self.tom, self.meal)
        booking.sudo().absence_id = self.env["espace.absence"].create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "date_from": TODAY,
                "date_to": TODAY,
            }
        )
        self.assertEqual(
            self.count(TODAY),
            {"meal_count": 1, "announced_count": 1, "booked_count": 2},
        )
        counted = self.env["espace.kitchen"]._count(
            self.company, TODAY - timedelta(days=TODAY.weekday())
        )
        for kind, order in counted.by_kind():
            domain = self.env["espace.kitchen"]._kind_domain(kind)
            listed = self.Reservation.search([("date", "=", TODAY), *domain])
            meals = sum(n for portion, n in order.items() if portion.day == TODAY)
            self.assertEqual(len(listed), meals, kind)

    def test_a_day_opens_the_week_of_the_kitchen(self):
        action = self.today(self.canteen).action_open_kitchen()
        self.assertEqual(action["tag"], "espace_kitchen")
        self.assertEqual(action["params"], {"day": TODAY.isoformat()})
