"""What a first visit weighs, and when it can be used, on a slow telephone.

A real Chromium with an empty cache, its network held to slow 4G (1.6 Mb/s, 150 ms) and
its processor to a quarter; answers are compressed, as a proxy does it. Promise: a page
of the families transfers at most 200 kB and can be used within 3 s; a tap is answered
within 0.5 s. The yardstick is the security of the account, which keeps Odoo's front
end: its ratio tells more than seconds, which depend on the machine.

A page can be used once it is painted and its scripts have run: those of Odoo's front
end say so by themselves, ours have once the document is there.
"""

import argparse
from urllib.parse import urlsplit

from _odoo import CONF, DATABASE, Report, Town, median, transaction
from playwright.sync_api import sync_playwright

from tests.browser import ARGUMENTS, PHONE, chromium, whole_address_space
from tests.rush import Server, open_session

KILOBYTES, SECONDS, TAP = 200, 3.0, 0.5
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = 4

MONTH = "/my/reservations"
YARDSTICK = "/my/security"
OTHERS = ("/my", "/my/panier", "/my/factures", "/my/foyer")
PUBLIC = ("/",)

USABLE = """() => {
    const painted = performance.getEntriesByName("first-contentful-paint")[0];
    const [page] = performance.getEntriesByType("navigation");
    const odoo = document.querySelector("script[data-src], [src*=assets_frontend]");
    if (!painted || !page.domContentLoadedEventEnd) return false;
    if (odoo && document.body.getAttribute("is-ready") !== "true") return false;
    const ours = Math.max(painted.startTime, page.domContentLoadedEventEnd);
    return odoo ? performance.now() : ours;
}"""
TAPPED = """() => new Promise(answered => {
    const [cell] = document.querySelectorAll("td[data-status=available]:has(button)");
    const {id} = cell;
    const begun = performance.now();
    const look = () => {
        if (document.getElementById(id).dataset.status === "available") {
            requestAnimationFrame(look);
        } else {
            answered(performance.now() - begun);
        }
    };
    cell.querySelector("button").click();
    look();
})"""


def main():
    options = arguments()
    report = Report()
    session_id = build()
    server = Server(DATABASE, CONF, 2, variables={"ESPACE_COMPRESS": "1"})
    with server.running(), whole_address_space(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        telephone = Telephone(browser, server.url, session_id)
        # The first visits of a server build its bundles.
        for path in (MONTH, YARDSTICK, *OTHERS, *PUBLIC):
            telephone.visit(path, slow=False)
        stick = telephone.visits(YARDSTICK, options.times)
        report.figure(f"{YARDSTICK} (yardstick)", said(stick), stick["seconds"])
        month = telephone.visits(MONTH, options.times, tap=True)
        judge(report, MONTH, month, stick)
        for path in (*OTHERS, *PUBLIC):
            judge(report, path, telephone.visits(path, options.times), stick)
        report.budget("A tap on a cell", month["tap"], TAP)
        browser.close()
    print(
        f"first visit: {month['kilobytes']:.0f} kB, usable in {month['seconds']:.1f} s"
    )
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="visits a page")
    return parser.parse_args()


def build():
    """Build a commune and a family that books; return the session of its parent."""
    with transaction(tracking_disable=True) as env:
        town = Town.build(env)
        days = town.coming_days(62)
        for number in range(4):
            town.add_service(f"Service {number}", days, capacity=1000)
        family = town.add_family(1, children=2)
        return open_session(env, town.add_parent(family))


def said(seen):
    return f"{seen['kilobytes']:.0f} kB, usable in {seen['seconds']:.1f} s"


def judge(report, path, seen, stick):
    """Print what a page weighs beside what it may, and beside the yardstick."""
    weight = seen["kilobytes"] / stick["kilobytes"]
    speed = seen["seconds"] / stick["seconds"]
    report.budget(
        f"{path}: usable",
        seen["seconds"],
        SECONDS,
        f"{speed:.2f} yardsticks; {seen['kilobytes']:.0f} of {KILOBYTES} kB, "
        f"{weight:.2f} yardsticks",
    )
    report.at_most(f"{path}: weight", round(seen["kilobytes"]), KILOBYTES, "kB")


class Telephone:
    """A browser that comes for the first time, again and again."""

    def __init__(self, browser, url, session_id):
        self.browser, self.url = browser, url
        self.cookie = {"name": "session_id", "value": session_id, "url": url}

    def visits(self, path, times, tap=False):
        """Return the medians of some visits: kilobytes, seconds, and of a tap."""
        seen = [self.visit(path, tap=tap) for _time in range(times)]
        return {name: median([one[name] for one in seen]) for name in seen[0]}

    def visit(self, path, slow=True, tap=False):
        context = self.browser.new_context(
            viewport=PHONE, is_mobile=True, has_touch=True, locale="fr-FR"
        )
        if path not in PUBLIC:
            context.add_cookies([self.cookie])
        page = context.new_page()
        received = self._listen(context, page, slow)
        page.goto(f"{self.url}{path}", wait_until="commit", timeout=120_000)
        usable = page.wait_for_function(USABLE, timeout=120_000).json_value()
        page.wait_for_load_state("load", timeout=120_000)
        # What a page loads once it can be used is part of its weight too.
        page.wait_for_timeout(1500 if slow else 100)
        seen = {"kilobytes": sum(received) / 1000, "seconds": usable / 1000}
        if urlsplit(page.url).path == "/web/login":
            raise SystemExit(f"{path} asks for a log-in.")
        if tap:
            seen["tap"] = page.evaluate(TAPPED) / 1000
        context.close()
        return seen

    def _listen(self, context, page, slow):
        received = []
        protocol = context.new_cdp_session(page)
        protocol.send("Network.enable")
        protocol.send("Network.setCacheDisabled", {"cacheDisabled": False})
        if slow:
            protocol.send("Network.emulateNetworkConditions", SLOW_4G)
            protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        protocol.on(
            "Network.loadingFinished",
            lambda one: received.append(one["encodedDataLength"]),
        )
        return received


if __name__ == "__main__":
    main()
