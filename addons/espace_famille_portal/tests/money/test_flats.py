from datetime import date

from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, TODAY

from ..common import EspacePortalCase

FLATS = "/my/forfaits"
JANUARY, FEBRUARY = "2027-01-01", "2027-02-01"


@tagged("post_install", "-at_install")
class TestFlatPages(EspacePortalCase):
    """Forfaits: what a parent reads of months at one price, begins and ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tariff.line_ids = [
            Command.create(cls._line(cls.t1, "flat", 0, 0, 40, sequence=90))
        ]
        cls.formula = cls.env["espace.flat.formula"].create(
            {
                "name": "Garderie au mois",
                "company_id": cls.company.id,
                "product_id": cls.t1.id,
                "portal": True,
            }
        )

    def flats(self, family=None):
        return self.env["espace.flat"].search(
            [("family_id", "=", (family or self.martin).id)]
        )

    def subscribe(self, **data):
        sent = {"forfait": self.formula.id, "enfant": self.nina.id, "mois": FEBRUARY}
        return self.level(self.post(f"{FLATS}/souscrire", **{**sent, **data}))

    def end(self, flat, month):
        return self.level(self.post(f"{FLATS}/arreter", forfait=flat.id, mois=month))

    def level(self, response):
        """Return how the page that comes back says what became of a form."""
        self.assertEqual(response.status_code, 200)
        return self.message(html.fromstring(response.content))[0]

    def test_prices_and_rules_are_read(self):
        tree = self.page(FLATS)
        [card] = tree.xpath("//*[@data-formula]")
        self.assertIn("Garderie au mois", self.words(card))
        self.assertEqual(len(card.xpath(".//*[@data-price]")), 2)
        self.assertIn("40", self.words(card.xpath(".//*[@data-price]")[0]))
        self.assertTrue(self.page("/my/factures").xpath("//*[@data-block='flats']"))

    def test_a_parent_begins_and_ends(self):
        self.assertEqual(self.subscribe(), "success")
        [flat] = self.flats()
        self.assertEqual((flat.child_id, flat.by_parent), (self.nina, True))
        self.assertEqual(flat.date_from, date(2027, 2, 1))
        [card] = self.page(FLATS).xpath("//*[@data-flat]")
        self.assertIn("40", self.words(card))
        self.assertEqual(self.end(flat, FEBRUARY), "success")
        self.assertEqual(flat.date_to, date(2027, 2, 28))
        self.assertEqual(self.end(flat, "2027-03-01"), "danger")
        self.assertEqual(flat.date_to, date(2027, 2, 28))

    def test_the_present_month_begins_today(self):
        self.subscribe(mois=JANUARY)
        self.assertEqual(self.flats().date_from, TODAY)

    def test_a_double_tap_begins_once(self):
        self.assertEqual(self.subscribe(), "success")
        self.assertEqual(self.subscribe(), "info")
        self.assertEqual(self.subscribe(mois=JANUARY), "danger")
        self.assertEqual(len(self.flats()), 1)

    def test_nothing_that_a_browser_names_is_believed(self):
        other = self.formula.copy({"portal": False})
        foreign = self.lina
        for data in (
            {"enfant": foreign.id},
            {"enfant": "x"},
            {"forfait": other.id},
            {"forfait": "0"},
            {"mois": "2026-12-01"},
            {"mois": "2027-02-02"},
            {"mois": "2029-01-01"},
            {"mois": "janvier"},
        ):
            with self.subTest(data=data):
                self.assertEqual(self.subscribe(**data), "danger")
        self.assertFalse(self.flats() | self.flats(self.durand))

    def test_the_sheet_of_a_day_says_why_it_costs_nothing(self):
        self.subscribe(mois=JANUARY)
        self.booked(self.nina, self.t1, MONDAY)
        named = f"child={self.nina.id}&product={self.t1.id}&date={MONDAY}"
        tree = self.page(f"/my/reservations/jour?{named}")
        [said] = tree.xpath("//*[@data-included]")
        self.assertEqual(self.words(said), "Compris dans le forfait de janvier 2027")

    def test_a_foreign_one_is_not_ended(self):
        flat = self.env["espace.flat"].create(
            {
                "formula_id": self.formula.id,
                "family_id": self.durand.id,
                "child_id": self.lina.id,
                "date_from": TODAY,
            }
        )
        self.assertFalse(self.page(FLATS).xpath("//*[@data-flat]"))
        self.assertEqual(self.end(flat, FEBRUARY), "danger")
        self.assertFalse(flat.date_to)

    def test_who_may_only_look_changes_nothing(self):
        self.martin.guardian_ids[0].may_book = False
        self.assertFalse(self.page(FLATS).xpath("//form[@method='post'][.//select]"))
        self.assertEqual(self.subscribe(), "danger")
        self.assertFalse(self.flats())

    def test_where_the_commune_subscribes_it_says_so(self):
        self.formula.portal = False
        tree = self.page(FLATS)
        self.assertFalse(tree.xpath("//*[@data-formula]//form"))
        self.assertTrue(tree.xpath("//*[@data-formula]//a[@href='/my/demandes']"))

    def test_other_doors_are_closed(self):
        self.subscribe()
        [flat] = self.flats()
        for model, method, args in (
            ("espace.flat", "write", [flat.ids, {"date_to": "2027-02-01"}]),
            ("espace.flat", "unlink", [flat.ids]),
            ("espace.flat", "search_read", [[]]),
            ("espace.flat.formula", "search_read", [[]]),
            ("espace.flat.due", "search_read", [[]]),
        ):
            with self.subTest(model=model, method=method):
                _result, error = self.call_kw(model, method, *args)
                self.assertTrue(error)
        self.assertFalse(flat.date_to)
