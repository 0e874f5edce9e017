from datetime import timedelta

from freezegun import freeze_time
from lxml import html

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY

from ..common import BOOKINGS, EspacePortalCase

DAY = f"{BOOKINGS}/jour"


@tagged("post_install", "-at_install")
class TestDaySheet(EspacePortalCase):
    """A booked day: what it is, what may be changed, what is given back."""

    def path(self, child, product, day=MONDAY):
        return f"{DAY}?child={child.id}&product={product.id}&date={day}"

    def sheet(self, child, product, day=MONDAY):
        [form] = self.page(self.path(child, product, day)).xpath(
            "//form[@data-sheet-state]"
        )
        return form

    def test_a_booked_day_offers_the_other_option_with_its_difference(self):
        self.booked(self.nina, self.t1, MONDAY)
        form = self.sheet(self.nina, self.t1)
        [change] = form.xpath(".//button[@data-action='swap']")
        self.assertEqual(
            change.get("value"), self.order("swap", self.nina, self.t2, MONDAY)
        )
        self.assertIn("0.65", self.words(change))
        self.assertIn("more", self.words(change))
        self.press(change.get("value"))
        reservation = self.reservation(self.nina, self.evening, MONDAY)
        self.assertEqual(reservation.product_id, self.t2)

    def test_cancelling_says_what_is_given_back_and_gives_it(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        [cancel] = self.sheet(self.nina, self.t1).xpath(
            ".//button[@data-action='confirm-cancel']"
        )
        self.assertIn("0.65", self.words(cancel))
        self.assertIn("deducted from your next invoice", self.words(cancel))
        level, text = self.message(self.press(cancel.get("value"), sure="1"))
        self.assertEqual((level, booked.state), ("success", "cancelled"))
        self.assertIn("0.65", text)

    def test_too_late_to_cancel_leads_to_the_absence(self):
        self.booked(self.nina, self.meal, MONDAY)
        form = self.sheet(self.nina, self.meal)
        self.assertIn("no longer be cancelled", self.words(form))
        self.assertFalse(form.xpath(".//button[@data-action='confirm-cancel']"))
        [link] = form.xpath(".//a[contains(@href, '/my/absences')]/@href")
        page = self.page(link)
        [day] = page.xpath("//input[@name='date_from']/@value")
        self.assertEqual(day, str(MONDAY))

    def test_the_grid_leads_to_what_has_no_button(self):
        self.booked(self.nina, self.meal, MONDAY)
        cell = self.cell(
            self.page(f"{BOOKINGS}?date={MONDAY}"), self.nina, self.meal, MONDAY
        )
        [link] = cell.xpath("./a/@href")
        self.assertEqual(link, self.path(self.nina, self.meal))

    def test_the_part_for_a_script_is_the_form_alone(self):
        self.booked(self.nina, self.t1, MONDAY)
        response = self.url_open(f"{self.path(self.nina, self.t1)}&part=1")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertFalse(html.fromstring(response.content).xpath("//main"))
        self.assertIn("data-sheet-state", response.text)

    def test_nothing_is_said_of_other_families_nor_of_free_days(self):
        self.booked(self.lina, self.t1, MONDAY)
        for path in (
            self.path(self.lina, self.t1),
            self.path(self.nina, self.t1, TUESDAY),
            f"{DAY}?child=x&product=&date=soon",
        ):
            response = self.url_open(path)
            self.assertIn(BOOKINGS, response.url)
            self.assertNotIn("data-sheet-state", response.text)
            self.assertNotIn("Lina", response.text)

    def test_a_reader_has_no_button(self):
        self.booked(self.nina, self.t1, MONDAY)
        self.martin.guardian_ids[0].may_book = False
        self.assertFalse(self.sheet(self.nina, self.t1).xpath(".//button"))


@tagged("post_install", "-at_install")
class TestUndo(EspacePortalCase):
    """Each press that changed something says how it is taken back."""

    def do(self, *orders):
        result, error = self.rpc(
            f"{BOOKINGS}/do",
            do=",".join(orders),
            child="all",
            view="month",
            date=str(MONDAY),
        )
        self.assertFalse(error)
        return result

    def assert_undone(self, *orders):
        before = self.cart()
        answer = self.do(*orders)
        self.assertNotEqual(self.cart(), before)
        self.assertTrue(answer["undo"])
        self.do(*answer["undo"])
        self.assertEqual(self.cart(), before)

    def test_days_added_and_taken_out(self):
        add = self.order("add", self.nina, self.meal, MONDAY)
        self.assert_undone(add)
        self.do(add)
        self.assert_undone(self.order("remove", self.nina, self.meal, MONDAY))
        self.assert_undone(self.order("all", self.nina, self.t1))
        self.assert_undone(f"day_0_0_{TUESDAY}")

    def test_an_option_instead_of_another(self):
        self.do(self.order("add", self.nina, self.t1, MONDAY))
        self.assert_undone(self.order("swap", self.nina, self.t2, MONDAY))

    def test_several_presses_travel_together(self):
        orders = [
            self.order("add", child, self.meal, MONDAY)
            for child in (self.nina, self.tom)
        ]
        answer = self.do(*orders)
        self.assertEqual(answer["level"], "success")
        self.assertIn("2 choices saved", answer["message"])
        for child in (self.nina, self.tom):
            key = f"c_{child.id}_{self.meal.id}_{MONDAY}"
            self.assertIn('data-status="in_cart"', answer["parts"][key])
        self.do(*answer["undo"])
        self.assertFalse(self.cart())

    def test_of_several_presses_the_refused_one_is_said(self):
        answer = self.do(
            self.order("add", self.nina, self.meal, MONDAY),
            self.order("add", self.lina, self.meal, MONDAY),
        )
        self.assertEqual(answer["level"], "danger")
        self.assertEqual(self.cart(), {(self.nina, self.meal, MONDAY)})

    def cancelled(self, product=None):
        """Book Nina's Monday, cancel it by a tap; return (booking, orders back)."""
        booked = self.booked(self.nina, product or self.t1, MONDAY)
        answer = self.do(self.order("cancel", self.nina, booked.product_id, MONDAY))
        self.assertEqual(booked.state, "cancelled")
        return booked, answer["undo"]

    def test_what_was_cancelled_is_booked_again_at_the_same_price(self):
        booked, undo = self.cancelled()
        self.assertEqual(undo, [self.order("rebook", self.nina, self.t1, MONDAY)])
        answer = self.do(*undo)
        self.assertEqual(answer["level"], "success")
        self.assertIn("booked again", answer["message"])
        again = self.reservation(self.nina, self.evening, MONDAY)
        self.assertEqual(again.state, "confirmed")
        self.assertEqual(again.charged_amount, 0.65)
        self.assertEqual(booked.charged_amount, 0)
        self.assertFalse(self.cart())
        # The family was told of nothing: there is nothing to tell.
        self.env["espace.booking.notice"]._cron_notify(NOW + timedelta(minutes=20))
        self.assertFalse(self.messages(self.martin))

    def take_back(self, tree):
        """Press the button of a message without scripts; return the page after it."""
        [form] = tree.xpath("//*[@id='espace_message']//form[@data-form='undo']")
        values = {
            field.get("name"): field.get("value") or ""
            for field in form.xpath(".//input[@name]")
        }
        response = self.post(form.get("action"), csrf=False, **values)
        return html.fromstring(response.content)

    def test_without_scripts_the_message_takes_a_cancellation_back(self):
        booked = self.booked(self.nina, self.t1, MONDAY)
        order = self.order("cancel", self.nina, self.t1, MONDAY)
        tree = self.press(order, sure="1")
        self.assertEqual(booked.state, "cancelled")
        self.assertIn("Restore", self.message(tree)[1])
        tree = self.take_back(tree)
        self.assertIn("booked again", self.message(tree)[1])
        again = self.reservation(self.nina, self.evening, MONDAY)
        self.assertEqual((again.state, again.product_id), ("confirmed", self.t1))
        self.assertFalse(tree.xpath("//form[@data-form='undo']"))

    def test_without_scripts_a_whole_day_is_taken_back_too(self):
        tree = self.press(f"day_0_0_{TUESDAY}")
        self.assertTrue(self.cart())
        self.assertIn("Undo", self.message(tree)[1])
        self.take_back(tree)
        self.assertFalse(self.cart())

    def test_without_scripts_what_changed_nothing_offers_no_way_back(self):
        tree = self.press("nonsense")
        self.assertFalse(tree.xpath("//form[@data-form='undo']"))

    def test_a_place_given_to_another_family_is_not_taken_back(self):
        booked, undo = self.cancelled()
        booked.session_id.capacity = booked.session_id.booked_count + 1
        self.book(self.durand, (self.lina, self.t1, MONDAY))
        answer = self.do(*undo)
        self.assertEqual(answer["level"], "danger")
        self.assertIn("not possible", answer["message"])
        self.assertFalse(self.reservation(self.nina, self.evening, MONDAY))
        key = f"c_{self.nina.id}_{self.t1.id}_{MONDAY}"
        self.assertIn('data-status="full"', answer["parts"][key])

    def test_at_another_price_nothing_is_booked_by_itself(self):
        _booked, undo = self.cancelled()
        lines = self.env["espace.tariff.line"].search([])
        lines.filtered(
            lambda line: line.product_id in (self.t1, self.t1.product_tmpl_id)
        ).write({"amount": 0.9})
        with freeze_time(NOW + timedelta(seconds=30)):
            answer = self.do(*undo)
        self.assertEqual(answer["level"], "warning")
        self.assertFalse(self.reservation(self.nina, self.evening, MONDAY))

    def test_after_ten_minutes_or_the_limit_nothing_is_taken_back(self):
        _booked, undo = self.cancelled()
        with freeze_time(NOW + timedelta(minutes=11)):
            self.assertEqual(self.do(*undo)["level"], "warning")
        self.assertFalse(self.reservation(self.nina, self.evening, MONDAY))

    def test_nobody_books_at_once_what_was_not_cancelled(self):
        for order in (
            self.order("rebook", self.nina, self.meal, MONDAY),
            self.order("rebook", self.lina, self.t1, MONDAY),
        ):
            self.assertNotEqual(self.do(order)["level"], "success")
        self.assertFalse(self.reservation(self.nina, self.canteen, MONDAY))

    def test_what_changed_nothing_offers_no_way_back(self):
        answer = self.do(self.order("remove", self.nina, self.meal, MONDAY))
        self.assertEqual(answer["undo"], [])
