"""Two children: below one another on a telephone, side by side, on paper, copied."""

import unittest
from datetime import datetime, time, timedelta
from io import BytesIO

from pypdf import PdfReader

from odoo.tests import tagged

from odoo.addons.espace_famille_portal.domain.period import Span

from .browser import PHONE, PICTURES, chromium
from .taps import TapsCase
from .valdurenque import PARENT, PASSWORD


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestTwoChildren(TapsCase):
    """Both children on a telephone, side by side from a tablet on, and on paper."""

    def open(self, viewport=PHONE, query="", **options):
        visit = self.visitor(viewport, **options)
        visit.log_in(PARENT, PASSWORD)
        visit.page.goto(f"/my/reservations?date={self.day}{query}")
        visit.settle()
        return visit

    def visible_children(self, page):
        cells = page.locator("td.o_espace_cell:visible")
        return set(cells.evaluate_all("all => all.map(one => one.dataset.child)"))

    def names(self, *children):
        return {str(child.id) for child in children}

    def test_one_or_both_and_what_was_chosen_is_remembered(self):
        clara, guilhem = self.children[:2]
        for scripts in (True, False):
            visit = self.open(java_script_enabled=scripts)
            page = visit.page
            self.assertEqual(self.visible_children(page), self.names(clara))
            page.locator(f"[data-show='{guilhem.id}']").click()
            page.wait_for_load_state()
            self.assertEqual(self.visible_children(page), self.names(guilhem))
            page.locator("[data-show=both]").click()
            page.wait_for_load_state()
            self.assertEqual(self.visible_children(page), self.names(clara, guilhem))
            self.assertLessEqual(visit.overflow(), 0)
            # Two lines a day, the same service in the same column, all in reach.
            boxes = [
                self.cell(page, child, self.meal).bounding_box()
                for child in (clara, guilhem)
            ]
            self.assertAlmostEqual(boxes[0]["x"], boxes[1]["x"], delta=1)
            self.assertGreaterEqual(boxes[1]["y"] - boxes[0]["y"], 44)
            page.goto("/my/reservations")
            self.assertEqual(self.visible_children(page), self.names(clara, guilhem))

    def test_each_line_is_tappable(self):
        clara, guilhem = self.children[:2]
        visit = self.open(query="&show=both")
        page = visit.page
        for child in (clara, guilhem):
            self.cell(page, child, self.meal).locator("button").click()
        for child in (clara, guilhem):
            page.wait_for_selector(
                f"#c_{child.id}_{self.meal.id}_{self.day}[data-status=in_cart]"
                ":not(.ef-saving)"
            )
        for colours in ("light", "dark"):
            page.emulate_media(color_scheme=colours)
            visit.picture(f"both-phone-{colours}", full_page=False)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 320, "height": 640})
        self.assertLessEqual(visit.overflow(), 0)
        self.hand_over(page)
        self.assertEqual(self.lines().child_id, clara | guilhem)
        self.assertEqual(visit.errors, [])

    def test_a_tablet_shows_both_side_by_side(self):
        clara, guilhem = self.children[:2]
        visit = self.open({"width": 672, "height": 900}, query="&show=both")
        page = visit.page
        self.assertEqual(self.visible_children(page), self.names(clara, guilhem))
        boxes = [
            self.cell(page, child, self.meal).bounding_box()
            for child in (clara, guilhem)
        ]
        self.assertAlmostEqual(boxes[0]["y"], boxes[1]["y"], delta=1)
        self.assertLessEqual(visit.overflow(), 0)
        visit.picture("both-tablet", full_page=False)

    def test_a_month_is_one_page_of_paper(self):
        days = self.free_days(self.family)
        gate = self.env["espace.reservation"]
        month = [day for day in days if day.month == self.day.month]
        gate._book(
            self.family,
            [(self.clara, self.meal, day) for day in month]
            + [(self.children[1], self.evening, day) for day in month],
            staff=True,
        )
        self.env.flush_all()
        visit = self.open(query="&show=both")
        page = visit.page
        paper = page.pdf(
            path=PICTURES / "fridge.pdf", format="A4", prefer_css_page_size=True
        )
        reader = PdfReader(BytesIO(paper))
        self.assertEqual(len(reader.pages), 1)
        words = reader.pages[0].extract_text()
        for said in (*self.children[:2].mapped("firstname"), self.company.phone):
            self.assertIn(said, words)
        self.assertNotIn("Valider", words)

    def test_two_children_are_booked_as_last_month_in_five_taps(self):
        """From home to the cart: one tap shows what it would be, one adds it."""
        company = self.company
        today = company._espace_today()
        this_month = Span.around("month", today)
        next_month = Span.around("month", this_month.next)
        gate = self.env["espace.reservation"]
        sessions = self.env["espace.session"].search(
            [
                ("activity_id", "in", self.products()[0].espace_activity_id.ids),
                ("company_id", "=", company.id),
                ("date", ">=", this_month.start),
                ("date", "<=", this_month.end),
            ]
        )
        gate._book(
            self.family,
            [
                (child, self.meal, day)
                for child in self.children[:2]
                for day in sessions.mapped("date")
            ],
            now=datetime.combine(this_month.start, time()) - timedelta(days=1),
            staff=True,
        )
        again = self.env["espace.portal.agenda"]._month_again(self.family)
        self.assertTrue(again)
        self.env.flush_all()
        visit = self.visitor(PHONE)
        visit.log_in(PARENT, PASSWORD)
        page = visit.page
        page.goto("/my")
        visit.settle()
        pages = []
        page.on("framenavigated", lambda frame: pages.append(frame.url))
        link = page.locator("main a[href*='copy=month']").first
        link.click()
        page.wait_for_url("**/my/reservations/agenda?**")
        visit.picture("month-again", full_page=False)
        page.locator("[data-action=add]").click()
        page.wait_for_url("**/my/panier")
        self.assertEqual(len(pages), 2, pages)
        self.hand_over(page)
        lines = self.lines()
        self.assertEqual(lines.child_id, self.children[:2])
        self.assertEqual(lines.product_id, self.meal)
        days = {line.date for line in lines}
        self.assertTrue(days)
        self.assertTrue(
            all(next_month.start <= day <= next_month.end for day in days), days
        )
        self.assertEqual(visit.errors, [])
