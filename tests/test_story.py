"""From the log-in to the ledger: a parent books and pays, staff and régie find it.

The commune is the demonstration one, without its past: families, prices and the
online provider of the demo, loaded into the test's own transaction.
"""

import unittest

from odoo.tests import tagged

from .browser import PHONE, chromium, open_browser
from .valdurenque import PARENT, PASSWORD, ValdurenqueCase


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestStory(ValdurenqueCase):
    # === The parent === #

    def validate_cart(self, visit, name):
        page = visit.page
        page.click("#cart_bar [data-action=validate]")
        page.wait_for_url("**/my/panier")
        visit.picture(f"{name}-panier")
        page.locator("form[action='/my/panier/valider'] button").first.click()
        page.wait_for_url("**/my/panier/paiement")

    def pay(self, visit, name):
        visit.picture(f"{name}-paiement")
        self.pay_online(visit.page)
        visit.picture(f"{name}-confirmation")

    def assert_paid(self, reservations, amount):
        """Check bookings, invoice, payment and ledger against one another."""
        self.env.invalidate_all()
        self.assertEqual(set(reservations.mapped("state")), {"confirmed"})
        invoice = reservations.charge_ids.move_id
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertAlmostEqual(invoice.amount_total, amount)
        self.assertAlmostEqual(sum(reservations.charge_ids.mapped("amount")), amount)
        self.assertAlmostEqual(
            sum(invoice.matched_payment_ids.mapped("amount")), amount
        )
        receivable = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.family.partner_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertAlmostEqual(sum(receivable.mapped("balance")), 0)
        return invoice

    # === The story === #

    def test_a_parent_books_pays_and_finds_the_invoice_then_staff_find_them(self):
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            self.parent_books_and_pays(visit)
            self.assertFalse(visit.errors)
            # Server and test share one cursor: all is read before a page is loading.
            child = self.children[0]
            name = child.name
            invoice = self.reservations().charge_ids.move_id
            found = invoice.id, invoice.name, child.firstname
            self.staff_find_the_booking(visitor(), name)
            self.accountant_finds_the_invoice(visitor(), *found)
        self.assert_sound()

    def parent_books_and_pays(self, visit):
        page = visit.page
        visit.log_in(PARENT, PASSWORD)
        page.wait_for_url("**/my**")
        page.goto("/my")
        visit.picture("accueil")
        self.open_period(page)
        visit.picture("reservations")
        for child in self.children:
            self.choose(visit, child, self.meal)
        self.choose(visit, self.children[0], self.evening)
        self.assertEqual(page.locator("#cart_bar").get_attribute("data-count"), "3")
        self.assertIn("Vos demandes sont en cours", page.inner_text("#cart_bar"))
        visit.picture("portail", full_page=False, top="body")
        self.assertFalse(
            self.reservations().filtered(lambda r: r.state != "draft"),
            "nothing is booked before Valider",
        )
        self.validate_cart(visit, "bureau")
        self.pay(visit, "bureau")
        amount = sum(self.price(child, self.meal) for child in self.children)
        amount += self.price(self.children[0], self.evening)
        invoice = self.assert_paid(self.reservations(), amount)
        page.goto("/my/factures")
        visit.picture("factures")
        self.assertIn(invoice.name, page.inner_text("main"))
        self.open_period(page)
        for child in self.children:
            self.assertEqual(
                self.cell(page, child, self.meal).get_attribute("data-status"), "booked"
            )
        self.assertEqual(page.get_attribute("html", "lang"), "fr-FR")

    def staff_find_the_booking(self, visit, child):
        page = visit.page
        visit.log_in("gestion@example.org", "gestion")
        page.goto("/odoo/action-espace_famille.espace_reservation_action")
        page.wait_for_selector(".o_list_view, .o_calendar_view, .o_kanban_view")
        visit.wait_for_words(child)
        visit.picture("gestion-reservations", full_page=False)

    def accountant_finds_the_invoice(self, visit, invoice_id, number, firstname):
        page = visit.page
        visit.log_in("regie@example.org", "regie")
        page.goto(f"/odoo/action-account.action_move_out_invoice_type/{invoice_id}")
        page.wait_for_selector(".o_form_view")
        visit.wait_for_words(number)
        visit.picture("regie-facture", full_page=False)
        text = page.inner_text(".o_form_view")
        # The books name no child: the charges behind the invoice do.
        self.assertNotIn(firstname, text)
        self.assertIn("3,60", text)

    def test_the_same_on_a_phone_without_sideways_scrolling(self):
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor(PHONE)
            page = visit.page
            visit.log_in(PARENT, PASSWORD)
            page.goto("/my")
            visit.picture("telephone-accueil")
            self.assertLessEqual(visit.overflow(), 0)
            child = self.children[1]
            self.open_period(page, child.id)
            self.choose(visit, child, self.meal)
            visit.picture("telephone-reservations")
            visit.picture("telephone", full_page=False, top="#grid")
            self.assertLessEqual(visit.overflow(), 0)
            self.validate_cart(visit, "telephone")
            self.assertLessEqual(visit.overflow(), 0)
            self.pay(visit, "telephone")
            self.assert_paid(self.reservations(), self.price(child, self.meal))
            page.goto("/my/factures")
            visit.picture("telephone-factures")
            self.assertLessEqual(visit.overflow(), 0)
            self.assertFalse(visit.errors)
        self.assert_sound()
