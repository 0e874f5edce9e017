"""Vue Période: each state of a cell has its own shape, sign and words."""

import unittest
from itertools import groupby

from odoo.tests import tagged

from .browser import DESKTOP, PHONE, chromium
from .taps import TapsCase
from .valdurenque import PARENT, PASSWORD


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestPeriodStates(TapsCase):
    def setUp(self):
        super().setUp()
        self.late_evening = self.option("product_evening_2")
        self.gate = self.env["espace.reservation"]
        # Of one page: the first month that has as many as the states need.
        self.free = next(
            days
            for _month, same in groupby(
                self.free_days(self.family), lambda day: day.replace(day=1)
            )
            if len(days := list(same)) >= 5
        )
        self.day = self.free[0]

    def items(self, product, day):
        return [(self.clara, product, day)]

    def fill_up(self, product, day):
        session = self.env["espace.session"].search(
            [
                ("activity_id", "=", product.espace_activity_id.id),
                ("date", "=", day),
                ("company_id", "=", self.company.id),
            ]
        )
        session.activity_id.waiting_list = True
        session.capacity = session.booked_count

    def make_states(self):
        """Give each of the first days a state; return {(product, day): status}."""
        first, second, third, fourth, fifth = self.free[:5]
        self.gate._book(self.family, self.items(self.meal, first), staff=True)
        self.gate._book(self.family, self.items(self.late_evening, first), staff=True)
        self.gate._book(self.family, self.items(self.meal, second))
        self.gate._add_to_cart(self.family, self.items(self.meal, third))
        self.gate._add_to_cart(self.family, self.items(self.late_evening, third))
        for day in (fourth, fifth):
            self.fill_up(self.meal, day)
        self.gate._join_waiting(self.family, self.items(self.meal, fourth))
        self.hand_over()
        return {
            (self.meal, first): "booked",
            (self.late_evening, first): "booked",
            (self.evening, first): "other_option",
            (self.meal, second): "pending",
            (self.meal, third): "in_cart",
            (self.late_evening, third): "in_cart",
            (self.meal, fourth): "waiting",
            (self.meal, fifth): "full",
            (self.evening, fifth): "available",
        }

    def ground(self, page, product, day):
        sign = self.cell(page, self.clara, product, day).locator(".ef-m")
        return sign.evaluate("one => getComputedStyle(one).backgroundColor")

    def test_each_state_is_drawn_and_said(self):
        expected = self.make_states()
        for colours in ("light", "dark"):
            for size, name in ((PHONE, "phone"), (DESKTOP, "desktop")):
                visit = self.visitor(size, color_scheme=colours)
                visit.log_in(PARENT, PASSWORD)
                page = visit.page
                self.open_period(page)
                visit.settle()
                page.locator(f"#d_{self.free[0]}").scroll_into_view_if_needed()
                visit.picture(f"states-{name}-{colours}")
                self.assertLessEqual(visit.overflow(), 0)
        found = {key: self.status(page, *key) for key in expected}
        self.assertEqual(found, expected)
        # The evening until the last stop is one pill: no shape of its own between.
        for day in (self.free[0], self.free[2]):
            self.assertEqual(
                self.ground(page, self.evening, day),
                self.ground(page, self.late_evening, day),
            )
        pressed = {
            (self.evening, self.free[4]): "false",
            (self.meal, self.free[2]): "true",
        }
        for key, value in pressed.items():
            button = self.cell(page, self.clara, *key).locator("button")
            self.assertEqual(button.get_attribute("aria-pressed"), value)
        for product, day in ((self.meal, self.free[1]), (self.meal, self.free[3])):
            opener = self.cell(page, self.clara, product, day).locator("button, a")
            self.assertEqual(opener.get_attribute("aria-haspopup"), "dialog")
        self.assertEqual(visit.errors, [])

    def test_the_list_is_joined_by_a_tap_and_left_by_the_way_back(self):
        self.fill_up(self.meal, self.day)
        self.hand_over()
        visit = self.open_month()
        page = visit.page
        self.tap(page, self.meal)
        self.said(page, "liste d’attente")
        page.wait_for_selector(
            f"#c_{self.clara.id}_{self.meal.id}_{self.day}[data-status=waiting]"
        )
        page.locator("#espace_toast button", has_text="Annuler").click()
        page.wait_for_selector(
            f"#c_{self.clara.id}_{self.meal.id}_{self.day}[data-status=full]"
        )
        self.hand_over(page)
        states = self.reservations().mapped("state")
        self.assertEqual(set(states) - {"cancelled"}, set())

    def test_the_usual_week_is_seen_at_a_glance(self):
        for colours in ("light", "dark"):
            for size, name in ((PHONE, "phone"), (DESKTOP, "desktop")):
                visit = self.visitor(size, color_scheme=colours)
                visit.log_in(PARENT, PASSWORD)
                page = visit.page
                page.goto("/my/reservations/agenda")
                visit.settle()
                page.locator(f"label[for='agenda_0-{self.meal.id}-all']").click()
                page.locator(f"label[for='agenda_0-{self.evening.id}-0']").click()
                visit.picture(f"usual-{name}-{colours}")
                self.assertLessEqual(visit.overflow(), 0)
        days = page.locator(f"input[id^='agenda_0-{self.meal.id}-'] + .ef-usual-day")
        signs = days.evaluate_all(
            "all => all.map(one => getComputedStyle(one, '::before').content)"
        )
        self.assertEqual(set(signs), {'"✓"'})
        free = page.locator(f"label[for='agenda_0-{self.evening.id}-1']")
        content = free.evaluate("one => getComputedStyle(one, '::before').content")
        self.assertEqual(content, '""')
        self.assertEqual(visit.errors, [])

    def test_the_sheet_says_who_did_what(self):
        self.gate.with_user(self.user).sudo()._book(
            self.family, self.items(self.evening, self.day), staff=True
        )
        self.hand_over()
        visit = self.open_month()
        page = visit.page
        self.tap(page, self.evening)
        sheet = page.get_by_role("dialog", name=self.evening_name, exact=True)
        sheet.wait_for()
        self.assertIn("Réservé par Camille", sheet.inner_text())
        for colours in ("light", "dark"):
            page.emulate_media(color_scheme=colours)
            visit.picture(f"sheet-phone-{colours}", full_page=False)
        self.assertLessEqual(visit.overflow(), 0)
