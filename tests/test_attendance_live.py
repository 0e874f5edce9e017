"""What others do arrives by itself: by Odoo's bus, else by asking.

A real server outside test mode, which serves websockets, and two real browsers.
"""

import json
import unittest

from odoo.tests import tagged

from .browser import chromium
from .rush import open_session
from .tablets import PAGE, TabletCase

# Which websockets the page has and what they heard, before its own scripts run.
WATCH = """(() => {
    const Real = window.WebSocket;
    window.lines = [];
    window.heard = [];
    window.WebSocket = class extends Real {
        constructor(...args) {
            super(...args);
            window.lines.push(this);
            this.addEventListener('message', one => window.heard.push(one.data));
        }
    };
})()"""
# A network whose proxy lets no websocket through.
CUT = """window.WebSocket = class {
    constructor() {
        this.readyState = 3;
        setTimeout(() => this.onclose?.({code: 1006, reason: ''}));
    }
    send() {}
    close() {}
}; WebSocket.OPEN = 1; WebSocket.CONNECTING = 0;"""
LISTEN = """([version, channels]) => new Promise(resolve => {
    const socket = new WebSocket(
        `${location.origin.replace('http', 'ws')}/websocket?version=${version}`
    );
    const heard = [];
    socket.onopen = () => socket.send(JSON.stringify(
        {event_name: 'subscribe', data: {channels, last: 0}}
    ));
    socket.onmessage = one => heard.push(one.data);
    window.heardHere = heard;
    socket.onclose = one => heard.push(`closed ${one.code}`);
    setTimeout(() => resolve(socket.readyState), 1500);
})"""


@tagged("post_install", "-at_install", "committed")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestAttendanceLive(TabletCase):
    def build(self, env):
        super().build(env)
        guardian = env["espace.child"].browse(self.walker).family_id.guardian_ids[0]
        clerk = env["res.users"].create(
            {
                "name": "Bureau",
                "login": f"office-{self.mark}-{self._testMethodName}",
                "company_id": self.company_id,
                "company_ids": [(6, 0, [self.company_id])],
                "group_ids": [(6, 0, [env.ref("base.group_user").id])],
            }
        )
        self.sessions["office"] = open_session(env, clerk)
        self.guardian_id = guardian.id

    def watched(self, name, script=WATCH):
        visit = self.visit(name)
        visit.context.add_init_script(script)
        visit.page.goto(PAGE)
        visit.page.wait_for_selector("article.sess")
        self.open_list(visit)
        return visit

    def online(self, visit):
        visit.page.wait_for_function(
            "window.lines.some(one => one.readyState === WebSocket.OPEN)"
        )
        # Its subscription is on its way.
        visit.page.wait_for_timeout(1500)

    def arrives(self, visit, child, within):
        """Return after how many seconds a screen shows the child present."""
        start = visit.page.evaluate("performance.now()")
        visit.page.wait_for_selector(
            f"{self.item(child)}.is-present", timeout=within * 1000
        )
        return (visit.page.evaluate("performance.now()") - start) / 1000

    def test_by_the_bus_within_three_seconds(self):
        amina, lucie = self.watched("amina"), self.watched("lucie")
        for visit in (amina, lucie):
            self.online(visit)
        took = []
        for child in self.children[:4]:
            self.tap(amina, child)
            took.append(self.arrives(lucie, child, 3))
            lucie.page.wait_for_timeout(400)
        print(f"Others' gestures arrive after {max(took):.2f} s at most")
        self.assertIn(
            "Amina", lucie.page.inner_text(f"{self.item(self.children[0])} .kid__l")
        )
        with self.subTest("what is told is the day"):
            for text in lucie.page.evaluate("window.heard"):
                for notice in json.loads(text):
                    if notice["message"]["type"] == "espace_attendance":
                        self.assertEqual(
                            notice["message"]["payload"], {"session": self.session_id}
                        )
        with self.subTest("what the office does is told as well"):
            child = self.children[10]
            with self.transaction() as env:
                booking = env["espace.reservation"].search(
                    [("session_id", "=", self.session_id), ("child_id", "=", child)]
                )
                booking._set_attendance("present")
            self.arrives(lucie, child, 3)
        with self.subTest("the line breaks and comes back"):
            lucie.page.evaluate("window.lines.forEach(one => one.close())")
            self.tap(amina, self.children[5])
            self.arrives(lucie, self.children[5], 6)
        self.assertEqual(amina.errors + lucie.errors, [])

    def test_by_asking_where_there_is_no_websocket(self):
        amina, lucie = self.watched("amina"), self.watched("lucie", CUT)
        self.tap(amina, self.children[0])
        self.arrives(lucie, self.children[0], 14)

    def test_who_is_no_agent_hears_nothing(self):
        """The office without the right subscribes by force to the words of a page."""
        amina = self.watched("amina")
        self.online(amina)
        version = amina.page.evaluate(
            "new URL(window.lines[0].url).searchParams.get('version')"
        )
        wanted = [
            f"espace_attendance:{self.session_id}",
            "espace_attendance",
            f'["espace.session",{self.session_id},"espace_attendance"]',
        ]
        office = self.visit("office")
        office.page.goto("/web/health")
        state = office.page.evaluate(LISTEN, [version, wanted])
        self.assertEqual(state, 1, "the office has a websocket of its own")
        self.tap(amina, self.children[0])
        self.wait_sent(amina)
        office.page.wait_for_timeout(3000)
        heard = office.page.evaluate("window.heardHere")
        self.assertFalse(
            [one for one in heard if "espace_attendance" in one], "nothing is told"
        )
