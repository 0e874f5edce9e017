"""The opening of bookings: a real server with workers, and parents who all come.

Parents do not log in here: their sessions are written to the server's store with a
valid token, as a log-in leaves them. Everything else is what a browser does without
JavaScript: pages, forms with their token, redirections, over HTTP.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import requests
from lxml import html

from odoo import http
from odoo.service import security

from espace_cli import process
from espace_cli.server import server_command

CART = "/my/panier"

# What a page shows only when something went wrong.
TROUBLE = re.compile(
    r"Traceback|serializ|could not|Internal Server Error", re.IGNORECASE
)

# How the server's log tells of transactions that collided, and of what runs.
RETRIED = re.compile(r"tries left, try again")
GIVEN_UP = re.compile(r"maximum number of tries reached")
LIVE = re.compile(r"Evented Service .* running on")
ERROR = re.compile(r" (?:ERROR|CRITICAL) |Traceback")
# An error that is none yet: Odoo logs a query that failed before it runs it again.
COLLIDED = re.compile(r"ERROR: could not serialize access|ERROR: deadlock detected")


# === Server === #


class Server:
    """Odoo's own server in a process of its own, with workers as in production."""

    def __init__(
        self,
        database: str,
        conf: str,
        workers: int,
        crons: int = 0,
        options: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
    ):
        self.database, self.conf, self.workers = database, conf, workers
        self.crons, self.options = crons, options
        self.variables = variables or {}
        self.port, self.live_port = process.free_port(), process.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # Odoo listens to 8 connections a worker; a reverse proxy keeps the others.
        self.line = threading.Semaphore(4 * max(workers, 1))
        self.folder = tempfile.TemporaryDirectory(prefix="espace-rush-")
        self.log = Path(self.folder.name) / "odoo.log"

    @contextmanager
    def running(self) -> Iterator["Server"]:
        """Serve until the end of the block, whatever happens in it."""
        with self.folder:
            try:
                self.start()
                yield self
            finally:
                process.stop(self.process, patience=20)

    def start(self) -> None:
        """Start it, maybe again, and wait until it answers."""
        with self.log.open("a") as output:
            self.process = process.start(
                self._command(),
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._env(),
            )
        self._wait(self.process)

    def kill(self) -> None:
        """End it with its workers as a machine that loses its current."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _command(self) -> list[str]:
        return [
            *server_command(
                sys.executable,
                self.conf,
                self.database,
                port=self.port,
                workers=self.workers,
                live_port=self.live_port,
            ),
            f"--max-cron-threads={self.crons}",
            # Nothing is killed for being slow on a busy machine.
            *("--limit-time-cpu=600", "--limit-time-real=600"),
            *("--log-level=info", "--log-handler=odoo.service.model:INFO"),
            *self.options,
        ]

    def _env(self) -> dict[str, str]:
        # Each worker has few libraries that would start threads of their own.
        return {**os.environ, "OPENBLAS_NUM_THREADS": "1", **self.variables}

    def _wait(self, server: subprocess.Popen) -> None:
        def answers():
            if server.poll() is not None:
                raise RuntimeError(f"The server did not start:\n{self.end()}")
            try:
                return requests.get(f"{self.url}/web/login", timeout=60).ok
            except requests.ConnectionError:
                return False

        if not process.wait_for(answers, 120, pause=0.3):
            raise RuntimeError(f"The server does not answer:\n{self.end()}")

    def end(self) -> str:
        """Return the last lines of the log."""
        return "".join(self.log.read_text(errors="replace").splitlines(True)[-40:])

    def count(self, pattern: re.Pattern) -> int:
        """Count the lines of the log that match."""
        return len(self.lines(pattern))

    def lines(self, pattern: re.Pattern) -> list[str]:
        """Return the lines of the log that match."""
        with self.log.open(errors="replace") as lines:
            return [line.rstrip() for line in lines if pattern.search(line)]


# === Parents === #


def open_session(env, user) -> str:
    """Write the session of a user who has logged in; return its id."""
    store = http.root.session_store
    session = store.new()
    session.update(http.get_default_session(), db=env.cr.dbname)
    session.uid, session.login = user.id, user.login
    session.context = dict(env["res.users"].with_user(user).context_get())
    session.session_token = security.compute_session_token(session, env(user=user.id))
    store.save(session)
    return session.sid


def form_token(env, session_id: str) -> str:
    """Return what the forms of this session's pages carry against forgery."""
    holder = SimpleNamespace(env=env, session=http.root.session_store.get(session_id))
    return http.Request.csrf_token(holder)


@dataclass
class Answer:
    """What came back of a request, redirections followed; `seconds` for all of it."""

    status: int
    seconds: float
    url: str
    text: str

    @property
    def shown(self) -> str:
        """The text of the page's main part, spaces made plain."""
        [main] = html.fromstring(self.text).xpath("//main")[:1] or [""]
        return " ".join(main.text_content().split()) if len(main) else ""

    @property
    def trouble(self) -> str:
        """Why this is no proper page; empty if it is one."""
        if self.status != 200:
            return f"{self.status} {self.url}"
        found = TROUBLE.search(self.shown or "no page")
        return f"{found[0]!r} on {self.url}" if found else ""


class Parent:
    """One parent in one browser."""

    def __init__(self, server: Server, session_id: str, browser=None):
        self.server = server
        self.browser = browser or requests.Session()
        self.browser.cookies.set("session_id", session_id)
        # A worker answers one request a connection.
        self.browser.headers["Connection"] = "close"
        self.token = ""

    def get(self, path: str) -> Answer:
        return self._keep(self._timed(self.browser.get, path))

    def post(self, path: str, **data) -> Answer:
        """Send a form of the page that was opened last."""
        data = {"csrf_token": self.token, **data}
        return self._keep(self._timed(self.browser.post, path, data=data))

    def hang_up(self, path: str, seconds: float, **data) -> None:
        """Send a form and go before it is answered, as who loses the network."""
        data = {"csrf_token": self.token, **data}
        with self.server.line, suppress(requests.RequestException):
            url = f"{self.server.url}{path}"
            self.browser.post(url, data=data, timeout=(60, seconds))

    def call(self, path: str, **params) -> dict:
        """Call a JSON route as the page's scripts do; return the whole answer."""
        with self.server.line:
            response = self.browser.post(
                f"{self.server.url}{path}", json={"params": params}, timeout=300
            )
        return response.json()

    def call_kw(self, model: str, method: str, *args, **kwargs) -> dict:
        """Call a method as the screens of agents do; return the whole answer."""
        return self.call(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=list(args),
            kwargs=kwargs,
        )

    def log_in(self, login: str, password: str) -> Answer:
        """Log in by the form, as somebody of whom the server knows nothing."""
        self.browser.cookies.clear()
        self.get("/web/login")
        return self.post("/web/login", login=login, password=password)

    def _timed(self, send: Callable, path: str, **options) -> Answer:
        start = time.monotonic()
        with self.server.line:
            response = send(f"{self.server.url}{path}", timeout=300, **options)
        return Answer(
            response.status_code,
            time.monotonic() - start,
            response.url,
            response.text,
        )

    def _keep(self, answer: Answer) -> Answer:
        """Take the token of the page's forms."""
        if found := re.search(r'name="csrf_token" value="([^"]+)"', answer.text):
            self.token = found[1]
        return answer

    def put_in_cart(self, items: Sequence[tuple]) -> list[Answer]:
        """Press the buttons of these cells: [(child id, product id, day)]."""
        # The days to come may lie beyond the month that the page opens by itself.
        self.get(f"/my/reservations?view=week&date={items[0][2].isoformat()}")
        return [
            self.post(
                "/my/reservations",
                do=f"add_{child}_{product}_{day.isoformat()}",
                child="all",
                view="week",
                date=day.isoformat(),
            )
            for child, product, day in items
        ]

    def validate(self) -> Answer:
        """Press Valider on the page of the cart."""
        return self.post(f"{CART}/valider")


# === Together === #


@dataclass
class Crowd:
    """Runs what each of many parents does, in threads; `delays` are in seconds."""

    actions: list[Callable[[], Answer]]
    delays: list[float] = field(default_factory=list)
    patience: float = 600

    def run(self) -> list[Answer]:
        """Return the answers in order; raise what any of them raised."""
        delays = self.delays or [0.0] * len(self.actions)
        answers: list = [None] * len(self.actions)
        start = threading.Barrier(len(self.actions))

        def come(number: int) -> None:
            try:
                start.wait(timeout=300)
                time.sleep(delays[number])
                answers[number] = self.actions[number]()
            except Exception as error:  # noqa: BLE001 - raised by the main thread
                answers[number] = error

        threads = [
            threading.Thread(target=come, args=(number,), daemon=True)
            for number in range(len(self.actions))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=self.patience)
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers
