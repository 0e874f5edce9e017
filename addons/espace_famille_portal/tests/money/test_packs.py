from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, TODAY

from ..common import EspacePortalCase
from .test_flats import FLATS


@tagged("post_install", "-at_install")
class TestPackPages(EspacePortalCase):
    """Carnets: what a parent reads of packs of days, and buys."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tariff.line_ids = [
            Command.create(cls._line(cls.t1, "pack", 0, 0, 9, sequence=90))
        ]
        cls.formula = cls.env["espace.pack.formula"].create(
            {
                "name": "Carnet de 3 soirs",
                "company_id": cls.company.id,
                "product_id": cls.t1.id,
                "days": 3,
                "portal": True,
            }
        )

    def packs(self, family=None):
        return self.env["espace.pack"].search(
            [("family_id", "=", (family or self.martin).id)]
        )

    def buy(self, **data):
        sent = {"carnet": self.formula.id, "enfant": self.nina.id, "accord": "1"}
        response = self.post(f"{FLATS}/acheter", **{**sent, **data})
        self.assertEqual(response.status_code, 200)
        return self.message(html.fromstring(response.content))[0]

    def test_prices_and_rules_are_read(self):
        tree = self.page(FLATS)
        [card] = tree.xpath("//*[@data-pack-formula]")
        self.assertIn("Carnet de 3 soirs", self.words(card))
        self.assertIn("9", self.words(card.xpath(".//*[@data-price]")[0]))
        self.assertFalse(tree.xpath("//*[@data-block='flats-own']"))
        self.assertTrue(self.page("/my/factures").xpath("//*[@data-block='flats']"))

    def test_a_parent_buys_books_and_reads_what_is_left(self):
        self.assertEqual(self.buy(), "success")
        [pack] = self.packs()
        self.assertEqual((pack.child_id, pack.by_parent), (self.nina, True))
        self.assertEqual((pack.date_from, pack.charged_amount), (TODAY, 9))
        self.env["espace.charge"]._cron_invoice_at_once()
        self.assertEqual(pack.due_ids.charge_ids.state, "invoiced")
        self.booked(self.nina, self.t1, MONDAY)
        [card] = self.page(FLATS).xpath("//*[@data-pack]")
        [left] = card.xpath(".//*[@data-left]")
        self.assertIn("2", self.words(left))
        named = f"child={self.nina.id}&product={self.t1.id}&date={MONDAY}"
        tree = self.page(f"/my/reservations/jour?{named}")
        [said] = tree.xpath("//*[@data-included]")
        self.assertIn("Compris dans le carnet de 3", self.words(said))

    def test_a_double_tap_buys_once(self):
        self.assertEqual(self.buy(), "success")
        self.assertEqual(self.buy(), "info")
        self.assertEqual(len(self.packs()), 1)

    def test_nothing_that_a_browser_names_is_believed(self):
        other = self.formula.copy({"portal": False})
        for data in (
            {"enfant": self.lina.id},
            {"enfant": "x"},
            {"carnet": other.id},
            {"carnet": "0"},
            {"accord": ""},
        ):
            with self.subTest(data=data):
                self.assertEqual(self.buy(**data), "danger")
        self.assertFalse(self.packs() | self.packs(self.durand))

    def test_without_a_price_nothing_is_bought(self):
        self.tariff.line_ids.filtered(lambda line: line.event == "pack").unlink()
        self.assertEqual(self.buy(), "danger")
        self.assertFalse(self.packs())

    def test_who_may_only_look_buys_nothing(self):
        self.martin.guardian_ids[0].may_book = False
        self.assertFalse(self.page(FLATS).xpath("//*[@data-pack-formula]//form"))
        self.assertEqual(self.buy(), "danger")
        self.assertFalse(self.packs())

    def test_other_doors_are_closed(self):
        self.buy()
        [pack] = self.packs()
        for model, method, args in (
            ("espace.pack", "write", [pack.ids, {"days": 100}]),
            ("espace.pack", "action_cancel", [pack.ids]),
            ("espace.pack", "action_end", [pack.ids]),
            ("espace.pack", "unlink", [pack.ids]),
            ("espace.pack", "search_read", [[]]),
            ("espace.pack.formula", "search_read", [[]]),
        ):
            with self.subTest(model=model, method=method):
                _result, error = self.call_kw(model, method, *args)
                self.assertTrue(error)
        self.assertEqual((pack.days, pack.state), (3, "in_force"))
