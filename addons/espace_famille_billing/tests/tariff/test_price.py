import json
import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    NOW,
    THURSDAY,
    TODAY,
    TUESDAY,
)

from ...models.core.errors import MissingPrice
from ..common import NBSP, EspaceBillingCase

DEFAULT_DIR = Path(__file__).parents[4] / "tests" / "data"
PAI = {None: "any", True: "with", False: "without"}


def acceptance_tariffs():
    """Return the worked tariffs of real communes."""
    folder = Path(os.environ.get("ACCEPTANCE_DIR") or DEFAULT_DIR)
    return json.loads((folder / "tariffs.json").read_text(encoding="utf-8"))


@tagged("post_install", "-at_install")
class TestAcceptanceTariffs(EspaceBillingCase):
    def test_worked_prices_hold_on_the_models(self):
        communes = acceptance_tariffs()
        self.assertTrue(communes)
        for commune in communes:
            self.tariff.unlink()
            products = self._products(commune)
            self.tariff = self._tariff_of(commune, products)
            for case in commune["cases"]:
                with self.subTest(commune=commune["name"], case=case):
                    family, child = self._household(case)
                    price = self.env["espace.tariff"]._price(
                        products[case["product"]],
                        child,
                        family,
                        MONDAY,
                        case["event"],
                        case["duration_minutes"],
                    )
                    self.assertEqual(price.amount, Decimal(case["expected"]))
                    self.assertTrue(price.explanation)

    def _products(self, commune):
        hours = {line["product"]: line.get("hours") for line in commune["lines"]}
        return {
            code: self._create_option(self.canteen, code, espace_hours=count or 1)
            for code, count in hours.items()
        }

    def _tariff_of(self, commune, products):
        return self.env["espace.tariff"].create(
            {
                "name": commune["name"],
                "company_id": self.company.id,
                "date_from": TODAY,
                "rounding_step": float(commune["rounding"]["step"]),
                "rounding_mode": commune["rounding"]["mode"],
                "line_ids": [
                    Command.create(
                        self._values(
                            line,
                            products,
                            sequence=sequence,
                            kind=line["kind"],
                            unit=line["unit"],
                            unit_minutes=line["unit_minutes"] or 0,
                            grace_minutes=line["grace_minutes"],
                            **self._numbers(
                                line,
                                "qf_min",
                                "qf_max",
                                "amount",
                                "min_amount",
                                "max_amount",
                            ),
                        )
                    )
                    for sequence, line in enumerate(commune["lines"])
                ],
                "adjustment_ids": [
                    Command.create(
                        self._values(
                            adjustment,
                            products,
                            operation=adjustment["operation"],
                            **self._numbers(adjustment, "value"),
                        )
                    )
                    for adjustment in commune["adjustments"]
                ],
            }
        )

    @staticmethod
    def _values(line, products, **vals):
        """Return the values that prices and reductions share."""
        product = products.get(line["product"])
        return {
            "product_id": product and product.id,
            "event": line["event"],
            "residency": line["residency"],
            "sibling_rank_min": line["sibling_rank_min"] or 0,
            "sibling_rank_max": line["sibling_rank_max"] or 0,
            "pai": PAI[line["pai"]],
            **vals,
        }

    @staticmethod
    def _numbers(line, *names):
        return {name: float(line[name] or 0) for name in names}

    def _household(self, case):
        """Create a family in which the child has the rank, quotient… of the case."""
        family = self._create_family("Petit", ["Inès"])
        family.residency = "resident" if case["resident"] else "non_resident"
        if case["qf"] is not None:
            self._set_quotient(family, float(case["qf"]))
        children = [
            self._create_child(
                family, f"Zoé {rank}", self.class_cp, birth_date=date(2015 + rank, 5, 1)
            )
            for rank in range(1, case["sibling_rank"] + 1)
        ]
        children[-1].has_pai = case["pai"]
        return family, children[-1]


@tagged("post_install", "-at_install")
class TestPrice(EspaceBillingCase):
    def price(self, child, product, day=MONDAY, event="planned"):
        family = child._paying_family(day)
        return self.env["espace.tariff"]._price(product, child, family, day, event)

    # === Quotient === #

    def test_a_family_without_quotient_pays_the_dearest_price(self):
        price = self.price(self.lina, self.t2)
        self.assertEqual(price.amount, Decimal("1.60"))
        self.assertIsNone(price.qf)
        self.assertIn("QF non fourni", price.explanation)

    def test_a_quotient_of_zero_is_a_quotient(self):
        self._set_quotient(self.durand, 0)
        price = self.price(self.lina, self.t2)
        self.assertEqual(price.amount, Decimal("1.20"))
        self.assertEqual(price.qf, 0)

    def test_a_quotient_counts_from_its_date(self):
        self._set_quotient(self.martin, 300, TUESDAY)
        prices = [self.price(self.nina, self.t2, day).amount for day in self._days()]
        expected = [Decimal("1.30"), Decimal("1.20"), Decimal("1.20")]
        self.assertEqual(prices, expected)

    def test_before_its_date_a_quotient_does_not_count(self):
        self._set_quotient(self.durand, 300, TUESDAY)
        prices = [self.price(self.lina, self.t2, day).amount for day in self._days()]
        expected = [Decimal("1.60"), Decimal("1.20"), Decimal("1.20")]
        self.assertEqual(prices, expected)

    @staticmethod
    def _days():
        return MONDAY, TUESDAY, THURSDAY

    def test_one_month_of_quotes_follows_the_quotient(self):
        self._set_quotient(self.martin, 300, TUESDAY)
        quotes = self.quote(
            self.martin, *((self.nina, self.t2, day) for day in self._days())
        )
        expected = [Decimal("1.30"), Decimal("1.20"), Decimal("1.20")]
        self.assertEqual([quote.price for quote in quotes], expected)

    # === Words === #

    def test_the_explanation_is_french_with_amounts_in_euros(self):
        cases = [
            (self.nina, self.meal, "planned", "Repas réservé : 3,60 €"),
            (self.nina, self.meal, "unplanned", "Repas non réservé : 5,40 €"),
            (
                self.nina,
                self.t2,
                "planned",
                "QF 750 (tranche 500 à 1000), 0,65 €/h × 2 h = 1,30 €",
            ),
            (
                self.lina,
                self.t2,
                "planned",
                "QF non fourni : tarif maximum, 0,80 €/h × 2 h = 1,60 €",
            ),
            (
                self.nina,
                self.t2,
                "absence_justified",
                "Absence justifiée : non facturée",
            ),
        ]
        for child, product, event, expected in cases:
            with self.subTest(expected=expected):
                price = self.price(child, product, event=event)
                self.assertEqual(price.explanation.replace(NBSP, " "), expected)

    # === What the gate shows === #

    def test_quotes_show_the_price_of_each_child(self):
        quotes = self.quote(
            self.martin,
            (self.nina, self.meal, MONDAY),
            (self.nina, self.t1, MONDAY),
            (self.tom, self.t2, MONDAY),
        )
        expected = [Decimal("3.60"), Decimal("0.65"), Decimal("1.30")]
        self.assertEqual([quote.price for quote in quotes], expected)

    def test_what_has_no_price_is_blocked_with_a_reason(self):
        option = self._create_option(self.evening, "Tranche 3", espace_hours=3)
        with self.assertRaises(MissingPrice) as error:
            self.price(self.nina, option)
        self.assertIn("Tranche 3", str(error.exception))
        self.assertIn("Tarifs 2027", str(error.exception))
        quote = self.quote(self.martin, (self.nina, option, MONDAY))
        self.assertEqual(quote.status, "blocked")
        self.assertIn("price is not known", quote.reason)
        self.assertEqual(
            self.book(
                self.martin, (self.nina, option, MONDAY), (self.tom, self.t1, MONDAY)
            ),
            ["blocked", "booked"],
        )
        self.assertEqual(self.session(self.evening, MONDAY).booked_count, 1)

    def test_what_has_no_price_does_not_enter_the_cart(self):
        option = self._create_option(self.evening, "Tranche 3", espace_hours=3)
        [quote] = self.Reservation._add_to_cart(
            self.martin, [(self.nina, option, MONDAY)], now=NOW
        )
        self.assertEqual(quote.status, "blocked")
        self.assertFalse(self.Reservation._cart(self.martin))

    def test_after_the_last_day_of_the_tariff_nothing_is_booked(self):
        self.tariff.date_to = MONDAY
        self.assertEqual(
            self.book(
                self.martin,
                (self.nina, self.meal, MONDAY),
                (self.nina, self.meal, TUESDAY),
            ),
            ["booked", "blocked"],
        )

    def test_what_is_booked_stays_when_its_price_is_gone(self):
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.tariff.date_from = TUESDAY
        quote = self.quote(self.martin, (self.nina, self.meal, MONDAY))
        self.assertEqual(quote.status, "booked")
        self.assertEqual(reservation.charged_amount, 3.60)
        self.tariff.date_from = TODAY

    def test_a_late_price_is_for_those_who_book_late(self):
        self.canteen.late_rule_id = self.rule_eve
        line = self._line(self.meal, "late", 0, 0, 4.20, tariff_id=self.tariff.id)
        self.env["espace.tariff.line"].create(line)
        in_time = self.booked(self.nina, self.meal, MONDAY)
        late = NOW + timedelta(days=5)
        quotes = self.quote(
            self.martin,
            (self.nina, self.meal, MONDAY),
            (self.tom, self.meal, MONDAY),
            now=late,
        )
        self.assertEqual([quote.status for quote in quotes], ["booked", "available"])
        expected = [Decimal("3.60"), Decimal("4.20")]
        self.assertEqual([quote.price for quote in quotes], expected)
        booked_late = self.booked(self.tom, self.meal, MONDAY, now=late)
        self.assertEqual(in_time.espace_price, 3.60)
        self.assertEqual(booked_late.espace_price, 4.20)
        self.assertEqual(booked_late.charged_amount, 4.20)

    # === No tariff === #

    def test_a_commune_without_tariff_books_freely(self):
        self.tariff.unlink()
        self._publish_provider()
        quote = self.quote(self.martin, (self.nina, self.meal, MONDAY))
        self.assertEqual(quote.status, "available")
        self.assertIsNone(quote.price)
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.assertEqual(reservation.state, "confirmed")
        self.assertFalse(reservation.charge_ids)
        self.assertFalse(self.invoices(self.martin))
        self.cancel(reservation, staff=True)
        self.assertFalse(reservation.charge_ids)

    def test_the_tariff_of_another_commune_is_not_ours(self):
        other = self.env["res.company"].create(
            {"name": "Commune voisine", "espace_is_commune": True}
        )
        self.tariff.company_id = other
        reservation = self.booked(self.nina, self.meal, MONDAY)
        self.assertFalse(reservation.charge_ids)

    # === Queries === #

    def _queries(self, days):
        """Return how many queries it takes to quote that many days for two children."""
        items = [
            (child, product, MONDAY + timedelta(days=number))
            for number in range(days)
            for child in (self.nina, self.tom)
            for product in (self.meal, self.t2)
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.Reservation._quote(self.martin, items, now=NOW)
        return self.env.cr.sql_log_count - before

    def test_prices_cost_the_same_queries_for_a_day_and_for_a_month(self):
        situations = {
            "a tariff": lambda: None,
            "no price": lambda: self.tariff.write({"date_to": TODAY}),
            "no tariff": lambda: self.tariff.unlink(),
        }
        for name, prepare in situations.items():
            prepare()
            self._queries(2)
            with self.subTest(situation=name):
                self.assertEqual(self._queries(25), self._queries(2))

    # === Rights === #

    def test_a_child_of_another_family_gets_no_price(self):
        with self.assertRaises(AccessError):
            self.quote(self.durand, (self.nina, self.meal, MONDAY))

    def test_a_price_that_was_asked_before_follows_every_change_of_the_tariff(self):
        # Grids are kept between requests: whatever changes one must forget it.
        def price():
            return float(self.price(self.nina, self.meal).amount)

        line = self.tariff.line_ids.filtered(
            lambda line: line.product_id == self.meal and line.event == "planned"
        )
        self.assertEqual(price(), 3.60)
        line.amount = 4.10
        self.assertEqual(price(), 4.10)
        self.tariff.write({"line_ids": [Command.update(line.id, {"amount": 4.20})]})
        self.assertEqual(price(), 4.20)
        half = self.env["espace.tariff.adjustment"].create(
            {"tariff_id": self.tariff.id, "value": -50}
        )
        self.assertEqual(price(), 2.10)
        half.unlink()
        self.assertEqual(price(), 4.20)
        self.tariff.rounding_step = 0.5
        self.assertEqual(price(), 4.00)
        self.tariff.date_to = MONDAY - timedelta(days=1)
        with self.assertRaises(MissingPrice):
            price()
        self._create_tariff(name="Tarifs suivants", date_from=MONDAY)
        self.assertEqual(price(), 3.60)
