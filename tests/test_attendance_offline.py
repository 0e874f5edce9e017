"""A service of 80 children on two tablets without network: nothing lost or doubled.

A real server, killed and started again, and two real browsers.
"""

import unittest

from odoo.tests import tagged

from .browser import chromium
from .tablets import CHILDREN, PAGE, PHONE, TabletCase

HOUR = 3_600_000


@tagged("post_install", "-at_install", "committed")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestAttendanceOffline(TabletCase):
    def test_a_whole_service_without_network(self):
        amina, lucie = self.tablet("amina"), self.tablet("lucie", PHONE)
        first, second = self.children[:40], self.children[40:]
        for visit in (amina, lucie):
            visit.context.set_offline(True)
        for child in first[:20]:
            self.tap(amina, child)
        # A second tap at the same place has no effect.
        amina.page.click(f"{self.item(first[0])} .kid__tap", force=True)
        for child in second:
            self.tap(lucie, child)
        self.assertIn("Offline", amina.page.inner_text(".net"))
        with self.subTest("the tablet is reloaded while offline"):
            amina.page.reload()
            amina.page.wait_for_selector("article.sess")
            self.open_list(amina)
            self.assertEqual(self.counts(amina), [80, 60, 20, 0])
        for child in first[20:39]:
            self.tap(amina, child)
        self.absent(amina, first[39])
        amina.picture("attendance-offline", full_page=False)
        lucie.picture("attendance-offline-phone", full_page=False)
        self.assertEqual(self.gestures(), 0)
        with self.subTest("the server is killed and started again"):
            self.server.kill()
            for visit in (amina, lucie):
                visit.context.set_offline(False)
            amina.page.wait_for_timeout(3000)
            self.assertIn("Offline", amina.page.inner_text(".net"))
            self.server.start()
        self.wait_sent(amina, lucie)
        self.assertEqual(self.gestures(), CHILDREN)
        recorded = self.recorded()
        self.assertEqual(list(recorded.values()).count("present"), 79)
        self.assertEqual(recorded[first[39]], "absent_unjustified")
        for visit in (amina, lucie):
            visit.page.wait_for_function(
                """() => [...document.querySelectorAll('.count b')]
                    .map(one => one.innerText.trim()).join() === '80,0,79,1'""",
                timeout=30_000,
            )
            self.assertEqual(visit.errors, [])

    def test_the_server_dies_in_the_middle_of_a_service(self):
        """What was on its way may have arrived or not: it is sent again, once."""
        amina = self.tablet("amina")
        for number, child in enumerate(self.children[:30]):
            self.tap(amina, child)
            if number == 10:
                self.server.kill()
            if number == 20:
                amina.page.reload()
                amina.page.wait_for_selector("article.sess")
                self.open_list(amina)
        self.server.start()
        self.wait_sent(amina)
        recorded = self.recorded()
        present = {child for child, answer in recorded.items() if answer == "present"}
        self.assertEqual(present, set(self.children[:30]))
        self.assertEqual(self.gestures(), 30)

    def test_two_agents_who_say_different_things_of_one_child(self):
        amina, lucie = self.tablet("amina"), self.tablet("lucie")
        child = self.children[0]
        for visit in (amina, lucie):
            visit.context.set_offline(True)
        self.tap(amina, child)
        self.absent(lucie, child)
        for visit in (amina, lucie):
            visit.context.set_offline(False)
        for visit in (amina, lucie):
            visit.page.wait_for_selector(f"{self.item(child)}.is-clash", timeout=60_000)
        self.assertEqual(self.recorded()[child], "present")
        self.assertIn("Lucie", amina.page.inner_text(f"{self.item(child)} .kid__l"))
        amina.picture("attendance-clash", full_page=False)
        amina.page.click(f"{self.item(child)} .kid__more")
        amina.page.click("text=It is absent")
        for visit in (amina, lucie):
            visit.page.wait_for_selector(
                f"{self.item(child)}.is-absent:not(.is-clash)", timeout=60_000
            )
        self.assertEqual(self.recorded()[child], "absent_unjustified")

    def test_the_same_child_that_nobody_expected_on_both(self):
        amina, lucie = self.tablet("amina"), self.tablet("lucie")
        for visit in (amina, lucie):
            visit.context.set_offline(True)
            visit.page.click("text=Child not booked")
            visit.page.fill(".sheet input[type=search]", "marg")
            visit.page.click(".sheet .btn--ok")
            visit.page.wait_for_selector(f"{self.item(self.walker)}.is-present")
        for visit in (amina, lucie):
            visit.context.set_offline(False)
        self.wait_sent(amina, lucie)
        self.assertEqual(self.recorded()[self.walker], "present")
        self.assertEqual(self.counts(amina)[0], CHILDREN + 1)

    def test_a_clock_that_is_wrong_by_an_hour(self):
        """The device measures how wrong it is; a jump while offline is said."""
        visit = self.visit("amina")
        visit.context.add_init_script(
            f"""(() => {{
                const now = Date.now;
                window.jump = {HOUR};
                Date.now = () => now() + window.jump;
            }})()"""
        )
        visit.page.goto(PAGE)
        visit.page.wait_for_selector("article.sess")
        self.open_list(visit)
        child, other = self.children[:2]
        self.tap(visit, child)
        self.wait_sent(visit)
        visit.context.set_offline(True)
        visit.page.evaluate(f"window.jump = {2 * HOUR}")
        self.tap(visit, other)
        visit.context.set_offline(False)
        visit.page.wait_for_selector("text=The clock of this device was 60 min wrong")
        with self.transaction() as env:
            events = env["espace.attendance.event"].search(
                [("session_id", "=", self.session_id)], order="id"
            )
            for event in events:
                late = (event.received_at - event.at).total_seconds()
                self.assertTrue(-1 <= late < 300, (event.at, event.received_at))
            self.assertEqual(events.mapped("clock_off"), [0, 60])
        self.assertEqual(list(self.recorded().values()).count("present"), 2)

    def test_the_day_is_locked_meanwhile(self):
        amina = self.tablet("amina")
        amina.context.set_offline(True)
        child = self.children[0]
        self.tap(amina, child)
        with self.transaction() as env:
            day = env["espace.session"].browse(self.session_id)
            day.reservation_ids._set_attendance("absent_unjustified")
            day.attendance_locked = True
        amina.context.set_offline(False)
        amina.page.wait_for_selector("text=For the family desk: 1.")
        self.assertEqual(self.recorded()[child], "absent_unjustified")
        with self.transaction() as env:
            kept = env["espace.attendance.event"].search(
                [("session_id", "=", self.session_id), ("result", "=", "aside")]
            )
            self.assertEqual(kept.child_id.id, child)

    def test_the_log_in_has_ended(self):
        amina = self.tablet("amina")
        amina.context.set_offline(True)
        self.tap(amina, self.children[0])
        amina.context.clear_cookies()
        amina.context.set_offline(False)
        amina.page.wait_for_selector("text=Log in again to send", timeout=60_000)
        self.assertEqual(self.gestures(), 0)
        self.log_in(amina, "amina")
        amina.page.reload()
        amina.page.wait_for_selector("article.sess")
        self.open_list(amina)
        self.wait_sent(amina)
        self.assertEqual(self.recorded()[self.children[0]], "present")

    def test_two_tabs_of_one_device(self):
        amina = self.tablet("amina")
        second = amina.context.new_page()
        second.goto(PAGE)
        second.wait_for_selector("article.sess")
        second.click(f"[data-session='{self.session_id}'] > .btn")
        second.wait_for_selector(".kid")
        amina.context.set_offline(True)
        self.tap(amina, self.children[0])
        second.wait_for_selector(f"{self.item(self.children[0])}.is-present")
        second.click(f"{self.item(self.children[1])} .kid__tap")
        amina.page.wait_for_selector(f"{self.item(self.children[1])}.is-present")
        amina.context.set_offline(False)
        self.wait_sent(amina)
        second.close()
        self.assertEqual(self.gestures(), 2)

    def test_no_room_left_on_the_device(self):
        """It is said, and what can be sent is sent."""
        amina = self.tablet("amina")
        amina.page.evaluate(
            """() => {
                IDBObjectStore.prototype.add = () => {
                    throw new DOMException('full', 'QuotaExceededError');
                };
            }"""
        )
        amina.context.set_offline(True)
        self.tap(amina, self.children[0])
        amina.page.wait_for_selector("text=No room left on this device")
        amina.context.set_offline(False)
        amina.page.wait_for_timeout(4000)
        self.assertEqual(self.recorded()[self.children[0]], "present")

    def test_what_is_kept_cannot_be_read_and_is_erased(self):
        amina = self.tablet("amina")
        kept = amina.page.evaluate(
            """async () => {
                const database = await new Promise(resolve => {
                    const request = indexedDB.open('espace-attendance');
                    request.onsuccess = () => resolve(request.result);
                });
                const all = name => new Promise(resolve => {
                    const store = database.transaction(name).objectStore(name);
                    const request = store.getAll();
                    request.onsuccess = () => resolve(request.result);
                });
                const [lists] = await all('lists');
                const [key] = await all('keys');
                const cached = [];
                for (const name of await caches.keys()) {
                    const cache = await caches.open(name);
                    for (const request of await cache.keys()) {
                        cached.push(await (await cache.match(request)).text());
                    }
                }
                database.close();
                return {
                    words: new TextDecoder('latin1').decode(lists.sealed),
                    extractable: key.extractable,
                    cached: cached.join(''),
                };
            }"""
        )
        self.assertFalse(kept["extractable"])
        self.assertGreater(len(kept["words"]), 1000)
        for text in (kept["words"], kept["cached"]):
            for name in ("Zimmer", "Abel", "Amina"):
                self.assertNotIn(name, text)
        with self.subTest("not before everything is sent"):
            amina.context.set_offline(True)
            self.tap(amina, self.children[0])
            amina.page.click("[aria-label='Back to the sessions of the day']")
            amina.page.click("text=Log out")
            amina.page.wait_for_selector("text=log out once everything is sent")
            amina.context.set_offline(False)
            amina.page.wait_for_selector(".pick__net", state="detached", timeout=60_000)
        with self.subTest("and then"):
            amina.page.click("text=Log out")
            amina.page.wait_for_url("**/web/login**")
            left = amina.page.evaluate(
                """() => new Promise(resolve => {
                    const request = indexedDB.open('espace-attendance');
                    request.onsuccess = () => {
                        const store = request.result.transaction('lists')
                            .objectStore('lists').count();
                        store.onsuccess = () => resolve(store.result);
                    };
                })"""
            )
            self.assertEqual(left, 0)
