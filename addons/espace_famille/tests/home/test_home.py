from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from ..attendance.test_attendance import AttendanceCase
from ..common import MONDAY, NOW, TODAY, TUESDAY

# Most queries of a home, however many families there are, once Odoo has kept its own.
MOST_QUERIES = {"animation": 40, "kitchen": 35, "manager": 50, "administration": 125}


class HomeCase(AttendanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_staff("admin")
        cls.Home = cls.env["espace.home"]

    def home(self, user, role=None):
        return self.Home.with_user(user).load(role)

    def duties(self, user, role=None):
        return {one["code"]: one for one in self.home(user, role)["duties"]}

    def section(self, user, code, role=None):
        home = self.home(user, role)
        parts = [*home["above"], *home["main"], *home["side"]]
        return next((one for one in parts if one["code"] == code), None)

    def rows_of(self, user, code, key=""):
        """Return the records that the list behind a line shows."""
        action = self.Home.with_user(user).open(code, key)
        self.assertEqual(action["type"], "ir.actions.act_window", code)
        context = action["context"]
        if isinstance(context, str):
            context = safe_eval(context, {"uid": user.id})
        hiding = [
            name
            for name in context
            if name.startswith("search_default_")
            and not name.startswith(("search_default_group", "search_default_by"))
        ]
        self.assertFalse(hiding, code)
        domain = action["domain"]
        return (
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**context)
            .search(domain)
        )

    def assert_counts_are_lists(self, user, role, lists):
        """Check that each number of a home is that of the rows it leads to.

        :param set lists: the codes of the duties that have to be there
        """
        home = self.home(user, role)
        seen = set()
        for duty in home["duties"]:
            if duty["code"].startswith("kitchen_o") or duty["code"].startswith(
                "kitchen_c"
            ):
                continue
            with self.subTest(duty=duty["code"]):
                rows = self.rows_of(user, duty["code"])
                self.assertEqual(len(rows), duty["count"])
            seen.add(duty["code"])
        self.assertEqual(seen, lists)
        for section in [*home["above"], *home["main"], *home["side"]]:
            for row in section["rows"]:
                if row.get("code") in ("session", "waiting_day", "meals"):
                    with self.subTest(row=row["title"]):
                        rows = self.rows_of(user, row["code"], row["key"])
                        self.assertEqual(str(len(rows)), row["value"])


@tagged("post_install", "-at_install")
class TestHome(HomeCase):
    def test_each_role_has_its_home_and_no_other(self):
        self.assertEqual(self.home(self.agent)["role"], "animation")
        self.assertEqual(self.home(self.manager)["role"], "manager")
        self.assertEqual(self.home(self.admin)["role"], "administration")
        codes = [one["code"] for one in self.home(self.agent)["roles"]]
        self.assertEqual(codes, ["animation", "kitchen"])
        with self.assertRaises(AccessError):
            self.home(self.agent, "manager")
        with self.assertRaises(AccessError):
            self.home(self.manager, "administration")
        stranger = self._create_user("stranger", "base.group_user")
        with self.assertRaises(AccessError):
            self.home(stranger)
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        with self.assertRaises(AccessError):
            self.home(parent)

    def test_who_chose_another_home_sees_it_first(self):
        self.agent.with_user(self.agent).espace_home = "kitchen"
        self.assertEqual(self.home(self.agent)["role"], "kitchen")
        # What one no longer may see is not one's home any more.
        self.manager.espace_home = "administration"
        self.assertEqual(self.home(self.manager)["role"], "manager")

    def test_nothing_to_do_is_no_line(self):
        self.assertFalse(self.home(self.agent)["duties"])
        self.assertFalse(self.duties(self.manager))

    def test_only_lines_of_ones_own_homes_open(self):
        Home = self.Home.with_user(self.agent)
        for code in ("enrolments", "agents", "unlink", "_check", "mails", "documents"):
            with self.subTest(code=code), self.assertRaises(UserError):
                Home.open(code)
        for key in ("0", "999999", "", "1 or 1=1", "-4"):
            with self.subTest(key=key), self.assertRaises(UserError):
                Home.open("session", key)

    def test_days_of_others_stay_with_them(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "espace_is_commune": True}
        )
        self.book_today(self.nina, self.meal)
        user = self._create_user("other_desk", "espace_famille.group_manager")
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        env = self.env(user=user, context={"allowed_company_ids": other.ids})
        home = env["espace.home"].load()
        self.assertFalse(home["duties"])
        [today] = [one for one in home["main"] if one["code"] == "today"]
        self.assertFalse(today["rows"])
        with self.assertRaises(AccessError):
            env["espace.home"].open("session", str(self.today(self.canteen).id))


@tagged("post_install", "-at_install")
class TestHomeAnimation(HomeCase):
    def test_today_is_counted_child_by_child(self):
        self.book_today(self.nina, self.meal).action_present()
        self.book_today(self.tom, self.meal).action_absent()
        self.book_today(self.lina, self.meal)
        [row] = [
            one
            for one in self.section(self.agent, "today")["rows"]
            if one["id"] == self.today(self.canteen).id
        ]
        self.assertEqual((row["present"], row["absent"], row["expected"]), (1, 1, 1))
        self.assertEqual(row["words"], "1 present, 1 absent, 1 expected")

    def test_an_announced_absence_is_not_expected(self):
        booking = self.book_today(self.nina, self.meal)
        absence = self.env["espace.absence"].create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "date_from": TODAY,
                "date_to": TODAY,
            }
        )
        booking.sudo().absence_id = absence
        row = next(
            one
            for one in self.section(self.agent, "today")["rows"]
            if one["id"] == self.today(self.canteen).id
        )
        self.assertEqual((row["absent"], row["expected"]), (1, 0))
        self.assertIn("1 announced absence", row["hours"])
        know = self.section(self.agent, "know")
        self.assertIn("announced", [one["code"] for one in know["rows"]])
        self.assertEqual(self.rows_of(self.agent, "announced"), booking)

    def test_what_is_not_finished_is_for_today(self):
        self.book_today(self.nina, self.meal)
        self.assertFalse(self.duties(self.agent))
        with freeze_time("2027-01-05 07:00:00"):
            duty = self.duties(self.agent)["unmarked"]
            self.assertEqual((duty["count"], duty["urgency"]), (1, "now"))
            self.assert_counts_are_lists(self.agent, "animation", {"unmarked"})
            self.assert_counts_are_lists(self.manager, "manager", {"unfinished"})
            self.today(self.canteen).reservation_ids.action_present()
            self.assertFalse(self.duties(self.agent))

    def test_two_answers_are_decided_first(self):
        booking = self.book_today(self.nina, self.meal)
        booking.sudo().attendance_clash = True
        duty = self.duties(self.agent)["clashes"]
        self.assertEqual(duty["count"], 1)
        self.assertIn(self.nina.name, duty["words"])
        self.assert_counts_are_lists(self.agent, "animation", {"clashes"})

    def test_what_to_know_names_the_children_who_come(self):
        self.nina.has_pai = True
        self.tom.has_pai = True
        self.book_today(self.nina, self.meal)
        self.env["espace.pickup.ban"].create(
            {
                "name": "Jean Petit",
                "child_ids": [(6, 0, (self.nina | self.tom).ids)],
                "judgment": b"UERG",
            }
        )
        rows = {one["code"]: one for one in self.section(self.agent, "know")["rows"]}
        self.assertEqual(rows["pai"]["title"], "Children with a care plan (PAI): 1")
        self.assertIn(self.nina.name, rows["banned"]["words"])
        self.assertNotIn(self.tom.name, rows["banned"]["words"])
        for code in ("pai", "banned"):
            self.assertEqual(self.rows_of(self.agent, code), self.nina)

    def test_the_next_day_is_that_of_the_next_session(self):
        self.booked(self.nina, self.meal, TUESDAY)
        title = self.section(self.agent, "tomorrow")["title"]
        self.assertIn("5 January", title)
        self.assert_counts_are_lists(self.agent, "animation", set())

    def test_lists_of_today_are_printed_from_here(self):
        [row, *_more] = self.section(self.agent, "print")["rows"]
        action = self.Home.with_user(self.agent).open("print", row["key"])
        self.assertEqual(action["report_name"], "espace_famille.session_list")


@tagged("post_install", "-at_install")
class TestHomeDesk(HomeCase):
    def test_what_waits_for_the_desk(self):
        day = self.year.date_from
        self.canteen.enrolment_approval = "manual"
        self.env["espace.enrolment"].search([("child_id", "=", self.tom.id)]).unlink()
        self.env["espace.enrolment"].create(
            {
                "child_id": self.tom.id,
                "activity_id": self.canteen.id,
                "date_from": day,
                "date_to": self.year.date_to,
            }
        )
        absence = self.env["espace.absence"].create(
            {
                "child_id": self.nina.id,
                "family_id": self.martin.id,
                "date_from": TODAY,
                "date_to": TODAY,
            }
        )
        kind = self.env["espace.document.type"].create({"name": "Insurance"})
        self.env["espace.document"].create(
            {
                "type_id": kind.id,
                "child_id": self.nina.id,
                "expires_on": TODAY + timedelta(days=3),
            }
        )
        self.assertEqual(absence.state, "declared")
        session = self.today(self.canteen).sudo()
        session.attendance_locked = True
        session.unlock_words = "Amina – one more child"
        found = self.duties(self.manager)
        self.assertTrue(
            {"enrolments", "absences", "documents_ending", "unlocking"} <= found.keys()
        )
        self.assert_counts_are_lists(self.manager, "manager", found.keys())
        urgencies = [one["urgency"] for one in self.home(self.manager)["duties"]]
        self.assertEqual(urgencies, sorted(urgencies, key=["now", "soon", ""].index))

    def test_the_desk_writes_to_families_from_its_home(self):
        buttons = [one["code"] for one in self.home(self.manager)["buttons"]]
        self.assertIn("write", buttons)
        action = self.Home.with_user(self.manager).open("write")
        self.assertEqual(
            (action["res_model"], action["views"][0][1]), ("espace.message", "form")
        )

    def test_places_and_waiting_lists(self):
        self.canteen.capacity = 1
        self.canteen.waiting_list = True
        self.booked(self.nina, self.meal, MONDAY)
        session = self.session(self.canteen, MONDAY)
        session.capacity = 1
        self.Reservation._join_waiting(self.martin, [(self.tom, self.meal, MONDAY)])
        waiting = self.section(self.manager, "waiting")
        self.assertEqual([one["value"] for one in waiting["rows"]], ["1"])
        self.assert_counts_are_lists(self.manager, "manager", set())
        [fill] = self.section(self.manager, "fill")["rows"]
        cells = [cell for row in fill["activities"] for cell in row["cells"] if cell]
        for cell in cells:
            session = self.env["espace.session"].browse(cell["id"])
            self.assertEqual(cell["booked"], session.booked_count)
            self.assertEqual(
                len(self.rows_of(self.manager, "session", str(session.id))),
                session.booked_count,
            )

    def test_limits_that_approach_say_the_carts(self):
        limit = self.session(self.canteen, MONDAY).booking_cutoff
        self.Reservation._add_to_cart(self.martin, [(self.tom, self.meal, MONDAY)])
        with freeze_time(limit - timedelta(hours=3)):
            rows = self.section(self.manager, "limits")["rows"]
            [row] = [one for one in rows if one["code"] == "carts"]
            self.assertIn("carts not validated: 1", row["words"])
            self.assertEqual(
                self.rows_of(self.manager, "carts", row["key"]).child_id, self.tom
            )
        with freeze_time(limit + timedelta(minutes=1)):
            section = self.section(self.manager, "limits")
            rows = section["rows"] if section else []
            self.assertFalse([one for one in rows if one["code"] == "carts"])


@tagged("post_install", "-at_install")
class TestHomeKitchen(HomeCase):
    def test_meals_of_the_day_are_those_of_the_list(self):
        self.tom.diet_id = self._no_pork()
        self.lina.has_pai = True
        for child in (self.nina, self.tom, self.lina):
            self.book_today(child, self.meal)
        section = self.section(self.agent, "meals_today", "kitchen")
        self.assertEqual(section["note"], "meals: 2")
        values = {one["title"]: one["value"] for one in section["rows"]}
        self.assertEqual(values, {self.school.name: "2", "Own baskets (PAI)": "1"})
        self.assert_counts_are_lists(self.agent, "kitchen", set())

    def test_what_was_not_ordered_is_said_once_the_limit_has_passed(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.assertNotIn("kitchen_order", self.duties(self.agent, "kitchen"))
        with freeze_time("2027-01-08 12:00:00"):
            duty = self.duties(self.agent, "kitchen")["kitchen_order"]
            self.assertEqual((duty["count"], duty["urgency"]), (1, "now"))
            # Only who may order is told to.
            self.assertEqual(duty["button"], "See")
            duty = self.duties(self.manager, "kitchen")["kitchen_order"]
            self.assertEqual(duty["button"], "Order Now")
            Order = self.env["espace.kitchen.order"]
            order = Order._freeze(self.company, MONDAY)
            self.assertNotIn("kitchen_order", self.duties(self.agent, "kitchen"))
            order.letter_state = "refused"
            self.assert_counts_are_lists(self.manager, "manager", {"kitchen_refused"})
        with freeze_time("2027-01-11 07:00:00"):
            self.assertNotIn("kitchen_changes", self.duties(self.agent, "kitchen"))
            self.tom.diet_id = self._no_pork()
            self.nina.has_pai = True
            duty = self.duties(self.agent, "kitchen")["kitchen_changes"]
            self.assertEqual(duty["count"], 1)


@tagged("post_install", "-at_install")
class TestHomeAdministration(HomeCase):
    def test_what_stands_still(self):
        self.env["mail.mail"].sudo().create(
            {"state": "exception", "failure_reason": "535 wrong password"}
        )
        chief = self._create_user("chief", "espace_famille.group_admin")
        chief.group_ids += self.env.ref("base.group_system")
        found = self.duties(chief, "administration")
        self.assertIn("535 wrong password", found["mails"]["words"])
        self.assertIn("agents", found)
        self.assert_counts_are_lists(chief, "administration", found.keys())
        machine = self.section(chief, "machine")["rows"]
        self.assertIn("refused", machine[0]["value"])
        # A director without the rights of a technician knows it as well.
        self.assertNotIn("mails", self.duties(self.admin, "administration"))
        machine = self.section(self.admin, "machine")["rows"]
        self.assertIn("refused", machine[0]["value"])

    def test_the_services_are_in_a_line_each(self):
        self.book_today(self.nina, self.meal)
        with freeze_time("2027-01-05 07:00:00"):
            rows = self.section(self.admin, "services")["rows"]
            said = {one["key"]: one["words"] for one in rows}
            self.assertEqual(said["manager"], "topics to do: 1, for today: 1")
            self.assertEqual(said["kitchen"], "Nothing to do")


@tagged("post_install", "-at_install")
class TestHomeQueries(HomeCase):
    def test_more_families_cost_no_more_queries(self):
        users = {
            "animation": self.agent,
            "kitchen": self.agent,
            "manager": self.manager,
            "administration": self.admin,
        }
        self.canteen.capacity = 60
        self.canteen.session_ids.capacity = 60
        self.book_today(self.nina, self.meal)
        few = {role: self.queries(user, role) for role, user in users.items()}
        for number in range(6):
            family = self._create_family(f"Famille {number}", ["Claire", "Marc"])
            for name in ("Un", "Deux"):
                child = self._create_child(family, name, self.class_cp)
                self.book_today(child, self.meal)
                self.booked(child, self.meal, MONDAY)
        for role, user in users.items():
            with self.subTest(role=role):
                self.assertLessEqual(self.queries(user, role), few[role] + 3)
                self.assertLessEqual(few[role], MOST_QUERIES[role])

    def queries(self, user, role):
        self.home(user, role)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.home(user, role)
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestFirstScreen(HomeCase):
    def first(self, user):
        return self.env["ir.http"].with_user(user)._espace_first_screen()

    def test_agents_begin_at_home(self):
        for user in (self.agent, self.manager, self._create_staff("finance")):
            self.assertEqual(self.first(user), "espace_role_home_action")
        self.assertEqual(self.first(self._create_user("x", "base.group_user")), "")

    def test_administrators_begin_at_the_checklist_until_it_is_done(self):
        self.assertEqual(self.first(self.admin), "espace_setup_action")
        self.patch(type(self.env["espace.setup"]), "_is_finished", lambda *_a: True)
        self.assertEqual(self.first(self.admin), "espace_role_home_action")

    def test_the_home_is_that_of_now(self):
        self.assertEqual(self.Home.with_user(self.agent)._place().now, NOW)
