"""The portal as an application of a telephone, in a real Chromium.

Its worker, what a device keeps and shows without network, what it forgets, what it is
told, and what of it a browser without scripts does without.
"""

import json
import unittest
from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.espace_famille_portal.demo import Demonstration

from espace_cli.process import wait_for

from .accessibility import findings, small_targets
from .browser import PHONE, chromium, open_browser
from .valdurenque import PARENT, PASSWORD, ValdurenqueCase

KEPT = """async () => {
    const page = await caches.match("/my/hors-ligne");
    const week = await caches.match("/my/semaine");
    const parts = await caches.open("espace-family-parts-1");
    const urls = (await parts.keys()).map((one) => new URL(one.url).pathname);
    return Boolean(page && week) &&
        [".css", ".js", ".woff2", ".png"].every((end) =>
            urls.some((url) => url.endsWith(end)));
}"""
FOUND = """async () => {
    const found = [`controller: ${Boolean(navigator.serviceWorker.controller)}`];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        found.push(name, ...(await cache.keys()).map((one) => one.url));
    }
    const {status, redirected, headers} = await fetch("/my/semaine");
    return [...found, status, redirected, headers.get("Content-Type")].join(" ");
}"""
WEEK = "async () => Boolean(await caches.match('/my/semaine'))"


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestApp(ValdurenqueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.phone = "05 63 00 00 00"
        cls.today = cls.company._espace_today()
        cls._book_this_week()
        cls.env.flush_all()

    @classmethod
    def _book_this_week(cls):
        """Book what agents still may within the week that a device keeps."""
        Demonstration(cls.env)._set_online_payment(False)
        items = [
            (child.id, option.id, cls.today + timedelta(days=number))
            for child in cls.children
            for option in (cls.meal, cls.evening)
            for number in range(1, 7)
        ]
        cls.env["espace.reservation"]._book(cls.family, items, staff=True)

    def setUp(self):
        super().setUp()
        self.enterContext(self.allow_requests(all_requests=True))
        self.visitor = self.enterContext(open_browser(self.base_url()))

    def parent(self, login=PARENT, **options):
        """Return a visit on a telephone that has kept what it needs."""
        visit = self.visitor(PHONE, **options)
        visit.log_in(login, PASSWORD)
        visit.page.wait_for_url("**/my**")
        return visit

    def keep(self, visit):
        visit.page.goto("/my")
        kept = wait_for(lambda: visit.page.evaluate(KEPT), 25)
        self.assertTrue(kept, kept or visit.page.evaluate(FOUND))

    def test_a_week_without_network(self):
        visit = self.parent()
        page = visit.page
        self.keep(visit)
        week = page.evaluate("async () => (await caches.match('/my/semaine')).json()")
        visit.context.set_offline(True)
        for path in ("/my", "/my/panier", "/my/factures"):
            with self.subTest(path=path):
                page.goto(path)
                page.get_by_role("heading", name="Hors connexion", level=1).wait_for()
        said = page.locator("main").inner_text()
        self.assertIn("tels qu’ils étaient aujourd’hui à", said.replace("\n", " "))
        self.assertIn("05 63 00 00 00", said)
        shown = page.locator(".ef-app-day").all_inner_texts()
        self.assertEqual(len(shown), len(week["days"]))
        for day, text in zip(week["days"], shown, strict=True):
            for child in day["children"]:
                self.assertIn(child["name"], text)
                for stay in child["stays"]:
                    self.assertIn(stay, text)
        visit.picture("app-hors-ligne")
        self.assertEqual(findings(page), [])
        self.assertEqual(small_targets(page), [])
        self.assertEqual(visit.overflow(), 0)
        visit.context.set_offline(False)
        page.get_by_role("link", name="Réessayer").click()
        page.get_by_role("heading", name="Mes factures", level=1).wait_for()
        self.assertEqual(visit.errors, [])

    def test_a_week_seen_before_says_its_day(self):
        visit = self.parent()
        page = visit.page
        self.keep(visit)
        before = self.today - timedelta(days=1)
        page.evaluate(
            """async (date) => {
                const cache = await caches.open("espace-family-week");
                const week = await (await cache.match("/my/semaine")).json();
                const day = {...week, date, day: "hier", time: "8h"};
                await cache.put("/my/semaine", new Response(JSON.stringify(day)));
            }""",
            before.isoformat(),
        )
        visit.context.set_offline(True)
        page.goto("/my")
        page.get_by_role("heading", name="Hors connexion").wait_for()
        said = page.locator("#ef_offline").inner_text()
        self.assertIn("tels qu’ils étaient hier à 8h", said)

    def test_money_and_seats_never_come_from_the_device(self):
        visit = self.parent()
        self.keep(visit)
        kept = visit.page.evaluate(
            """async () => {
                const found = [];
                for (const name of await caches.keys()) {
                    const cache = await caches.open(name);
                    for (const one of await cache.keys()) {
                        found.push(new URL(one.url).pathname);
                    }
                }
                return found;
            }"""
        )
        pages = [path for path in kept if path.startswith("/my")]
        self.assertEqual(sorted(pages), ["/my/hors-ligne", "/my/semaine"])

    def test_parts_come_from_the_device_and_not_from_the_network(self):
        visit = self.parent()
        self.keep(visit)
        asked = []
        visit.page.on("response", lambda one: asked.append(one))
        visit.page.goto("/my/factures")
        visit.settle()
        parts = [one for one in asked if "/web/assets/" in one.url]
        self.assertTrue(parts)
        self.assertEqual([one.url for one in parts if not one.from_service_worker], [])

    def test_logging_out_leaves_nothing_on_the_device(self):
        visit = self.parent()
        page = visit.page
        self.keep(visit)
        page.locator(".ef-more summary").click()
        page.get_by_role("link", name="Se déconnecter").click()
        page.wait_for_url("**/")
        self.assertFalse(page.evaluate(WEEK))
        visit.context.set_offline(True)
        page.goto("/my")
        page.get_by_role("heading", name="Hors connexion").wait_for()
        self.assertEqual(page.locator(".ef-app-day").count(), 0)
        self.assertIn("n’a pas encore gardé", page.locator("main").inner_text())

    def test_the_week_goes_when_somebody_else_is_logged_in(self):
        visit = self.parent()
        page = visit.page
        self.keep(visit)
        page.evaluate(
            """async () => {
                const cache = await caches.open("espace-family-week");
                const week = await (await cache.match("/my/semaine")).json();
                const other = {...week, user: "0", days: [{date: week.date,
                    words: "jour", children: [{name: "Inconnu", stays: []}]}]};
                await cache.put("/my/semaine", new Response(JSON.stringify(other)));
            }"""
        )
        page.goto("/my")
        other = """async () => {
            const kept = await caches.match("/my/semaine");
            return Boolean(kept) && (await kept.text()).includes("Inconnu");
        }"""
        self.assertTrue(wait_for(lambda: not page.evaluate(other), 30))

    def test_chromium_finds_it_installable(self):
        visit = self.parent()
        self.keep(visit)
        devtools = visit.context.new_cdp_session(visit.page)
        errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
        # A profile of a test keeps nothing: Chromium installs nothing in it.
        wrong = [one for one in errors if one["errorId"] != "in-incognito"]
        self.assertEqual(wrong, [])
        found = devtools.send("Page.getAppManifest")
        self.assertEqual(found["errors"], [])
        manifest = json.loads(found["data"])
        names = [one["name"] for one in manifest["shortcuts"]]
        self.assertEqual(names, ["Réserver", "Enfant absent", "Payer"])
        self.assertIn(self.company.name, manifest["name"])

    def test_the_home_screen_is_offered_once(self):
        visit = self.parent()
        page = visit.page
        offer = """() => {
            const ev = new Event("beforeinstallprompt", {cancelable: true});
            ev.prompt = () => { window.asked = true; };
            window.dispatchEvent(ev);
        }"""
        page.goto("/my")
        page.evaluate(offer)
        note = page.locator("#ef_install")
        note.wait_for()
        visit.picture("app-installer")
        self.assertEqual(findings(page), [])
        self.assertEqual(small_targets(page), [])
        note.get_by_role("button", name="Ajouter à l’écran d’accueil").click()
        self.assertTrue(page.evaluate("window.asked"))
        note.wait_for(state="hidden")
        page.goto("/my")
        page.evaluate(offer)
        self.assertFalse(note.is_visible())

    def test_what_the_town_hall_tells_is_shown_and_opens_its_page(self):
        visit = self.parent(permissions=["notifications"])
        page = visit.page
        self.keep(visit)
        devtools = visit.context.new_cdp_session(page)
        registrations = []
        devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: registrations.extend(event["registrations"]),
        )
        devtools.send("ServiceWorker.enable")
        page.wait_for_timeout(500)
        [mine] = {
            one["registrationId"]
            for one in registrations
            if one["scopeURL"].endswith("/my")
        }
        told = {"title": "Mairie", "body": "Camille a une place.", "url": "/my/panier"}
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": self.base_url(),
                "registrationId": mine,
                "data": json.dumps(told),
            },
        )
        shown = """async () => {
                const worker = await navigator.serviceWorker.getRegistration("/my");
                const shown = await worker.getNotifications();
                return shown.some((one) => one.body === "Camille a une place."
                    && one.data.url === "/my/panier");
            }"""
        self.assertTrue(wait_for(lambda: page.evaluate(shown), 30))

    def test_the_account_asks_for_nothing_before_the_button(self):
        visit = self.parent()
        page = visit.page
        page.add_init_script(
            """Notification.requestPermission = async () => {
                window.permissionAsked = true;
                return "denied";
            };"""
        )
        page.goto("/my/foyer/compte#appareils")
        visit.settle()
        button = page.get_by_role("button", name="Me prévenir sur cet appareil")
        button.wait_for()
        self.assertIsNone(page.evaluate("window.permissionAsked || null"))
        button.click()
        page.get_by_role("alert").filter(has_text="réglages").wait_for()
        self.assertTrue(page.evaluate("window.permissionAsked"))
        visit.picture("app-compte")
        self.assertEqual(findings(page), [])
        self.assertEqual(small_targets(page), [])

    def test_without_scripts_nothing_is_lost(self):
        visit = self.parent(java_script_enabled=False)
        page = visit.page
        page.goto("/my/foyer/compte")
        form = page.locator("#ef_push")
        form.get_by_label("Une grève ou une fermeture").check()
        form.get_by_role("button", name="Enregistrer mes choix").click()
        page.wait_for_url("**/compte**")
        self.assertTrue(page.get_by_label("Une grève ou une fermeture").is_checked())
        self.assertFalse(page.locator("#ef_install").is_visible())
