"""What seldom happens to a tablet, and what it shows besides names: each on the page.

A real server, real browsers; the camera films a card.
"""

import base64
import re
import tempfile
import time
import unittest
import uuid
from io import BytesIO
from pathlib import Path

from PIL import Image

from odoo.tests import tagged

from .accessibility import RULES, RUN_AXE, axe
from .browser import chromium
from .cards import film
from .rush import open_session
from .tablets import PAGE, PHONE, TABLET, TabletCase

DAY, HOUR = 24 * 3600, 3600
COUNT = """name => new Promise(resolve => {
    const request = indexedDB.open('espace-attendance');
    request.onsuccess = () => {
        const count = request.result.transaction(name).objectStore(name).count();
        count.onsuccess = () => {
            request.result.close();
            resolve(count.result);
        };
    };
})"""
CLEAR = """() => new Promise(resolve => {
    const request = indexedDB.open('espace-attendance');
    request.onsuccess = () => {
        const change = request.result.transaction('lists', 'readwrite');
        change.objectStore('lists').clear();
        change.oncomplete = () => {
            request.result.close();
            resolve();
        };
    };
})"""
NO_CAMERA = """() => {
    navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException('none', 'NotFoundError');
    };
}"""


class EdgeCase(TabletCase):
    # When the evening of a test ends, by its name; the others have none.
    evenings = {}

    def build(self, env):
        super().build(env)
        if end := self.evenings.get(self._testMethodName):
            self.evening(env, end)

    def look(self, visit, name):
        """Take the picture, and ask axe."""
        visit.page.wait_for_timeout(300)
        visit.picture(f"pointage-{name}", full_page=False)
        self.assertLessEqual(visit.overflow(), 0, name)
        visit.page.evaluate(axe())
        self.assertEqual(visit.page.evaluate(RUN_AXE, RULES), [], name)

    def evening(self, env, end):
        """Add a garderie whose T1 has ended; T2 ends at `end`. Three children come."""
        town = self.town
        first = town.add_service("Garderie du soir", [self.today])
        activity = first.espace_activity_id
        first.product_tmpl_id.write(
            {"name": "T1", "espace_time_from": 0.01, "espace_time_to": 0.02}
        )
        later = town._create_option(activity, "T2")
        later.product_tmpl_id.write({"espace_time_from": 0.02, "espace_time_to": end})
        env["espace.tariff.line"].create(
            {"tariff_id": town.prices.id, **town._line(later, "planned", 0, 0, 2.40)}
        )
        (first | later).product_tmpl_id.espace_records_times = True
        activity.grace_minutes = 1
        for child in env["espace.child"].browse(self.children[:3]):
            child.family_id.guardian_ids.phone = "+33639980001"
            town.Reservation._book(
                child.family_id, [(child, first, self.today)], staff=True
            )
        self.session_id = activity.session_ids.id
        self.options = first.id, later.id

    def booking(self, env, child):
        return env["espace.reservation"].search(
            [("session_id", "=", self.session_id), ("child_id", "=", child)]
        )


@tagged("post_install", "-at_install", "committed")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestAttendanceKept(EdgeCase):
    """What is kept on a device, until when, and what it does without."""

    def test_without_a_kept_list_names_are_noted_and_matched_later(self):
        visit = self.tablet("amina", PHONE)
        page = visit.page
        with self.transaction() as env:
            child = env["espace.child"].browse(self.children[0])
            known = f"{child.firstname} {child.lastname}"
        page.evaluate(CLEAR)
        visit.context.set_offline(True)
        page.reload()
        page.wait_for_selector("text=These lists are not on this device")
        self.look(visit, "telephone-sans-liste")
        for words in (known, "Zoé que personne ne connaît"):
            page.click("text=Note by name")
            page.fill(".sheet .field", words)
            page.click(".sheet .btn--ok")
            page.wait_for_selector(f".sheet .names >> text={words}")
            page.click(".sheet footer >> text=Back")
            page.wait_for_timeout(600)
        self.assertEqual(page.evaluate(COUNT, "queue"), 2)
        with self.subTest("the device is restarted"):
            page.reload()
            page.wait_for_selector(f".names >> text={known}")
        visit.context.set_offline(False)
        page.wait_for_selector("article.sess", timeout=60_000)
        page.wait_for_function(
            "document.querySelector('.whole').dataset.queued === '0'", timeout=60_000
        )
        self.assertEqual(self.recorded()[self.children[0]], "present")
        with self.transaction() as env:
            unknown = env["espace.attendance.event"].search(
                [("session_id", "=", self.session_id), ("kind", "=", "unknown")]
            )
            self.assertEqual(unknown.words, "Zoé que personne ne connaît")
            self.assertEqual(unknown.result, "aside")

    def later(self, visit, seconds):
        """Have the clock of a device go on by so long, the page open or closed."""
        visit.page.clock.set_system_time(int((time.time() + seconds) * 1000))

    def test_the_lists_of_yesterday_are_not_shown_today(self):
        visit = self.visit("amina")
        visit.page.clock.install()
        visit.page.goto(PAGE)
        visit.page.wait_for_selector("article.sess")
        self.kept(visit)
        visit.context.set_offline(True)
        self.later(visit, DAY)
        visit.page.reload()
        visit.page.wait_for_selector("text=These lists are not on this device")
        self.assertEqual(visit.page.locator("article.sess").count(), 0)

    def test_yesterdays_list_stays_until_its_gestures_are_sent(self):
        visit = self.visit("amina")
        page = visit.page
        page.clock.install()
        page.goto(PAGE)
        page.wait_for_selector("article.sess")
        self.kept(visit)
        self.open_list(visit)
        visit.context.set_offline(True)
        self.tap(visit, self.children[0])
        self.later(visit, DAY)
        page.reload()
        # It is said to be another day's, so that nobody marks today's children on it.
        page.wait_for_selector("article.sess--late")
        self.assertEqual(page.locator("article.sess:not(.sess--late)").count(), 0)
        self.assertEqual(page.evaluate(COUNT, "queue"), 1)
        visit.context.set_offline(False)
        page.wait_for_function(
            "document.querySelector('.whole').dataset.queued === '0'", timeout=60_000
        )
        self.assertEqual(self.recorded()[self.children[0]], "present")

    def test_lists_are_erased_after_36_hours_on_a_page_that_stays_open(self):
        visit = self.visit("amina")
        page = visit.page
        page.clock.install()
        page.goto(PAGE)
        page.wait_for_selector("article.sess")
        self.kept(visit)
        self.open_list(visit)
        self.assertGreaterEqual(page.evaluate(COUNT, "lists"), 1)
        visit.context.set_offline(True)
        self.tap(visit, self.children[0])
        page.clock.fast_forward(37 * HOUR * 1000)
        page.wait_for_timeout(1000)
        self.assertGreaterEqual(
            page.evaluate(COUNT, "lists"), 1, "not before everything is sent"
        )
        self.assertEqual(page.evaluate(COUNT, "queue"), 1)
        visit.context.set_offline(False)
        page.evaluate("dispatchEvent(new Event('online'))")
        page.wait_for_function(
            "document.querySelector('.whole').dataset.queued === '0'", timeout=60_000
        )
        visit.context.set_offline(True)
        page.clock.fast_forward(37 * HOUR * 1000)
        visit.wait_until(f"async () => (await ({COUNT})('lists')) === 0")
        page.wait_for_selector("text=These lists are not on this device")


@tagged("post_install", "-at_install", "committed")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestAttendanceShown(EdgeCase):
    """The lock, late children, adults and photos, on the page."""

    evenings = {
        "test_who_stays_past_its_option_is_proposed_the_next_by_hand": 24,
        "test_a_child_whom_nobody_fetched": 0.03,
    }

    def build(self, env):
        super().build(env)
        self.desk = (
            env["res.users"]
            .create(
                {
                    "name": f"Claire Martin {self.mark}",
                    "login": f"desk-{self.mark}-{self._testMethodName}",
                    "company_id": self.company_id,
                    "company_ids": [(6, 0, [self.company_id])],
                    "group_ids": [(4, env.ref("espace_famille.group_manager").id)],
                }
            )
            .name
        )
        child = env["espace.child"].browse(self.children[0])
        child.school_id.adult_ids = [
            (0, 0, {"name": "Inès Faure", "role": "maîtresse du CP"}),
            (0, 0, {"name": "Omar Ziani", "role": "cuisinier"}),
        ]

    def test_a_locked_day_names_who_can_unlock_it_and_takes_the_reason(self):
        with self.transaction() as env:
            day = env["espace.session"].browse(self.session_id)
            day.reservation_ids._set_attendance("present")
            day.attendance_locked = True
        visit = self.tablet("amina")
        page = visit.page
        self.assertIn(self.desk, page.inner_text(".sep--lock"))
        page.click(f"{self.item(self.children[0])} .kid__more")
        page.wait_for_selector(".sheet[open]")
        page.keyboard.press("Escape")
        page.wait_for_timeout(600)
        page.click(f"{self.item(self.children[0])} .kid__tap", force=True)
        page.wait_for_selector(".sheet[open] textarea")
        self.assertIn(self.desk, page.inner_text(".sheet"))
        page.click(".sheet footer .btn--main")
        page.wait_for_selector(
            ".sheet [role=alert] >> text=Say what is to be corrected"
        )
        page.fill(".sheet textarea", "Nina est partie à midi")
        self.look(visit, "tablette-rouvrir")
        page.click(".sheet footer .btn--main")
        page.wait_for_selector(f"text=Handed to: {self.desk}")
        with self.transaction() as env:
            day = env["espace.session"].browse(self.session_id)
            self.assertIn("Nina est partie à midi", day.unlock_words)
            self.assertTrue(day.attendance_locked)
            self.assertEqual(self.gestures(), 80, "nothing but the office's")

    def test_who_stays_past_its_option_is_proposed_the_next_by_hand(self):
        first, later = self.options
        visit = self.tablet("amina", PHONE, color_scheme="dark")
        page, child = visit.page, self.children[0]
        self.tap(visit, child)
        self.assertIn("T1 over", page.inner_text(self.item(child)))
        page.click(f"{self.item(child)} .kid__go")
        page.wait_for_selector(f"{self.item(child)}.is-gone")
        self.wait_sent(visit)
        with self.transaction() as env:
            self.assertEqual(self.booking(env, child).product_id.id, first)
        page.click(".bar .btn--main")
        page.wait_for_selector("text=Stayed past their option")
        self.look(visit, "telephone-t1-finie")
        page.click(".sheet .miss__b .btn >> text=T2")
        page.wait_for_selector("text=Stayed past their option", state="detached")
        self.wait_sent(visit)
        with self.transaction() as env:
            self.assertEqual(self.booking(env, child).product_id.id, later)

    def test_a_child_whom_nobody_fetched(self):
        visit = self.tablet("amina")
        page, child = visit.page, self.children[0]
        for one in self.children[:3]:
            self.tap(visit, one)
        self.assertIn("Not fetched", page.inner_text(self.item(child)))
        page.click(".bar .btn--main")
        page.wait_for_selector("text=Nobody came for them")
        digits = re.sub(r"\D", "", page.inner_text(".sheet"))
        self.assertIn("639980001", digits, "who may be called")
        self.look(visit, "tablette-pas-venu")
        self.assertTrue(page.locator(".sheet footer .btn--main").is_disabled())

    def test_adults_are_counted_in_an_evacuation(self):
        amina, lucie = self.tablet("amina"), self.tablet("lucie", PHONE)
        self.tap(amina, self.children[0])
        amina.page.wait_for_timeout(1500)
        amina.page.click(".btn--stop")
        amina.page.wait_for_selector(".evac[open]")
        for name in ("Amina", "Lucie", "Inès Faure", "Omar Ziani"):
            amina.page.wait_for_selector(f".evac >> text={name}")
        amina.context.set_offline(True)
        amina.page.click(".evac .kid__n >> text=Inès Faure")
        amina.page.wait_for_selector(".evac .sep >> text=/1 \\/ 4/")
        amina.page.locator(
            ".evac .kid__n >> text=Omar Ziani"
        ).scroll_into_view_if_needed()
        self.look(amina, "tablette-adultes")
        self.assertIn("1 child in the building", amina.page.inner_text(".evac h2"))
        amina.page.emulate_media(media="print")
        self.assertTrue(amina.page.is_visible(".evac .kid__n >> text=Omar Ziani"))
        self.assertFalse(amina.page.is_visible(".app"))
        self.assertEqual(lucie.errors + amina.errors, [])

    def test_a_photo_by_consent_and_until_it_is_taken_back(self):
        with self.transaction() as env:
            child = env["espace.child"].browse(self.children[0])
            consent = env["espace.authorisation"].create(
                {
                    "child_id": child.id,
                    "kind": "photo_list",
                    "guardian_id": child.family_id.guardian_ids[0].id,
                }
            )
            file = BytesIO()
            Image.new("RGB", (300, 300), "teal").save(file, "JPEG")
            child.list_photo = base64.b64encode(file.getvalue())
            seer = env["res.users"].search(
                [("login", "=", f"amina-{self.mark}-{self._testMethodName}")]
            )
            seer.group_ids = [(4, env.ref("espace_famille.group_photo").id)]
            self.sessions["amina"] = open_session(env, seer)
        amina, lucie = self.tablet("amina"), self.tablet("lucie")
        image = f"{self.item(self.children[0])} .face img"
        amina.page.wait_for_selector(image)
        self.assertEqual(lucie.page.locator(".face img").count(), 0, "by right")
        self.look(amina, "tablette-photo")
        with self.subTest("without network too"):
            amina.page.wait_for_timeout(500)
            amina.context.set_offline(True)
            amina.page.reload()
            amina.page.wait_for_selector("article.sess")
            self.open_list(amina)
            amina.page.wait_for_selector(image)
            amina.context.set_offline(False)
            amina.page.evaluate("dispatchEvent(new Event('online'))")
        with self.transaction() as env:
            env["espace.authorisation"].browse(consent.id).granted = "no"
        amina.page.wait_for_selector(image, state="detached", timeout=40_000)
        amina.page.wait_for_timeout(500)
        amina.context.set_offline(True)
        amina.page.reload()
        amina.page.wait_for_selector("article.sess")
        self.open_list(amina)
        self.assertEqual(amina.page.locator(".face img").count(), 0)


@tagged("post_install", "-at_install", "committed")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestAttendanceCards(EdgeCase):
    """Cards of children, read by a camera that films one of them."""

    evenings = {"test_a_card_of_a_child_who_came_long_ago_says_that_it_leaves": 24}

    code = "".join(
        "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[b % 32] for b in uuid.uuid4().bytes
    )[:12]

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="espace-film-")
        cls.addClassCleanup(folder.cleanup)
        path = Path(folder.name) / "card.y4m"
        film(path, f"EF:{cls.code}")
        cls.arguments = (
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={path}",
        )
        super().setUpClass()

    def build(self, env):
        super().build(env)
        company = env["res.company"].browse(self.company_id)
        company.espace_attendance_cards = True
        # The code is of one child only: of this test's.
        env["espace.child"].search([("card_code", "=", self.code)]).card_code = False
        # The database holds one child a code: the old one lets it go first.
        env.flush_all()
        env["espace.child"].browse(self.children[0]).card_code = self.code

    def scan(self, visit):
        visit.page.click("[aria-label='Read a card']")
        visit.page.wait_for_selector(".sheet[open] video")

    def test_a_card_is_a_touch_and_twice_is_nothing(self):
        visit = self.tablet("amina")
        page, child = visit.page, self.children[0]
        visit.wait_until(
            """async () => Boolean(await caches.match(
                '/web/static/lib/zxing-library/zxing-library.js'
            ))"""
        )
        visit.context.set_offline(True)
        self.scan(visit)
        page.wait_for_selector(f"{self.item(child)}.is-present", timeout=60_000)
        page.wait_for_selector(".scan__said >> text=Present")
        self.look(visit, "tablette-carte")
        page.keyboard.press("Escape")
        page.wait_for_timeout(600)
        self.scan(visit)
        page.wait_for_selector(".scan__said >> text=already present", timeout=60_000)
        page.keyboard.press("Escape")
        visit.context.set_offline(False)
        self.wait_sent(visit)
        self.assertEqual(self.gestures(), 1)
        self.assertEqual(self.recorded()[child], "present")

    def test_a_card_of_a_child_who_came_long_ago_says_that_it_leaves(self):
        with self.transaction() as env:
            user = env["res.users"].search(
                [("login", "=", f"amina-{self.mark}-{self._testMethodName}")]
            )
            env["espace.attendance.receiver"].with_user(user)._receive(
                "tablet-of-the-door",
                [
                    {
                        "uid": str(uuid.uuid4()),
                        "session": self.session_id,
                        "child": self.children[0],
                        "answer": "present",
                        "at": (time.time() - 11 * 60) * 1000,
                    }
                ],
            )
        visit = self.tablet("amina", PHONE)
        self.scan(visit)
        visit.page.wait_for_selector(
            f"{self.item(self.children[0])}.is-gone", timeout=60_000
        )
        self.look(visit, "telephone-carte")

    def test_without_a_camera_it_is_said_and_the_code_is_typed(self):
        visit = self.tablet("amina", TABLET)
        page = visit.page
        page.evaluate(NO_CAMERA)
        page.click("[aria-label='Read a card']")
        page.wait_for_selector(".sheet >> text=This device has no camera")
        self.look(visit, "tablette-sans-camera")
        field = ".sheet .time--code .field"
        page.fill(field, "0000 0000 0000")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=This card is not known")
        code = self.code.lower()
        page.fill(field, f"{code[:4]} {code[4:8]} {code[8:]}")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"{self.item(self.children[0])}.is-present")
        self.assertIn("Present", page.inner_text(".scan__said"))
