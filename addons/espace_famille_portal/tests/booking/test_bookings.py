from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    THURSDAY,
    TODAY,
    TUESDAY,
    WEDNESDAY,
)

from ..common import BOOKINGS, CART, EspacePortalCase


@tagged("post_install", "-at_install")
class TestBookings(EspacePortalCase):
    """Vue Période, by real requests, without JavaScript."""

    def add(self, child, product, day, **data):
        return self.press(self.order("add", child, product, day), **data)

    def assert_refused(self, tree, before, *words):
        """The page says why, and nothing changed."""
        level, text = self.message(tree)
        self.assertEqual(level, "danger")
        for word in words:
            self.assertIn(word, text)
        self.assertEqual(self.everything(), before)

    # === Reading === #

    def test_reading_changes_nothing(self):
        self.put_in_cart((self.nina, self.meal, MONDAY))
        before = self.everything()
        for path in ("/my", BOOKINGS, CART, "/my/factures", "/my/contacts"):
            self.page(path)
        order = self.order("add", self.nina, self.t1, MONDAY)
        self.page(f"{BOOKINGS}?do={order}")
        self.url_open(f"{CART}/valider")
        self.url_open(f"{CART}/retirer?line=all")
        self.assertEqual(self.everything(), before)

    def test_nonsense_parameters_show_the_default_page(self):
        for query in (
            "child=999999&view=decade&date=jamais",
            f"child={self.lina.id}",
            "child=%27%3B--&date=2027-02-30",
        ):
            tree = self.page(f"{BOOKINGS}?{query}")
            self.assertTrue(tree.xpath("//table[contains(@class, 'o_espace_grid')]"))
            self.assertIsNone(self.cell(tree, self.lina, self.meal, MONDAY))
            self.assertIsNotNone(self.cell(tree, self.tom, self.meal, MONDAY))

    def test_on_a_sunday_the_week_opens_on_the_days_to_come(self):
        """Without a date, or from the month; a date that is asked for is kept."""

        def shown(tree):
            return tree.xpath("//form[@id='grid']//input[@name='date']/@value")

        with freeze_time("2027-01-10 10:00:00"):
            self.assertEqual(shown(self.page(f"{BOOKINGS}?view=week")), [str(MONDAY)])
            month = self.page(BOOKINGS)
            self.assertEqual(shown(month), ["2027-01-01"])
            [link] = month.xpath("//a[@data-view='week']/@href")
            self.assertEqual(shown(self.page(link)), [str(MONDAY)])
            asked = self.page(f"{BOOKINGS}?view=week&date=2027-01-10")
            self.assertEqual(shown(asked), [str(TODAY)])

    def test_the_page_opens_on_the_first_month_with_five_days_to_book(self):
        self.env["espace.school.year"]._create_for(self.company, date(2027, 9, 15))
        activities = self.canteen | self.evening
        activities._generate_sessions(date(2027, 2, 6), date(2027, 9, 30))
        self.martin.child_ids.enrolment_ids.date_to = date(2028, 7, 1)
        for now, month in (
            ("2027-01-01", "2027-01-01"),
            ("2027-01-27", "2027-02-01"),  # Thursday and Friday are few
            ("2027-01-30", "2027-02-01"),
            ("2026-12-31", "2027-01-01"),
            ("2027-07-05", "2027-09-01"),  # summer holidays
        ):
            with self.subTest(now), freeze_time(f"{now} 10:00:00"):
                self.login(self.claire)  # months later the session has ended
                tree = self.page(BOOKINGS)
                [opened] = tree.xpath("//form[@id='grid']//input[@name='date']/@value")
                self.assertEqual(opened, month)

    def test_without_anything_to_book_the_page_opens_on_the_present_month(self):
        self.env["espace.session"].search(
            [("company_id", "=", self.company.id), ("date", ">=", TODAY)]
        ).state = "closed"
        tree = self.page(BOOKINGS)
        [day] = tree.xpath("//form[@id='grid']//input[@name='date']/@value")
        self.assertEqual(day, "2027-01-01")

    def test_one_child_or_all(self):
        tree = self.page(f"{BOOKINGS}?child={self.tom.id}")
        self.assertIsNone(self.cell(tree, self.nina, self.meal, MONDAY))
        self.assertIsNotNone(self.cell(tree, self.tom, self.meal, MONDAY))

    def test_days_that_are_over_can_be_shown(self):
        with freeze_time("2027-01-15 09:00:00"):
            folded = self.page(BOOKINGS)
            self.assertIsNone(self.cell(folded, self.nina, self.t1, TUESDAY))
            shown = self.page(f"{BOOKINGS}?past=1")
            self.assertEqual(self.status(shown, self.nina, self.t1, TUESDAY), "past")

    def test_states_do_not_rest_on_colour(self):
        tree = self.page(BOOKINGS)
        for cell in tree.xpath("//td[@data-status]"):
            if cell.get("data-status") != "closed":
                words = cell.xpath(".//*[contains(@class, 'visually-hidden')]")
                self.assertTrue(self.words(words[0]))

    # === Choosing === #

    def test_a_press_puts_a_day_in_the_cart_and_another_takes_it_out(self):
        tree = self.add(self.nina, self.meal, MONDAY)
        self.assertEqual(self.message(tree)[0], "success")
        self.assertEqual(self.status(tree, self.nina, self.meal, MONDAY), "in_cart")
        self.assertEqual(self.cart(), {(self.nina, self.meal, MONDAY)})
        [bar] = tree.xpath("//*[@id='cart_bar']")
        self.assertEqual(bar.get("data-count"), "1")
        tree = self.press(self.order("remove", self.nina, self.meal, MONDAY))
        self.assertEqual(self.status(tree, self.nina, self.meal, MONDAY), "available")
        self.assertFalse(self.cart())

    def test_a_double_press_counts_once(self):
        self.add(self.nina, self.meal, MONDAY)
        self.add(self.nina, self.meal, MONDAY)
        self.assertEqual(self.cart(), {(self.nina, self.meal, MONDAY)})
        for _twice in range(2):
            self.press(self.order("remove", self.nina, self.meal, MONDAY))
        self.assertFalse(self.cart())

    def test_a_whole_month_in_one_press_and_out_in_another(self):
        tree = self.press(self.order("all", self.nina, self.meal))
        days = {day for _child, _product, day in self.cart()}
        # The canteen of this week is closed: three weeks of four days remain.
        self.assertEqual(len(days), 12)
        self.assertEqual(min(days), MONDAY)
        self.assertEqual(max(days), date(2027, 1, 29))
        [button] = tree.xpath(
            f"//*[@id='a_{self.nina.id}_{self.meal.id}']"
            "/button[not(contains(@class, 'd-none'))]"
        )
        self.assertEqual(button.get("data-action"), "none")
        self.press(button.get("value"))
        self.assertFalse(self.cart())

    def test_a_whole_week_stays_in_its_week(self):
        self.press(self.order("all", self.nina, self.meal), view="week")
        self.assertEqual(
            {day.isocalendar().week for _child, _product, day in self.cart()}, {2}
        )

    def test_the_other_option_replaces_the_one_in_the_cart(self):
        self.add(self.nina, self.t1, MONDAY)
        tree = self.press(self.order("swap", self.nina, self.t2, MONDAY))
        self.assertEqual(self.message(tree)[0], "success")
        self.assertEqual(self.cart(), {(self.nina, self.t2, MONDAY)})

    def test_a_swap_that_fails_keeps_the_first_choice(self):
        self.add(self.nina, self.t1, MONDAY)
        before = self.everything()
        with freeze_time("2027-01-10 20:00:00"):
            tree = self.press(self.order("swap", self.nina, self.t2, MONDAY))
        self.assert_refused(tree, before, "Too late")

    # === Cancelling === #

    def test_cancelling_is_asked_first(self):
        reservation = self.booked(self.nina, self.t1, MONDAY)
        order = self.order("cancel", self.nina, self.t1, MONDAY)
        asked = self.press(order)
        self.assertEqual(reservation.state, "confirmed")
        self.assertTrue(asked.xpath("//button[@data-action='confirm-cancel']"))
        tree = self.press(order, sure="1")
        self.assertEqual(reservation.state, "cancelled")
        self.assertEqual(self.status(tree, self.nina, self.t1, MONDAY), "available")

    def test_too_late_to_cancel_changes_nothing(self):
        self.booked(self.nina, self.meal, MONDAY)
        before = self.everything()
        tree = self.press(self.order("cancel", self.nina, self.meal, MONDAY), sure="1")
        self.assert_refused(tree, before, "cannot be cancelled")

    # === Refusals === #

    def test_a_late_day_is_refused(self):
        before = self.everything()
        self.assert_refused(
            self.add(self.nina, self.meal, date(2027, 1, 5)), before, "Too late"
        )

    def test_a_full_day_is_refused(self):
        other = self._create_child(self.durand, "Zoé", self.class_cp)
        self.book(self.durand, (self.lina, self.t1, MONDAY), (other, self.t1, MONDAY))
        before = self.everything()
        self.assert_refused(
            self.add(self.nina, self.t1, MONDAY), before, "No place left"
        )

    def test_a_closed_day_is_refused(self):
        before = self.everything()
        self.assert_refused(self.add(self.nina, self.meal, WEDNESDAY), before, "Closed")
        self.session_of(self.canteen, THURSDAY).action_close()
        before = self.everything()
        self.assert_refused(self.add(self.nina, self.meal, THURSDAY), before, "Closed")

    def test_a_past_day_is_refused(self):
        before = self.everything()
        with freeze_time("2027-01-20 09:00:00"):
            tree = self.add(self.nina, self.t1, MONDAY)
        self.assert_refused(tree, before, "This day is over")

    def test_a_posted_price_or_family_is_ignored(self):
        self.add(
            self.nina,
            self.meal,
            MONDAY,
            price="0.01",
            family=self.durand.id,
            family_id=self.durand.id,
            state="confirmed",
        )
        [line] = self.Reservation._cart(self.martin)
        self.assertEqual((line.state, line.espace_price), ("draft", 3.6))

    def test_nonsense_orders_change_nothing(self):
        before = self.everything()
        for order in ("", "add", "unlink_1_2_2027-01-11", f"add_{self.nina.id}_0_x"):
            self.assert_refused(self.press(order), before)
        ghost = f"add_{self.nina.id}_{2**31 - 1}_{MONDAY}"
        self.assert_refused(self.press(ghost), before, "Closed")

    def test_a_request_without_csrf_token_is_refused(self):
        before = self.everything()
        with self.assertLogs("odoo.http", "WARNING"):
            response = self.post(
                BOOKINGS, csrf=False, do=self.order("add", self.nina, self.meal, MONDAY)
            )
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self.everything(), before)

    def test_a_guardian_who_may_not_book_reads_only(self):
        self.martin.guardian_ids[0].may_book = False
        before = self.everything()
        tree = self.page(BOOKINGS)
        self.assertFalse(tree.xpath("//button[@name='do']"))
        self.assert_refused(
            self.add(self.nina, self.meal, MONDAY), before, "not change them"
        )

    def test_a_faster_parent_is_told_calmly(self):
        """Both guardians press the same cell: the second one sees it in the cart."""
        marc = self._create_portal_user(self.martin.guardian_ids[1])
        self.add(self.nina, self.meal, MONDAY)
        self.login(marc)
        tree = self.add(self.nina, self.meal, MONDAY)
        self.assertEqual(self.message(tree)[0], "success")
        self.assertEqual(len(self.cart()), 1)


@tagged("post_install", "-at_install")
class TestBookingsByScript(EspacePortalCase):
    """The same presses, as the page sends them with JavaScript."""

    def do(self, order, **params):
        values = {"child": "all", "view": "month", "date": "2027-01-11"}
        result, error = self.rpc(f"{BOOKINGS}/do", do=order, **{**values, **params})
        self.assertFalse(error)
        return result

    def test_a_press_sends_back_the_cells_and_the_cart_bar(self):
        answer = self.do(self.order("add", self.nina, self.t1, MONDAY))
        self.assertEqual(answer["level"], "success")
        key = f"c_{self.nina.id}_{self.t1.id}_{MONDAY}"
        self.assertIn('data-status="in_cart"', answer["parts"][key])
        other = f"c_{self.nina.id}_{self.t2.id}_{MONDAY}"
        self.assertIn('data-status="other_option"', answer["parts"][other])
        self.assertIn('data-count="1"', answer["bar"])
        self.assertEqual(self.cart(), {(self.nina, self.t1, MONDAY)})

    def test_a_whole_column_sends_back_its_child(self):
        answer = self.do(self.order("all", self.nina, self.meal))
        cells = [key for key in answer["parts"] if key.startswith("c_")]
        self.assertTrue(all(key.startswith(f"c_{self.nina.id}_") for key in cells))
        self.assertEqual(len(self.cart()), 12)

    def test_a_refusal_is_a_message(self):
        before = self.everything()
        for order in (
            self.order("add", self.nina, self.meal, TODAY),
            self.order("add", self.lina, self.meal, MONDAY),
            "nonsense",
        ):
            answer = self.do(order)
            self.assertEqual(answer["level"], "danger")
            self.assertTrue(answer["message"])
        self.assertEqual(self.everything(), before)

    def test_strange_parameters_are_answered_in_words(self):
        order = self.order("add", self.nina, self.meal, MONDAY)
        for strange in ({"child": ["x"]}, {"date": {"a": 1}}):
            _result, error = self.rpc(f"{BOOKINGS}/do", do=order, **strange)
            self.assertIn("could not be read", error["data"]["message"])
            self.assertFalse(error["data"]["debug"])
        self.assertFalse(self.cart())
        answer = self.do(order, child="x", date="soon", view=None, past=True)
        self.assertEqual(answer["level"], "success")

    def test_the_clock_of_the_server_decides(self):
        with patch.object(
            type(self.env["espace.portal.period"]), "_perform", autospec=True
        ) as perform:
            perform.return_value = ("success", "")
            self.do(self.order("add", self.nina, self.meal, MONDAY), now="2020-01-01")
        _self, _family, _order, _span = perform.call_args.args
        self.assertFalse(perform.call_args.kwargs.get("now"))
