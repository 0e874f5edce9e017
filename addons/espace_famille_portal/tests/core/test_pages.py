from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY

from ..common import BOOKINGS, CART, EspacePortalCase


@tagged("post_install", "-at_install")
class TestPages(EspacePortalCase):
    """Invoices, contacts and the welcome of visitors."""

    def block(self, tree, name):
        [block] = tree.xpath(f"//*[@data-block='{name}']")
        return self.words(block)

    def test_invoices_to_pay_and_settled(self):
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        self.book(self.martin, (self.tom, self.meal, MONDAY))
        due, settled = self.invoices(self.martin)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=settled.ids
        ).create({"journal_id": self.bank_journal.id})._create_payments()
        tree = self.page("/my/factures")
        self.assertIn(due.name, self.block(tree, "due"))
        self.assertIn(settled.name, self.block(tree, "history"))
        detail = self.url_open(f"/my/factures/{due.id}")
        self.assertEqual(detail.status_code, 200)
        self.assertTrue(detail.url.endswith(f"/my/factures/{due.id}"))

    def test_the_list_of_odoo_leads_to_the_invoices(self):
        response = self.url_open("/my/invoices")
        self.assertTrue(response.url.endswith("/my/factures"), response.url)

    def test_mails_of_odoo_have_the_colour_of_the_commune(self):
        self.company.primary_color = "#0b5394"
        self.assertEqual(self.company.email_secondary_color, "#0b5394")
        # A yellow that nobody could read on white is darkened.
        self.company.primary_color = "#ffd700"
        colour = self.company._espace_colours()["primary"]
        self.assertEqual(self.company.email_secondary_color, colour)

    def test_a_credit_is_shown(self):
        reservation = self.booked(self.nina, self.t1, MONDAY)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoices(self.martin).ids
        ).create({"journal_id": self.bank_journal.id})._create_payments()
        reservation._cancel()
        [credit] = self.page("/my/factures").xpath("//*[@data-credit]")
        self.assertIn("0.65", self.words(credit))

    def test_contacts_are_those_of_the_commune(self):
        self.company.write(
            {
                "espace_contact_name": "Sabine Do",
                "street": "20 av. Louis Raucoules",
                "zip": "81090",
                "city": "Valdurenque",
                "phone": "05 63 50 51 18",
                "email": "mairie@example.org",
                "espace_opening_hours": "Du lundi au vendredi",
            }
        )
        tree = self.page("/my/contacts")
        block = self.block(tree, "contact")
        for words in ("Sabine Do", "20 av. Louis Raucoules", "Du lundi au vendredi"):
            self.assertIn(words, block)
        self.assertTrue(tree.xpath("//a[@href='tel:0563505118']"))
        self.assertTrue(tree.xpath("//a[@href='mailto:mairie@example.org']"))

    def test_pages_have_a_language_a_title_and_one_heading(self):
        for path in ("/my", BOOKINGS, CART, "/my/factures", "/my/contacts"):
            tree = self.page(path)
            self.assertEqual(tree.get("lang"), "en-US")
            self.assertNotIn("Odoo", tree.findtext(".//title"))
            self.assertEqual(len(tree.xpath("//h1")), 1, path)

    def test_pages_are_kept_by_no_cache(self):
        for path in (BOOKINGS, CART, "/my/factures"):
            response = self.url_open(path)
            self.assertIn("no-store", response.headers["Cache-Control"])

    def test_visitors_are_welcomed(self):
        self.logout()
        tree = self.page("/")
        self.assertTrue(tree.xpath("//a[@data-action='login']"))
        self.assertEqual(self.page("/web/login").findtext(".//title").count("Odoo"), 0)

    def test_parents_land_on_their_home(self):
        self.assertTrue(self.url_open("/").url.endswith("/my"))

    def test_nobody_signs_up_without_invitation(self):
        scope = self.env["ir.config_parameter"].get_param(
            "auth_signup.invitation_scope"
        )
        self.assertEqual(scope, "b2b")
