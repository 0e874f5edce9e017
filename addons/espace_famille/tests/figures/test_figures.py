from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..attendance.test_attendance import AttendanceCase
from ..common import MONDAY, TODAY

SUMS = ("booked", "present", "walk_in", "absent_justified", "absent_unjustified")


@tagged("post_install", "-at_install")
class TestAttendanceFigures(AttendanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Figure = cls.env["espace.attendance.figure"].with_user(cls.manager)

    def sums(self, *domain):
        [found] = self.Figure._read_group(
            [("date", "=", TODAY), *domain], [], [f"{name}:sum" for name in SUMS]
        )
        return {n: s for n, s in zip(SUMS, found, strict=True) if s}

    def test_who_came_is_counted_by_activity_and_month(self):
        self.book_today(self.nina, self.meal).action_present()
        self.book_today(self.tom, self.meal).action_absent()
        self.book_today(self.nina, self.t1)
        self.Reservation._walk_in(self.lina, self.meal, self.today(self.canteen))
        self.assertEqual(
            self.sums(("activity_id", "=", self.canteen.id)),
            {"booked": 2, "present": 2, "walk_in": 1, "absent_unjustified": 1},
        )
        self.assertEqual(
            self.sums(("activity_id", "=", self.evening.id)), {"booked": 1}
        )
        [(month, booked)] = self.Figure._read_group(
            [("activity_id", "=", self.canteen.id)], ["date:month"], ["booked:sum"]
        )
        self.assertEqual((month, booked), (TODAY.replace(day=1), 2))

    def test_days_to_come_and_seats_given_back_are_no_figures(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.book_today(self.tom, self.meal)._cancel(staff=True)
        self.assertFalse(self.Figure.search([("company_id", "=", self.company.id)]))

    def test_who_stays_away_without_a_reason_is_found_by_name(self):
        self.book_today(self.nina, self.meal).action_absent()
        self.book_today(self.tom, self.meal).action_present()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_absent_figure_action"
        )
        found = self.Figure.search([("absent_unjustified", ">", 0)])
        self.assertEqual(found.child_id, self.nina)
        self.assertEqual(action["domain"], '[("absent_unjustified", ">", 0)]')

    def test_figures_are_read_by_the_office_of_the_commune_alone(self):
        self.book_today(self.nina, self.meal)
        for user in (self.manager, self._create_staff("finance")):
            Figure = self.Figure.with_user(user)
            self.assertEqual(len(Figure.search([])), 1)
            for verb in ("write", "create", "unlink"):
                self.assertFalse(Figure.has_access(verb))
        with self.assertRaises(AccessError):
            self.Figure.with_user(self.agent).search([])
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "espace_is_commune": True}
        )
        user = self._create_user("other_desk", "espace_famille.group_manager")
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        env = self.env(user=user, context={"allowed_company_ids": other.ids})
        self.assertFalse(env["espace.attendance.figure"].search([]))
