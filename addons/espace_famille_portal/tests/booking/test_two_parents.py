from datetime import date, timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, THURSDAY, TODAY

from ..common import BOOKINGS, CART, EspacePortalCase

DAY = f"{BOOKINGS}/jour"
HISTORY = f"{BOOKINGS}/historique"


@tagged("post_install", "-at_install")
class TestHistory(EspacePortalCase):
    """Two parents of one household see who booked or cancelled what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marc = cls._create_portal_user(cls.martin.guardian_ids[1])
        cls.marc.lang = "en_US"

    def history(self, path=HISTORY):
        return [self.words(one) for one in self.page(path).xpath("//*[@data-history]")]

    def book_by(self, user):
        self.login(user)
        self.put_in_cart((self.nina, self.t1, MONDAY))
        self.post(f"{CART}/valider")

    def test_the_sheet_says_who_booked_and_when(self):
        self.book_by(self.marc)
        self.login(self.claire)
        path = f"{DAY}?child={self.nina.id}&product={self.t1.id}&date={MONDAY}"
        [words] = self.history(path)
        name = self.marc.partner_id.firstname
        self.assertIn(f"Booked by {name}, Monday 4 January", words)

    def test_what_the_other_one_cancelled_is_read(self):
        self.book_by(self.claire)
        self.login(self.marc)
        self.press(self.order("cancel", self.nina, self.t1, MONDAY), sure="1")
        self.login(self.claire)
        [words] = self.history()
        self.assertIn(f"Cancelled by {self.marc.partner_id.firstname}", words)
        self.assertIn(f"Booked by {self.claire.partner_id.firstname}", words)
        self.assertLess(words.index("Cancelled"), words.index("Booked"))
        self.assertIn("Nina, Monday 11 January", words)

    def test_agents_are_the_town_hall(self):
        clerk = self._create_staff("manager")
        self.Reservation.with_user(clerk)._book(
            self.martin, [(self.nina, self.t1, MONDAY)], staff=True
        )
        [words] = self.history()
        self.assertIn("by the town hall", words)
        self.assertNotIn(clerk.name, words)

    def test_nothing_of_other_families_and_nothing_old(self):
        self.book(self.durand, (self.lina, self.t1, MONDAY))
        self.assertFalse(self.history())
        self.book_by(self.claire)
        with freeze_time(NOW + timedelta(days=91)):
            self.assertFalse(self.history())


@tagged("post_install", "-at_install")
class TestOtherParent(EspacePortalCase):
    """A week at the other parent's is said, in place of nothing booked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # 11 January 2027 is in the even week 2: it is the other household's.
        cls.nina.custody_ids = [
            Command.create({"family_id": cls.martin.id, "pattern": "odd"}),
            Command.create({"family_id": cls.durand.id, "pattern": "even"}),
        ]

    def thin(self, child="all"):
        tree = self.page(f"{BOOKINGS}?date={MONDAY}&child={child}")
        return tree, [self.words(row) for row in tree.xpath("//tr[@data-row='away']")]

    def test_the_days_away_of_each_child(self):
        away = self.env["espace.portal.period"]._away(
            self.martin, self.nina | self.tom, TODAY, date(2027, 1, 17)
        )
        self.assertEqual(away[self.tom.id], set())
        self.assertEqual(
            away[self.nina.id], {MONDAY + timedelta(days=n) for n in range(7)}
        )

    def test_a_week_of_the_only_child_shown_is_one_line(self):
        tree, thin = self.thin(self.nina.id)
        self.assertIn("Nina: week at the other parent’s", thin[0])
        self.assertIsNone(self.cell(tree, self.nina, self.meal, MONDAY))
        self.assertIsNotNone(
            self.cell(tree, self.nina, self.meal, MONDAY + timedelta(days=7))
        )

    def test_a_week_of_one_of_two_is_said_above_it(self):
        tree, thin = self.thin()
        self.assertFalse(thin)
        [week] = tree.xpath(f"//tr[@data-week='{MONDAY}']")
        self.assertIn("Nina: week at the other parent’s", self.words(week))
        self.assertIsNotNone(self.cell(tree, self.tom, self.meal, MONDAY))


@tagged("post_install", "-at_install")
class TestMonthAgain(EspacePortalCase):
    """“As in January?”: what home proposes for the next month."""

    def again(self, now=NOW):
        return self.env["espace.portal.agenda"]._month_again(self.martin, now)

    def february(self):
        return self.env["espace.session"].search(
            [
                ("company_id", "=", self.company.id),
                ("date", ">=", date(2027, 2, 1)),
                ("date", "<=", date(2027, 2, 28)),
            ]
        )

    def test_it_makes_sense_where_this_month_is_booked_and_the_next_is_open(self):
        self.assertIsNone(self.again(), "nothing is booked in January")
        self.booked(self.nina, self.t1, MONDAY)
        again = self.again()
        self.assertEqual((again["month"], again["source"]), ("February", "january"))
        self.assertEqual(again["children"], ["Nina"])
        self.february().state = "closed"
        self.assertIsNone(self.again(), "nothing opens in February")

    def test_one_tap_from_there_to_the_cart(self):
        # The first Tuesday and Thursday: those of February are before its holidays.
        days = {self.nina: date(2027, 1, 5), self.tom: date(2027, 1, 7)}
        for child, day in days.items():
            self.booked(child, self.t1, day)
        tree = self.page(self.again()["url"])
        [form] = tree.xpath("//form[@data-form='agenda-add']")
        data = {}
        for field in form.xpath(".//input[@type='hidden'][@name]"):
            data.setdefault(field.get("name"), []).append(field.get("value"))
        data.pop("csrf_token")
        response = self.post(f"{BOOKINGS}/agenda", **data)
        self.assertTrue(response.url.endswith(CART), self.shown(response))
        self.assertEqual(
            self.cart(),
            {(child, self.t1, day + timedelta(weeks=4)) for child, day in days.items()},
        )
        self.assertIsNone(self.again(), "February is begun")

    def test_it_costs_the_same_however_much_is_booked(self):
        self.booked(self.nina, self.t1, MONDAY)
        self.again()
        before = self.queries()
        self.booked(self.tom, self.t1, THURSDAY)
        self.booked(self.nina, self.t2, THURSDAY)
        self.assertEqual(self.queries(), before)

    def queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.again()
        return self.env.cr.sql_log_count - before
