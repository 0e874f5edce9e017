from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, TUESDAY

from ..common import BOOKINGS, EspacePortalCase


@tagged("post_install", "-at_install")
class TestSwapBooked(EspacePortalCase):
    """T1 for T2 in one press, once it is booked too."""

    def swap(self, product, **data):
        return self.press(self.order("swap", self.nina, product, MONDAY), **data)

    def test_a_booked_option_is_changed_in_one_press(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        tree = self.swap(self.t2)
        level, text = self.message(tree)
        self.assertEqual(level, "success")
        self.assertIn("instead of “Tranche 1”", text)
        self.assertIn("0.65", text)
        self.assertIn("will be invoiced", text)
        self.assertEqual((booked.product_id, booked.state), (self.t2, "confirmed"))
        self.assertEqual(self.status(tree, self.nina, self.t2, MONDAY), "booked")
        self.assertFalse(self.cart())

    def test_a_shorter_option_is_deducted(self):
        self.booked(self.nina, self.t2, MONDAY)
        self.assertIn("deducted", self.message(self.swap(self.t1))[1])

    def test_a_change_that_is_impossible_keeps_the_seat(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        before = self.everything()
        with freeze_time("2027-01-10 20:00:00"):
            level, text = self.message(self.swap(self.t2))
        self.assertEqual(level, "danger")
        self.assertIn("could be cancelled until", text)
        self.assertEqual(self.everything(), before)
        self.assertEqual(booked.product_id, self.t1)

    def test_a_foreign_booking_is_not_changed(self):
        self.booked(self.lina, self.t1, MONDAY)
        before = self.everything()
        tree = self.press(self.order("swap", self.lina, self.t2, MONDAY))
        self.assertEqual(self.message(tree)[0], "danger")
        self.assertEqual(self.everything(), before)


@tagged("post_install", "-at_install")
class TestWholeDay(EspacePortalCase):
    """A whole day in one press, and out in another."""

    def test_a_day_of_all_the_children_goes_in_and_out(self):
        tree = self.press(f"day_0_0_{MONDAY}")
        self.assertEqual(self.message(tree)[0], "success")
        # One option of each service: the first, as nothing else is usual.
        self.assertEqual(
            self.cart(),
            {
                (child, product, MONDAY)
                for child in (self.nina, self.tom)
                for product in (self.meal, self.t1)
            },
        )
        [button] = tree.xpath(f"//*[@id='r_{MONDAY}']/button")
        self.assertEqual(button.get("data-action"), "noday")
        self.press(button.get("value"))
        self.assertFalse(self.cart())

    def test_a_child_gets_its_usual_option(self):
        self.booked(self.nina, self.t2, TUESDAY)
        self.press(f"day_0_0_{MONDAY}")
        self.assertIn((self.nina, self.t2, MONDAY), self.cart())
        self.assertIn((self.tom, self.t1, MONDAY), self.cart())

    def test_only_the_child_that_is_shown(self):
        self.press(f"day_0_0_{MONDAY}", child=self.tom.id)
        self.assertEqual({child for child, _p, _d in self.cart()}, {self.tom})

    def test_a_day_that_cannot_be_booked_changes_nothing(self):
        before = self.everything()
        for day in (date(2027, 1, 10), date(2026, 1, 5), date(2099, 1, 5)):
            tree = self.press(f"day_0_0_{day}")
            self.assertEqual(self.message(tree)[0], "warning")
        self.assertEqual(self.everything(), before)

    def test_by_script_the_whole_row_is_drawn_again(self):
        result, error = self.rpc(
            f"{BOOKINGS}/do",
            do=f"day_0_0_{MONDAY}",
            child="all",
            view="month",
            date="2027-01-11",
        )
        self.assertFalse(error)
        self.assertIn('data-action="noday"', result["parts"][f"r_{MONDAY}"])
        for child in (self.nina, self.tom):
            key = f"c_{child.id}_{self.meal.id}_{MONDAY}"
            self.assertIn('data-status="in_cart"', result["parts"][key])


@tagged("post_install", "-at_install")
class TestTogether(EspacePortalCase):
    """One press for brothers and sisters."""

    def together(self, action, product, day=MONDAY, **data):
        order = self.order(action, self.nina, product, day)
        return self.press(order, together="1", **data)

    def test_a_press_counts_for_all_the_children(self):
        tree = self.together("add", self.meal)
        self.assertEqual(
            self.cart(), {(c, self.meal, MONDAY) for c in (self.nina, self.tom)}
        )
        # The choice is kept from page to page.
        self.assertTrue(tree.xpath("//form//input[@name='together'][@value='1']"))
        self.together("remove", self.meal, child=self.nina.id)
        self.assertFalse(self.cart())

    def test_a_child_without_that_service_is_left_out(self):
        self.tom.enrolment_ids.filtered(
            lambda enrolment: enrolment.activity_id == self.canteen
        ).unlink()
        self.assertEqual(self.message(self.together("add", self.meal))[0], "success")
        self.assertEqual(self.cart(), {(self.nina, self.meal, MONDAY)})

    def test_cancelling_stays_with_the_child_pressed(self):
        nina = self.booked(self.nina, self.t1, MONDAY)
        tom = self.booked(self.tom, self.t1, MONDAY)
        self.together("cancel", self.t1, sure="1")
        self.assertEqual((nina.state, tom.state), ("cancelled", "confirmed"))

    def test_a_foreign_child_takes_nobody_along(self):
        before = self.everything()
        order = self.order("add", self.lina, self.meal, MONDAY)
        self.assertEqual(self.message(self.press(order, together="1"))[0], "danger")
        self.assertEqual(self.everything(), before)


@tagged("post_install", "-at_install")
class TestSwitchOfFamily(EspacePortalCase):
    """A parent of several families or communes changes without losing the page."""

    def setUp(self):
        super().setUp()
        self.env["espace.guardian"].create(
            {
                "partner_id": self.claire.partner_id.id,
                "family_id": self.durand.id,
                "civility": "madam",
            }
        )

    def test_the_page_stays_the_same(self):
        for page in (BOOKINGS, f"{BOOKINGS}/agenda"):
            tree = self.page(page)
            [back] = tree.xpath("//form[@action='/my/famille']//input[@name='page']")
            response = self.post(
                "/my/famille", family=self.durand.id, page=back.get("value")
            )
            self.assertEqual(response.request.path_url, page)
            self.assertIn("Lina", response.text)
            self.post("/my/famille", family=self.martin.id)

    def test_no_other_site_and_no_other_page_is_led_to(self):
        for page in ("https://example.org/", "//example.org", "/web/session/logout"):
            response = self.post("/my/famille", family=self.durand.id, page=page)
            self.assertEqual(response.request.path_url, "/my")
