from datetime import timedelta

from freezegun import freeze_time
from lxml import html

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    NOW,
    THURSDAY,
    TODAY,
    TUESDAY,
)
from odoo.addons.espace_famille_billing.models.charge.espace_charge_invoicing import (
    SOON,
)

from ..common import CART, EspacePortalCase


@tagged("post_install", "-at_install")
class TestCart(EspacePortalCase):
    """Panier and validation, where families do not pay online."""

    def validate(self):
        return self.post(f"{CART}/valider")

    def lines(self, tree, status="available"):
        return tree.xpath(f"//li[@data-line][@data-status='{status}']")

    def test_the_cart_says_what_it_costs(self):
        self.put_in_cart(
            (self.nina, self.meal, MONDAY),
            (self.tom, self.meal, MONDAY),
            (self.tom, self.t2, MONDAY),
        )
        tree = self.page(CART)
        self.assertEqual(len(self.lines(tree)), 3)
        [total] = tree.xpath("//*[@data-total]")
        # Two meals of 3.60 and two hours at 0.65, the quotient being 750.
        self.assertIn("8.50", self.words(total))
        self.assertIn("until Tuesday 5 January", self.words(self.lines(tree)[0]))

    def test_a_line_is_taken_out(self):
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.nina, self.t1, MONDAY))
        [line, _other] = self.Reservation._cart(self.martin)
        kept = self.cart() - {(line.child_id, line.product_id, line.date)}
        self.post(f"{CART}/retirer", line=line.id)
        self.assertEqual(self.cart(), kept)
        self.post(f"{CART}/retirer", line="all")
        self.assertFalse(self.cart())

    def test_the_lines_of_one_child_are_taken_out(self):
        self.put_in_cart(
            (self.nina, self.meal, MONDAY),
            (self.nina, self.t1, MONDAY),
            (self.tom, self.meal, MONDAY),
        )
        tree = self.page(CART)
        # The only line of Tom has its own button.
        [button] = tree.xpath("//button[@data-action='remove-child']")
        self.assertIn("Nina", self.words(button))
        response = self.post(f"{CART}/retirer", line=button.get("value"))
        self.assertIn("2 bookings were taken out", self.shown(response))
        self.assertEqual(self.cart(), {(self.tom, self.meal, MONDAY)})

    def test_each_child_has_its_options_and_their_days(self):
        self.put_in_cart(
            (self.nina, self.meal, MONDAY),
            (self.nina, self.meal, THURSDAY),
            (self.nina, self.t1, MONDAY),
            (self.tom, self.meal, MONDAY),
        )
        tree = self.page(CART)
        parts = tree.xpath("//section[contains(@class, 'ef-cart-child')]")
        self.assertEqual(
            [self.words(part.xpath(".//h2")[0]) for part in parts], ["Nina", "Tom"]
        )
        [nina] = [part for part in parts if part.get("id") == f"cart_{self.nina.id}"]
        meals, evening = nina.xpath(".//div[contains(@class, 'ef-entry')]")
        self.assertIn("2 meals in January", self.words(meals))
        self.assertIn("7.20", self.words(meals))
        self.assertEqual(len(meals.xpath(".//li[@data-line]")), 2)
        self.assertIn("1 evening in January", self.words(evening))
        self.assertIn("7.85", self.words(nina.xpath(".//h2/..")[0]))
        [limit] = tree.xpath("//*[@data-first-limit]")
        self.assertIn("until Tuesday 5 January", self.words(limit))

    def test_one_sum_stands_on_the_button_too(self):
        self.put_in_cart((self.nina, self.meal, MONDAY))
        tree = self.page(CART)
        [button] = tree.xpath("//button[@data-action='validate']")
        [due] = tree.xpath("//*[@data-now-due]")
        self.assertEqual(self.words(button), f"Validate {self.words(due)}")

    def test_a_day_taken_out_keeps_the_place_and_comes_back(self):
        self.put_in_cart(
            (self.nina, self.meal, MONDAY),
            (self.nina, self.meal, THURSDAY),
            (self.tom, self.meal, MONDAY),
        )
        before = self.cart()
        line = self.Reservation._cart(self.martin).filtered(
            lambda r: (r.child_id, r.date) == (self.nina, MONDAY)
        )
        response = self.post(f"{CART}/retirer", line=line.id)
        place = f"#cart_{self.nina.id}_{self.meal.id}"
        self.assertTrue(response.url.endswith(place), response.url)
        self.assertIn("Nina, Monday 11 January: taken out", self.shown(response))
        self.assertEqual(len(self.cart()), 2)
        response = self.post(f"{CART}/reprendre")
        self.assertEqual(self.cart(), before)
        self.assertIn("Back in the cart: 1 booking", self.shown(response))
        # Once: a second tap finds nothing to take up.
        self.post(f"{CART}/reprendre")
        self.assertEqual(self.cart(), before)

    def test_what_is_given_up_is_taken_up_for_ten_minutes(self):
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY))
        before = self.cart()
        self.post(f"{CART}/retirer", line="all")
        self.assertFalse(self.cart())
        # It stays offered on the empty cart.
        tree = self.page(CART)
        self.assertTrue(tree.xpath("//*[@data-action='take-up']"))
        with freeze_time(NOW + timedelta(minutes=9)):
            self.post(f"{CART}/reprendre")
        self.assertEqual(self.cart(), before)
        self.post(f"{CART}/retirer", line="all")
        with freeze_time(NOW + timedelta(minutes=11)):
            self.assertFalse(self.page(CART).xpath("//*[@data-action='take-up']"))
            response = self.post(f"{CART}/reprendre")
        self.assertIn("too late", self.shown(response))
        self.assertFalse(self.cart())

    def test_what_became_impossible_is_not_taken_up(self):
        self.put_in_cart((self.nina, self.t1, THURSDAY), (self.nina, self.t1, MONDAY))
        session = self.session_of(self.evening, THURSDAY)
        self.post(f"{CART}/retirer", line="all")
        session.capacity = session.booked_count
        response = self.post(f"{CART}/reprendre")
        self.assertIn("No longer possible: 1 booking", self.shown(response))
        self.assertEqual(self.cart(), {(self.nina, self.t1, MONDAY)})

    def test_a_script_gets_the_inside_of_the_cart_alone(self):
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY))
        line = self.Reservation._cart(self.martin)[:1]
        response = self.post(f"{CART}/retirer", line=line.id, part="1")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        [body] = html.fragments_fromstring(response.text)
        self.assertEqual((body.get("id"), body.get("data-count")), ("cart_body", "1"))
        self.assertIn("taken out of the cart", self.words(body))
        # What was said there is not said again.
        self.assertNotIn("taken out", self.words(self.page(CART)))

    def test_what_is_invoiced_later_is_said_apart(self):
        self.evening.billing_mode = "consumption"
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.nina, self.t1, MONDAY))
        tree = self.page(CART)
        [now_due] = tree.xpath("//*[@data-now-due]")
        [later] = tree.xpath("//*[@data-later-due]")
        self.assertIn("3.60", self.words(now_due))
        self.assertIn("0.65", self.words(later))
        self.validate()
        self.assertIn("0.65", self.shown(self.url_open(f"{CART}/confirmation")))

    def test_what_a_third_party_pays_is_not_asked(self):
        ccas = self.env["res.partner"].create({"name": "CCAS de Valdurenque"})
        self.env["espace.aid"].create(
            {
                "family_id": self.martin.id,
                "payer_id": ccas.id,
                "share": 50,
                "ceiling": 2,
                "date_from": TODAY,
                "number": "12",
                "decided_on": TODAY,
            }
        )
        self.evening.billing_mode = "consumption"
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.nina, self.t1, MONDAY))
        tree = self.page(CART)
        [aided] = tree.xpath("//*[@data-aided]")
        [now_due] = tree.xpath("//*[@data-now-due]")
        [later] = tree.xpath("//*[@data-later-due]")
        self.assertIn("2.00", self.words(aided))
        self.assertIn("1.80", self.words(now_due))
        self.assertIn("0.45", self.words(later))
        self.assertIn("1.80", self.shown(self.validate()))
        self.invoice_what_is_due()
        [invoice] = self.invoices(self.martin)
        self.assertEqual(invoice.amount_total, 1.80)
        page = self.shown(self.url_open(f"/my/factures/{invoice.id}"))
        self.assertIn("CCAS de Valdurenque", page)
        self.assertIn("decision 12", page)

    def test_a_foreign_or_booked_line_is_not_taken_out(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        self.Reservation._add_to_cart(self.durand, [(self.lina, self.meal, MONDAY)])
        foreign = self.Reservation._cart(self.durand)
        before = self.everything()
        others = (f"child_{self.lina.id}", f"child_{self.nina.id}", "child_")
        for line in (booked.id, foreign.id, *others, "x", "-1", ""):
            self.post(f"{CART}/retirer", line=line)
        self.assertEqual(self.everything(), before)

    def test_validating_books_and_says_so(self):
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY))
        response = self.validate()
        self.assertTrue(response.url.endswith(f"{CART}/confirmation"))
        self.assertIn("Request validated", self.shown(response))
        self.assertFalse(self.cart())
        booked = self.reservation(self.nina, self.canteen, MONDAY) | self.reservation(
            self.tom, self.canteen, MONDAY
        )
        self.assertEqual(set(booked.mapped("state")), {"confirmed"})
        self.assertIn("7.20", self.shown(response))
        self.assertIn("in a few minutes", self.shown(response))
        self.assertFalse(self.invoices(self.martin))

    def test_what_was_validated_is_invoiced_a_minute_later(self):
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY))
        self.validate()
        cron = self.env.ref("espace_famille_billing.cron_invoice_at_once")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertIn(NOW + SOON, triggers.mapped("call_at"))
        self.invoice_what_is_due()
        [invoice] = self.invoices(self.martin)
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 7.2))
        self.assertIn(invoice.name, self.shown(self.url_open(f"{CART}/confirmation")))
        self.invoice_what_is_due()
        self.assertEqual(self.invoices(self.martin), invoice)

    def test_validating_twice_books_once(self):
        self.put_in_cart((self.nina, self.meal, MONDAY))
        self.validate()
        before = self.everything()
        response = self.validate()
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.everything(), before)
        self.invoice_what_is_due()
        self.assertEqual(len(self.invoices(self.martin)), 1)

    def test_an_empty_cart_validates_nothing(self):
        before = self.everything()
        response = self.validate()
        self.assertTrue(response.url.endswith(CART))
        self.assertIn("Your cart is empty", self.shown(response))
        self.assertEqual(self.everything(), before)

    def test_what_cannot_be_booked_stays_with_its_reason(self):
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.nina, self.t1, TUESDAY))
        with freeze_time("2027-01-06 09:00:00"):
            tree = self.page(CART)
            [refused] = self.lines(tree, "refused")
            self.assertIn("Too late", self.words(refused))
            response = self.validate()
        self.assertIn("Not booked", self.shown(response))
        self.assertEqual(self.cart(), {(self.nina, self.meal, MONDAY)})
        self.assertEqual(
            self.reservation(self.nina, self.evening, TUESDAY).state, "confirmed"
        )

    def test_nothing_bookable_leaves_the_cart_as_it_was(self):
        self.put_in_cart((self.nina, self.meal, MONDAY))
        before = self.everything()
        with freeze_time("2027-01-06 09:00:00"):
            response = self.validate()
        self.assertTrue(response.url.endswith(CART))
        self.assertIn("Too late", self.shown(response))
        self.assertEqual(self.everything(), before)

    def test_siblings_get_a_place_together_or_not_at_all(self):
        self.put_in_cart((self.nina, self.t1, THURSDAY), (self.tom, self.t1, THURSDAY))
        self.book(self.durand, (self.lina, self.t1, THURSDAY))
        response = self.validate()
        self.assertIn("brothers and sisters", self.shown(response))
        self.assertEqual(len(self.cart()), 2)
        self.assertFalse(self.reservation(self.nina, self.evening, THURSDAY))

    def test_a_reader_validates_nothing(self):
        self.put_in_cart((self.nina, self.meal, MONDAY))
        self.martin.guardian_ids[0].may_book = False
        before = self.everything()
        tree = self.page(CART)
        self.assertFalse(tree.xpath("//*[@data-action='validate']"))
        self.validate()
        self.post(f"{CART}/retirer", line="all")
        self.assertEqual(self.everything(), before)

    def test_no_csrf_token_no_validation(self):
        self.put_in_cart((self.nina, self.meal, MONDAY))
        before = self.everything()
        for path in ("valider", "retirer", "abandonner"):
            with self.assertLogs("odoo.http", "WARNING"):
                response = self.post(f"{CART}/{path}", csrf=False, line="all")
            self.assertEqual(response.status_code, 400)
        self.assertEqual(self.everything(), before)
