"""The day of an agent on the page of attendance, from the first child to the lock.

With pictures to be held beside the design's, a keyboard, and axe-core.
"""

import unittest

from odoo.fields import Command
from odoo.tests import tagged

from .accessibility import RULES, RUN_AXE, axe
from .browser import chromium
from .tablets import PAGE, PHONE, TABLET, TabletCase

SMALL = """() => [...document.querySelectorAll(
    '.app button, .app a, .app input[type=search], .sheet[open] button, .pick .btn'
)].filter(one => one.checkVisibility() && !one.closest('.rail')).map(one => {
    const box = (one.closest('label') || one).getBoundingClientRect();
    const least = one.closest('.row2') && innerWidth < 700 ? 44 : 56;
    return box.height < least - 0.5 || box.width < 44
        ? `${one.className} ${Math.round(box.width)} × ${Math.round(box.height)}` : '';
}).filter(Boolean)"""
PLACES = """() => Object.fromEntries([...document.querySelectorAll('.kid')].map(one => {
    const {left, top, width, height} = one.getBoundingClientRect();
    return [one.dataset.key, [left, top, width, height].map(Math.round).join()];
}))"""


@tagged("post_install", "-at_install", "committed")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestAttendanceDay(TabletCase):
    lang = "fr_FR"

    def build(self, env):
        super().build(env)
        town = self.town
        activity = env["espace.activity"].browse(self.activity_id)
        evening = town.add_service("Garderie du soir", [self.today])
        garderie = evening.espace_activity_id
        self.evening_id = garderie.session_ids.id
        # Around now, whatever the hour of the test: one has ended, one lasts.
        evening.product_tmpl_id.write(
            {"name": "T1", "espace_time_from": 0.01, "espace_time_to": 0.02}
        )
        later = town._create_option(garderie, "T2")
        later.product_tmpl_id.write({"espace_time_from": 0.01, "espace_time_to": 24})
        (evening | later).product_tmpl_id.espace_records_times = True
        children = env["espace.child"].browse(self.children[:30])
        for child in children:
            town.Reservation._book(
                child.family_id, [(child, evening, self.today)], staff=True
            )
        children[4].has_pai = True
        children[5].diet_id = env["espace.diet"].create(
            {"name": "Sans porc", "company_id": town.company.id}
        )
        self.kept_away = children[2].id
        env["espace.pickup.ban"].create(
            {
                "name": "Yann Carrière",
                "child_ids": [Command.set(children[2].ids)],
                "judgment": b"JVBERi0xLjQ=",
                "company_id": town.company.id,
            }
        )
        activity.building = "École du Moulin"

    def look(self, visit, name):
        """Take the picture, measure what is touched, and ask axe."""
        visit.page.wait_for_timeout(300)
        visit.picture(f"pointage-{name}", full_page=False)
        self.assertLessEqual(visit.overflow(), 0, name)
        self.assertEqual(visit.page.evaluate(SMALL), [], name)
        visit.page.evaluate(axe())
        self.assertEqual(visit.page.evaluate(RUN_AXE, RULES), [], name)

    def test_the_day_of_an_agent(self):
        for viewport, scheme, name in (
            (TABLET, "light", "tablette"),
            (PHONE, "dark", "telephone"),
        ):
            with self.subTest(name):
                self.walk(viewport, scheme, name)

    def walk(self, viewport, scheme, name):
        visit = self.visit("amina", viewport, color_scheme=scheme)
        page = visit.page
        page.goto(PAGE)
        page.wait_for_selector("article.sess")
        self.look(visit, f"{name}-1-seances")
        self.open_list(visit)
        first = next(c for c in self.children if self.recorded()[c] == "expected")
        places = page.evaluate(PLACES)
        self.tap(visit, first)
        # A second time, and nothing.
        page.click(f"{self.item(first)} .kid__tap", force=True)
        self.assertEqual(page.evaluate(PLACES), places, "a tap moves nothing")
        self.look(visit, f"{name}-2-liste")
        page.click(".bar__last")
        page.wait_for_selector(f"{self.item(first)}.is-expected")
        self.tap(visit, first)
        page.click(f"{self.item(first)} .kid__more")
        page.wait_for_selector(".sheet[open] h2")
        self.look(visit, f"{name}-3-fiche")
        page.keyboard.press("Escape")
        page.click(".bar .btn >> nth=1")
        page.wait_for_selector(".sheet[open] .names")
        self.look(visit, f"{name}-4-les-autres")
        page.keyboard.press("Escape")
        page.click(".bar .btn >> nth=3")
        page.wait_for_selector(".sheet[open] .miss")
        self.look(visit, f"{name}-5-terminer")
        page.keyboard.press("Escape")
        page.click(".btn--stop")
        page.wait_for_selector(".evac[open]")
        page.click(".evac .kid__tap >> nth=0")
        self.look(visit, f"{name}-6-evacuation")
        page.keyboard.press("Escape")
        self.evening(visit, name)
        self.assertEqual(visit.errors, [])

    def evening(self, visit, name):
        page = visit.page
        page.click(".top .btn >> nth=0")
        page.click(f"[data-session='{self.evening_id}'] > .btn")
        page.wait_for_selector(".app--times .kid")
        # A tap meant for the sheet that has just closed does not reach the list.
        page.wait_for_timeout(600)
        canteen, self.session_id = self.session_id, self.evening_id
        child, other = self.kept_away, self.children[0]
        for one in (child, other):
            if page.locator(f"{self.item(one)}.is-expected").count():
                self.tap(visit, one)
        self.look(visit, f"{name}-7-garderie")
        self.assertIn("Yann Carrière", page.inner_text(f"{self.item(child)} .kid__ban"))
        if not page.locator(f"{self.item(child)}.is-gone").count():
            page.click(f"{self.item(child)} .kid__go")
            page.wait_for_selector(".sheet[open] .ban")
            self.look(visit, f"{name}-8-sortie")
            page.click(".sheet .who .btn--gone >> nth=0")
            page.wait_for_selector(f"{self.item(child)}.is-gone")
            self.wait_sent(visit)
            with self.transaction() as env:
                booking = env["espace.reservation"].search(
                    [
                        ("session_id", "=", self.evening_id),
                        ("child_id", "=", child),
                    ]
                )
                self.assertTrue(booking.left_at >= booking.arrived_at > 0)
                self.assertTrue(booking.left_with)
        self.session_id = canteen

    def test_what_the_guide_shows(self):
        amina, lucie = self.tablet("amina"), self.tablet("lucie")
        for number, child in enumerate(self.children[:26]):
            if number % 7 == 3:
                self.absent(amina, child)
            elif number % 5 != 1:
                self.tap(amina, child)
        self.wait_sent(amina)
        self.show(amina, "pointage-liste")
        for visit in (amina, lucie):
            visit.context.set_offline(True)
        self.absent(lucie, self.children[1])
        self.tap(amina, self.children[1])
        self.tap(amina, self.children[11])
        amina.page.wait_for_selector(".net--off")
        self.show(amina, "pointage-hors-ligne")
        for visit in (amina, lucie):
            visit.context.set_offline(False)
        amina.page.wait_for_selector(".kid.is-clash", timeout=60_000)
        amina.page.wait_for_selector(".net--clash")
        self.show(amina, "pointage-desaccord")
        amina.page.click(".kid.is-clash .kid__more")
        amina.page.wait_for_selector(".sheet[open] .note--warn")
        self.look(amina, "tablette-9-trancher")

    def show(self, visit, name):
        """Take a picture of the guide, from the first child on."""
        visit.page.evaluate("document.querySelector('.list').scrollTop = 0")
        visit.page.wait_for_timeout(600)
        visit.picture(name, full_page=False)

    def test_the_keyboard_alone_and_the_lock(self):
        visit = self.tablet("amina")
        page, keys = visit.page, visit.page.keyboard
        page.evaluate(
            "window.clicks = 0;"
            "document.addEventListener('mousedown', () => window.clicks++, true);"
        )
        keys.press("/")
        page.wait_for_function("document.activeElement.type === 'search'")
        keys.type("zi")
        page.wait_for_function("document.querySelectorAll('.kid').length === 1")
        keys.press("Escape")
        page.wait_for_function("document.querySelectorAll('.kid').length === 80")
        page.locator(".kid__tap").first.focus()
        keys.press("Enter")
        keys.press("ArrowRight")
        keys.press("a")
        page.wait_for_selector(".kid.is-absent")
        said = page.inner_text("#say")
        self.assertIn("1 présent, 78 attendus", said)
        keys.press("o")
        page.wait_for_selector(".sheet[open]")
        self.assertEqual(page.evaluate("document.activeElement.id"), "sheet-title")
        keys.press("Escape")
        page.wait_for_function("document.activeElement.matches('.kid__more')")
        keys.press("Control+z")
        page.wait_for_selector(".kid.is-absent", state="detached")
        self.assertEqual(page.evaluate("window.clicks"), 0)
        with self.subTest("the others, and the lock"):
            page.wait_for_timeout(500)
            page.click(".bar .btn >> nth=1")
            page.click(".sheet .btn--ok")
            page.wait_for_function(
                "document.querySelectorAll('.is-present').length === 80"
            )
            self.wait_sent(visit)
            page.wait_for_timeout(500)
            page.click(".bar .btn--main")
            page.click(".sheet footer .btn--main")
            page.wait_for_selector(".sep--lock")
            self.assertEqual(set(self.recorded().values()), {"present"})
            with self.transaction() as env:
                day = env["espace.session"].browse(self.session_id)
                self.assertTrue(day.attendance_locked)
