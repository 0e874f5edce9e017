"""Tablets of agents: a day to be marked, on a server that may die, in real browsers.

What is created for it stays in the test database.
"""

import os
import signal
import subprocess
from contextlib import contextmanager

from odoo.tests import get_db_name
from odoo.tools import config

from espace_cli import process

from .browser import open_browser
from .rush import Server, open_session
from .served import CommittingCase
from .town import Town

TABLET = {"width": 1024, "height": 768}
PHONE = {"width": 390, "height": 844}
PAGE = "/espace-famille/pointage"
CHILDREN = 80
# Invented; as many names as children, so that the rail of letters is a real one.
LAST = """Abel Albert Amiel Arnal Astruc Azéma Barthe Bellet Benali Bonnet Bories Cabrol
Calvet Carrière Castan Cauquil Combes Costes Dalmas Delbosc Diallo Durand Escande Fabre
Farenc Ferrand Galinier Gazel Gineste Guiraud Haddad Houlès Izard Jalabert Jourdain Kaya
Kerbrat Lacombe Landès Lemoine Loubet Maraval Martinez Mas Mazières Molinier Nguyen
Nougaret Olivet Ortega Oulès Pagès Pech Pelissier Pradelles Puech Quintard Rascol Rey
Ricard Rouquette Sabatier Salvan Sarda Séguier Sirven Sow Tailhades Teyssier Tournier
Traoré Valette Vasseur Vernhes Vidal Vidalenc Waltz Ximenes Yvert Zimmer""".split()
FIRST = """Nina Louis Jade Gabriel Ambre Raphaël Louise Léo Alba Arthur Rose Noah Lina
Jules Mila Adam Manon Hugo Inès Sacha""".split()


class Killable(Server):
    """A server that can be killed, and started again at the same address."""

    @contextmanager
    def running(self):
        with self.folder, self.log.open("a") as self.output:
            self.start()
            try:
                yield self
            finally:
                process.stop(self.process, patience=20)

    def start(self):
        self.process = process.start(
            self._command(),
            stdout=self.output,
            stderr=subprocess.STDOUT,
            env=self._env(),
        )
        self._wait(self.process)

    def kill(self):
        """Kill it as a power cut does: nothing is ended in order."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


class TabletCase(CommittingCase):
    """A canteen of 80 children today, a server that can be killed, and two agents."""

    lang = "en_US"
    # Of Chromium.
    arguments = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        conf = os.environ.get("ESPACE_CONF") or config["config"]
        cls.server = cls.enterClassContext(Killable(get_db_name(), conf, 0).running())
        cls.visitor = staticmethod(
            cls.enterClassContext(open_browser(cls.server.url, cls.arguments))
        )

    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            self.build(env)

    def build(self, env):
        town = Town.build(env, f"Pointage {self.mark} {self._testMethodName}")
        self.town, self.company_id = town, town.company.id
        # On the clock of the commune, which may be a day ahead of the server's.
        self.today = town.company._espace_today()
        option = town.add_service("Cantine du Moulin", [self.today])
        activity = option.espace_activity_id
        activity.category = "canteen"
        self.activity_id = activity.id
        self.session_id = activity.session_ids.id
        names = []
        for number in range(CHILDREN):
            family = town._create_family(LAST[number], ["Claire"])
            first = FIRST[number * 7 % len(FIRST)]
            child = town._create_child(family, first, town.class_cp)
            names.append((family, child))
        self.walker = town._create_child(names[0][0], "Margaux", town.class_cp).id
        for family, child in names:
            town.Reservation._book(family, [(child, option, self.today)], staff=True)
        self.children = [child.id for _family, child in names]
        self.sessions = {}
        for name in ("amina", "lucie"):
            user = env["res.users"].create(
                {
                    "name": name.title(),
                    "login": f"{name}-{self.mark}-{self._testMethodName}",
                    "lang": self.lang,
                    "company_id": town.company.id,
                    "company_ids": [(6, 0, town.company.ids)],
                    "group_ids": [(4, env.ref("espace_famille.group_animation").id)],
                }
            )
            self.sessions[name] = open_session(env, user)

    # === Shortcuts === #

    def tablet(self, name, viewport=TABLET, **options):
        """Open the list on a tablet of its own, kept for the time without network."""
        visit = self.visit(name, viewport, **options)
        visit.page.goto(PAGE)
        visit.page.wait_for_selector("article.sess")
        self.kept(visit)
        self.open_list(visit)
        return visit

    def visit(self, name, viewport=TABLET, **options):
        """Return a browser of its own in which an agent is logged in."""
        visit = self.visitor(viewport, **options)
        self.addCleanup(visit.context.close)
        self.log_in(visit, name)
        return visit

    def log_in(self, visit, name):
        cookie = {"name": "session_id", "value": self.sessions[name]}
        visit.context.add_cookies([{**cookie, "url": self.server.url}])

    def kept(self, visit):
        """Wait until the device could open the page without network."""
        visit.wait_until(
            """async path => {
                const names = await caches.keys();
                for (const name of names) {
                    const cache = await caches.open(name);
                    const kept = await cache.keys();
                    if (kept.some(one => one.url.endsWith(path)) &&
                        kept.some(one => one.url.endsWith('.js')) &&
                        kept.some(one => one.url.endsWith('.css'))) {
                        return navigator.serviceWorker.controller !== null;
                    }
                }
                return false;
            }""",
            PAGE,
        )

    def open_list(self, visit):
        visit.page.click(f"[data-session='{self.session_id}'] > .btn")
        visit.page.wait_for_selector(".kid")

    def item(self, child):
        return f"[data-key='{self.session_id}:{child}']"

    def tap(self, visit, child):
        visit.page.click(f"{self.item(child)} .kid__tap")
        visit.page.wait_for_selector(f"{self.item(child)}.is-present")

    def absent(self, visit, child):
        visit.page.focus(f"{self.item(child)} .kid__tap")
        visit.page.keyboard.press("a")
        visit.page.wait_for_selector(f"{self.item(child)}.is-absent")

    def counts(self, visit):
        return [int(text) for text in visit.page.locator(".count b").all_inner_texts()]

    def wait_sent(self, *visits):
        for visit in visits:
            visit.page.wait_for_selector(
                ".whole[data-queued='0'] .net:not(.net--off)", timeout=60_000
            )

    def recorded(self):
        """Return {child: attendance} of the day, and check that each is there once."""
        with self.transaction() as env:
            bookings = env["espace.reservation"].search(
                [("session_id", "=", self.session_id), ("state", "=", "confirmed")]
            )
            self.assertEqual(len(bookings), len(bookings.child_id))
            return {booking.child_id.id: booking.attendance for booking in bookings}

    def gestures(self):
        with self.transaction() as env:
            return env["espace.attendance.event"].search_count(
                [("session_id", "=", self.session_id)]
            )
