"""A real Chromium for the tests that follow a person from page to page."""

import os
import resource
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakKeyDictionary

from playwright.sync_api import TimeoutError, sync_playwright

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}

# Milliseconds between two looks at a page that is still loading.
PAUSE = 20

# Where the pictures go: the guides' own when they are made anew, else out of the way.
PICTURES = Path(os.environ.get("ESPACE_PICTURES") or ".espace/pictures")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium():
    """Return the path of the system's Chromium, None when there is none."""
    path = os.environ.get("ESPACE_CHROMIUM") or "/usr/bin/chromium"
    return path if os.path.exists(path) else None


# Odoo marks a public page once its scripts have started, which happens after “load”;
# a page without them is ready when it has loaded.
READY = """() => document.readyState === "complete" && (
    document.body.getAttribute("is-ready") === "true" ||
    !document.querySelector("script[data-src], script[src*=assets_frontend]")
)"""

# The visit that a page is part of.
VISITS = WeakKeyDictionary()


def settle(page):
    """Wait until a page has loaded all it needs."""
    VISITS[page].settle()


def open_menu(page, label):
    """Follow an entry of the families' menu, below “Plus” where it is folded away."""
    menu = page.get_by_role("navigation", name="Espace famille")
    entry = menu.get_by_role("link", name=label)
    if not entry.count():
        menu.locator("summary").click()
    # Logging out first forgets what the browser keeps: the page goes a moment later.
    with page.expect_navigation():
        entry.click()


def choose(page, box, words, patience=60):
    """Choose the first record that the field `box` (many2one, many2many tags) finds.

    Until it holds: what was found before the words were typed may be shown still, and
    be replaced at the very instant of the click.
    """
    before = page.locator(".o_tag").count()
    found = page.locator(".o-autocomplete--dropdown-item:not(.o_loading)")
    for _try in range(5):
        box.fill(words)
        # Odoo asks a quarter of a second after the last key.
        page.wait_for_timeout(400)
        found.filter(has_text=words).first.click(timeout=patience * 1000)
        found.first.wait_for(state="detached", timeout=patience * 1000)
        if page.locator(".o_tag").count() > before or box.input_value() != words:
            return
    raise AssertionError(f"“{words}” could not be chosen")


@contextmanager
def whole_address_space():
    """Lift Odoo's limit on virtual memory, of which Chromium reserves much."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def machine_clock():
    """Return an environment without libfaketime, under which Chromium hangs."""
    faked = ("LD_PRELOAD", "FAKETIME")
    return {name: value for name, value in os.environ.items() if name not in faked}


@contextmanager
def open_browser(base_url, arguments=()):
    """Yield a `Visit` factory: one Chromium, a fresh profile for each visitor.

    `arguments`: of Chromium besides the usual ones, as for a camera of its own.
    """
    with whole_address_space(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=[*ARGUMENTS, *arguments],
            env=machine_clock(),
        )
        try:
            yield lambda viewport=DESKTOP, **options: Visit(
                browser, base_url, viewport, options
            )
        finally:
            browser.close()


class Visit:
    """One person in one browser: cookies of its own, errors of the page collected."""

    def __init__(self, browser, base_url, viewport, options):
        self.context = browser.new_context(
            base_url=base_url,
            viewport=viewport,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            has_touch=viewport == PHONE,
            is_mobile=viewport == PHONE,
            **options,
        )
        self.context.set_default_timeout(30_000)
        if os.environ.get("ESPACE_DAY"):
            # The pages' clock goes with the server's: see `espace_cli/day.py`.
            self.context.clock.install(time=datetime.now(UTC))
        self.page = self.context.new_page()
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        VISITS[self.page] = self
        self.has_scripts = options.get("java_script_enabled", True)
        self.requests = set()
        self.page.on("request", self.note)
        for end in ("requestfinished", "requestfailed"):
            self.page.on(end, lambda one: self.requests.discard(one))

    def note(self, request):
        """Note what the page asks for, until it has come.

        Nobody hears of the end of what a shared worker is made of.
        """
        if "/bus/websocket_worker_bundle" not in request.url:
            self.requests.add(request)

    def log_in(self, login, password):
        self.page.goto("/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", password)
        # The page that follows must not arrive over one that is opened meanwhile.
        with self.page.expect_navigation(timeout=60_000):
            self.page.click(".oe_login_form button[type=submit]")

    def picture(self, name, full_page=True, top=None, height=None):
        """Take a picture of the page, to be looked at.

        `top`: selector of what to show at the top of the screen, else the page is
        left where it is. `height`: in pixels, of what is kept of the screen.
        """
        PICTURES.mkdir(parents=True, exist_ok=True)
        if top:
            self.page.evaluate(
                "selector => document.querySelector(selector).scrollIntoView()", top
            )
        size = self.page.viewport_size
        clip = height and {"x": 0, "y": 0, "width": size["width"], "height": height}
        self.page.screenshot(
            path=PICTURES / f"{name}.png",
            full_page=full_page and not clip,
            clip=clip or None,
        )

    def settle(self):
        """Wait until the page has loaded all it needs, on a busy machine too."""
        self.page.wait_for_load_state("load", timeout=120_000)
        if self.has_scripts:
            self.page.wait_for_function(READY, timeout=120_000)
        # A request may last as long as its page; what is shown has come by then. Waits
        # are counted, for the clock of a test may stand still.
        for _wait in range(30_000 // PAUSE):
            if not self.requests:
                break
            self.page.wait_for_timeout(PAUSE)

    def wait_until(self, question, *answers, patience=30):
        """Ask the page until its answer is true; a promise is waited for.

        Playwright's own `wait_for_function` takes a promise for an answer, which is
        always true. `patience`: in seconds, counted, for the clock may stand still.
        """
        for _wait in range(int(patience * 1000) // (5 * PAUSE)):
            if self.page.evaluate(question, *answers):
                return
            self.page.wait_for_timeout(5 * PAUSE)
        raise AssertionError(f"Not within {patience} s: {question}")

    def wait_for_words(self, words):
        """Wait until the page says this; else fail with what it says instead."""
        try:
            self.page.wait_for_selector(f"text={words}", timeout=60_000)
        except TimeoutError as error:
            shown = self.page.inner_text("body")[:2000]
            raise AssertionError(f"“{words}” is not on the page: {shown}") from error

    def overflow(self):
        """Return by how many pixels the page is wider than the screen."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth"
            " - document.documentElement.clientWidth"
        )
