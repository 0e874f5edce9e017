from lxml import html

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import MONDAY, TUESDAY, EspaceCase

REPORT = "espace_famille.espace_session_list_report"


@tagged("post_install", "-at_install")
class TestSessionList(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.diet = cls._no_pork()
        cls.nina.write({"diet_id": cls.diet.id, "has_pai": True})
        cls.nina.write({"allergies": "Peanuts", "pai_details": "Epipen in the bag"})

    def render(self, user, *days):
        sessions = self.env["espace.session"].union(
            *(self.session(self.canteen, day) for day in days)
        )
        content, kind = (
            self.env["ir.actions.report"]
            .with_user(user)
            ._render_qweb_html(REPORT, sessions.ids)
        )
        self.assertEqual(kind, "html")
        return html.fromstring(content)

    def test_the_list_names_the_children_by_class(self):
        for child in (self.nina, self.tom, self.lina):
            self.booked(child, self.meal, MONDAY)
        page = self.render(self._create_staff("animation"), MONDAY)
        text = " ".join(page.text_content().split())
        for words in (
            "Cantine",
            "Monday 11 January 2027",
            "3 children",
            "1 with a PAI",
            "Martin Nina",
            "Martin Tom",
            "Durand Lina",
            "CP – École des Tilleuls (2)",
            "CM1 – École des Tilleuls (1)",
        ):
            with self.subTest(words=words):
                self.assertIn(words, text)
        # In the order of the school, not of the alphabet.
        self.assertLess(text.index("CP –"), text.index("CM1 –"))

    def test_totals_per_option_and_diet(self):
        for child in (self.nina, self.tom):
            self.booked(child, self.meal, MONDAY)
        page = self.render(self._create_staff("animation"), MONDAY)
        totals = {
            row.xpath("string(th)").strip(): row.xpath("string(td)").strip()
            for row in page.xpath("//tr[th and td]")
        }
        self.assertEqual(totals["Repas"], "2")
        self.assertEqual(totals[self.diet.name], "1")
        self.assertEqual(totals["No diet entered"], "1")

    def test_only_children_who_hold_a_seat_are_listed(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.booked(self.tom, self.meal, MONDAY).action_cancel()
        self.Reservation._add_to_cart(self.durand, [(self.lina, self.meal, MONDAY)])
        page = self.render(self._create_staff("animation"), MONDAY)
        self.assertIn("Nina", page.text_content())
        self.assertNotIn("Tom", page.text_content())
        self.assertNotIn("Lina", page.text_content())

    def test_each_session_starts_a_page(self):
        page = self.render(self._create_staff("animation"), MONDAY, TUESDAY)
        self.assertEqual(len(page.xpath("//div[hasclass('page')]")), 2)
        # One article: builds without the patched Qt print no more than one.
        self.assertEqual(len(page.xpath("//div[hasclass('article')]")), 1)
        self.assertIn("No child is expected", page.text_content())

    def test_health_texts_are_printed_for_those_who_need_them(self):
        self.booked(self.nina, self.meal, MONDAY)
        within = self.render(self._create_staff("animation", "health"), MONDAY)
        self.assertIn("Peanuts", within.text_content())
        self.assertIn("Epipen", within.text_content())
        without = self.render(self._create_staff("manager"), MONDAY)
        self.assertNotIn("Peanuts", without.text_content())
        self.assertNotIn("Epipen", without.text_content())
        self.assertIn("PAI", without.text_content())

    def test_a_stranger_prints_nothing(self):
        self.booked(self.nina, self.meal, MONDAY)
        with self.assertRaises(AccessError):
            self.render(self._create_user("stranger", "base.group_user"), MONDAY)

    def test_the_button_prints_the_session(self):
        session = self.session(self.canteen, MONDAY)
        action = session.action_print_list()
        self.assertEqual(action["report_name"], "espace_famille.session_list")
        self.assertEqual(action["context"]["active_ids"], session.ids)
