from freezegun import freeze_time
from lxml import html

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY

from ..common import CART, EspacePortalCase

AFTERWARDS = "2027-01-04 09:30:00"
# The canteen of Monday 11 January closes on Tuesday 5 January at noon.
TOO_LATE = "2027-01-06 09:00:00"


@tagged("post_install", "-at_install")
class TestFoundAgain(EspacePortalCase):
    """Nobody paid in time: the cart offers the days again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._publish_provider()

    def setUp(self):
        super().setUp()
        self.items = {(self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY)}
        self.put_in_cart(*self.items)
        self.post(f"{CART}/valider")
        with freeze_time(AFTERWARDS):
            self.Reservation._release_expired()

    def lost(self, tree):
        found = tree.xpath("//*[@data-lost]")
        return self.words(found[0]) if found else ""

    def fill_the_canteen(self):
        self.session_of(self.canteen, MONDAY).capacity = 0

    def test_the_days_go_back_into_the_cart(self):
        with freeze_time(AFTERWARDS):
            tree = self.page(CART)
            self.assertIn("Nina", self.lost(tree))
            self.assertIn("Put the 2 days back", self.lost(tree))
            self.assertFalse(tree.xpath("//*[@data-gone]"))
            self.assertEqual(self.cart(), set())
            response = self.post(f"{CART}/retrouver")
            tree = html.fromstring(response.content)
            self.assertEqual(self.message(tree)[0], "success")
            self.assertIn("2 bookings", self.message(tree)[1])
            self.assertEqual(self.lost(tree), "")
        self.assertEqual(self.cart(), self.items)

    def test_the_home_and_the_confirmation_lead_there(self):
        with freeze_time(AFTERWARDS):
            [task] = self.page("/my").xpath("//*[@data-todo='lost']")
            self.assertIn("not kept", self.words(task))
            tree = self.page(f"{CART}/confirmation")
        [main] = tree.xpath("//main")
        self.assertTrue(main.xpath(f".//a[@href='{CART}']"))

    def test_what_is_full_is_named(self):
        self.fill_the_canteen()
        with freeze_time(AFTERWARDS):
            tree = self.page(CART)
            self.assertEqual(len(tree.xpath("//*[@data-gone]")), 2)
            self.assertFalse(tree.xpath("//button[@data-action='find-again']"))
            self.assertFalse(self.page("/my").xpath("//*[@data-todo='lost']"))
            response = self.post(f"{CART}/retrouver")
        level, text = self.message(html.fromstring(response.content))
        self.assertEqual(level, "warning")
        self.assertIn("Nina", text)
        self.assertIn("No place left", text)
        self.assertEqual(self.cart(), set())

    def test_what_is_past_its_limit_is_named_and_the_rest_goes_back(self):
        self.put_in_cart((self.tom, self.t1, MONDAY))
        self.post(f"{CART}/valider")
        with freeze_time(TOO_LATE):
            self.Reservation._release_expired()
            tree = self.page(CART)
            self.assertEqual(len(tree.xpath("//*[@data-gone]")), 2)
            response = self.post(f"{CART}/retrouver")
        level, text = self.message(html.fromstring(response.content))
        self.assertEqual(level, "warning")
        self.assertIn("1 booking", text)
        self.assertIn("Nina", text)
        self.assertEqual(self.cart(), {(self.tom, self.t1, MONDAY)})

    def test_what_was_chosen_again_elsewhere_is_not_offered(self):
        self.put_in_cart(*self.items)
        with freeze_time(AFTERWARDS):
            self.assertEqual(self.lost(self.page(CART)), "")

    def test_the_offer_can_be_refused_and_days_gone_by_are_none(self):
        lost = self.env["espace.portal.cart"]._lost
        with freeze_time("2027-01-12 09:00:00"):
            self.assertFalse(lost(self.martin))
        with freeze_time(AFTERWARDS):
            self.assertTrue(lost(self.martin))
            self.post(f"{CART}/oublier")
            self.assertEqual(self.lost(self.page(CART)), "")
            response = self.post(f"{CART}/retrouver")
        self.assertEqual(self.message(html.fromstring(response.content))[0], "warning")
        self.assertEqual(self.cart(), set())

    def test_another_family_and_who_only_looks_take_nothing(self):
        guardian = self.martin.guardian_ids.filtered(
            lambda one: one.user_id == self.claire
        )
        guardian.may_book = False
        with freeze_time(AFTERWARDS):
            self.assertFalse(self.page(CART).xpath("//*[@data-lost]//form"))
            self.post(f"{CART}/retrouver")
            self.assertEqual(self.cart(), set())
            self.login(self.sofia)
            self.assertEqual(self.lost(self.page(CART)), "")
            self.post(f"{CART}/retrouver")
            self.post(f"{CART}/oublier")
            self.assertEqual(self.cart(self.durand), set())
            guardian.may_book = True
            self.login(self.claire)
            self.assertIn("Nina", self.lost(self.page(CART)))

    def test_what_the_family_cancelled_itself_is_not_offered(self):
        self.post(f"{CART}/oublier")
        self.put_in_cart(*self.items)
        self.post(f"{CART}/valider")
        self.post(f"{CART}/abandonner")
        self.post(f"{CART}/retirer", line="all")
        self.assertEqual(self.lost(self.page(CART)), "")

    def test_the_email_leads_to_the_cart(self):
        message = self.martin.message_ids.filtered(
            lambda one: "not completed in time" in (one.body or "")
        )[:1]
        [link] = html.fromstring(message.body).xpath("//a/@href")
        self.assertTrue(link.endswith(CART), link)
