"""The demonstration commune, without its past, in a test's own transaction."""

from datetime import timedelta

from odoo.tests import HttpCase
from odoo.tools.convert import convert_file

from odoo.addons.espace_famille_portal.demo import Demonstration

from .browser import settle

PARENT = "camille.vasseur@example.org"
PASSWORD = "parent"


class ValdurenqueCase(HttpCase):
    """Families, prices, the online provider and the parents of the demonstration.

    Camille Vasseur, guardian of two children, has an account.
    """

    # A browser asks for many things at once, and each waits for the others: behind a
    # bundle that is being built on a busy machine for longer than Odoo's 20 seconds.
    test_cursor_lock_timeout = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={"lang": "fr_FR", "tracking_disable": True})
        convert_file(
            cls.env, "espace_famille", "demo/espace_famille_demo.xml", {}, mode="init"
        )
        demo = Demonstration(cls.env)
        demo._load_tariff()
        demo._load_incomes()
        demo._set_online_payment(True)
        demo._load_portal_users()
        cls.user = cls.env["res.users"].search([("login", "=", PARENT)])
        cls.family = cls.env["espace.family"]._of_user(cls.user)
        cls.company = cls.family.company_id
        cls.children = cls.family.child_ids
        cls.meal = cls.option("product_canteen")
        cls.evening = cls.option("product_evening_1")
        cls.day = cls.free_days(cls.family)[0]

    @classmethod
    def option(cls, name):
        return cls.env.ref(f"espace_famille.{name}").product_variant_id

    @classmethod
    def products(cls):
        return (cls.meal, cls.evening)

    @classmethod
    def free_days(cls, family):
        """Return the days on which a family can still book both services, in order."""
        today = cls.company._espace_today()
        days = [today + timedelta(days=n) for n in range(1, 120)]
        child = family.child_ids[0]
        quotes = cls.env["espace.reservation"]._quote(
            family,
            [(child, product, day) for day in days for product in cls.products()],
        )
        free = [q.date for q in quotes if q.status == "available"]
        return [day for day in days if free.count(day) == len(cls.products())]

    # === What the gate holds === #

    def reservations(self, family=None):
        family = family or self.family
        return self.env["espace.reservation"].search(
            [("family_id", "=", family.id)], order="id"
        )

    def price(self, child, product, family=None):
        return float(
            self.env["espace.tariff"]
            ._price(product, child, family or self.family, self.day)
            .amount
        )

    def assert_sound(self):
        """Check that nothing contradicts anything in the commune."""
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def hand_over(self, page=None):
        """Let the pages read what was written here, and read here what they write.

        Server and test share one cursor: nothing is read while a page is loading.
        """
        if page:
            settle(page)
        self.env.flush_all()
        self.env.invalidate_all()

    # === What the browser shows === #

    def cell(self, page, child, product, day=None):
        return page.locator(
            f"td[data-child='{child.id}'][data-product='{product.id}']"
            f"[data-date='{day or self.day}']"
        )

    def open_period(self, page, child="all"):
        page.goto(f"/my/reservations?view=month&child={child}&date={self.day}")

    def choose(self, visit, child, product, day=None):
        """Click a cell of the Vue Période and wait until it is in the cart."""
        cell = self.cell(visit.page, child, product, day)
        cell.locator("button").click()
        visit.page.wait_for_selector(
            # Drawn at once; the server's word has no mark.
            f"#{cell.get_attribute('id')}[data-status='in_cart']:not(.ef-saving)"
        )

    def pay_online(self, page):
        """Pay on the page of the demonstration provider."""
        radio = page.locator("input[name=o_payment_radio]").first
        if not radio.is_checked():
            radio.check()
        page.locator("input[name=customer_input]").fill("4242 4242 4242 4242")
        page.locator("[name=o_payment_submit_button]").first.click()
        page.wait_for_url("**/my/panier/confirmation**", timeout=60_000)
