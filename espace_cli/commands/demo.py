"""Make the demo commune and serve it: from nothing to a running site.

The first time takes a few minutes. Later the database is kept, with what you did in
it; when the addons' files have changed, it is updated. Mails are not sent: each is
written to a file in .espace/mail."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from ..console import Stop, note, say, step, table
from ..layout import DEMO_DB, Layout
from ..setup.databases import addons_digest
from ..setup.environment import Environment, environment
from ..stamps import digest, tree_digest
from .serve import serve, server_arguments

NAME = "demo"
HELP = "make the demo commune and serve it"

STALE_DAYS = 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--fresh", action="store_true", help="rebuild the database from nothing"
    )
    parser.add_argument(
        "--no-serve", action="store_true", help="make the database, do not serve it"
    )
    server_arguments(parser)


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Build or update the demo, then serve it until Ctrl-C."""
    if "espace_famille_portal" not in layout.ours():
        raise Stop("addons/espace_famille_portal is missing: nothing to show.")
    with environment(layout) as prepared:
        Demo(prepared).ensure(fresh=options.fresh)
        if options.no_serve:
            say(f"Database {DEMO_DB} is ready: ./espace serve")
            say_logins(layout)
        else:
            serve(prepared, DEMO_DB, options, lambda address: say_logins(layout))
    return 0


class Demo:
    """The demo database. What it was made from is noted in its comment."""

    def __init__(self, prepared: Environment):
        self.prepared = prepared
        self.layout = prepared.layout
        self.databases = prepared.databases

    def ensure(self, *, fresh: bool) -> None:
        """Build it if it is not there, update it if the addons changed."""
        with self.databases.building():
            state = None if fresh else self._state()
            wanted = self._wanted()
            if state is None:
                self._build(wanted)
            elif state["addons"] != wanted["addons"]:
                self._update(wanted | {"built": state["built"], "demo": state["demo"]})
            if state:
                self._advise(state, wanted)

    def _state(self) -> dict | None:
        """What the database was made from; None if there is no finished one."""
        comment = self.databases.comment(DEMO_DB) or ""
        return json.loads(comment) if comment.startswith("{") else None

    def _wanted(self) -> dict:
        return {
            "addons": addons_digest(self.layout.addons),
            "demo": demo_digest(self.layout),
            "built": int(time.time()),
        }

    def _build(self, state: dict) -> None:
        base = self.databases.base_template()
        building = f"{DEMO_DB}_building"
        with step("Our addons") as current:
            self.databases.copy(base, building)
            self.prepared.install(building, self.layout.ours(), current)
        with step("The demo commune") as current:
            run_task = self.prepared.run_task
            run_task(building, "load_demo", self.layout.ours(), current=current)
        with step("Scripts and styles of the pages") as current:
            run_task(building, "make_assets", current=current)
        self.databases.set_comment(building, json.dumps(state))
        self.databases.rename(building, DEMO_DB)

    def _update(self, state: dict) -> None:
        with step("The addons changed: updating the demo database") as current:
            self.prepared.install(DEMO_DB, self.layout.ours(), current, update=True)
        self.databases.set_comment(DEMO_DB, json.dumps(state))

    def _advise(self, state: dict, wanted: dict) -> None:
        """Say why the database could be worth rebuilding."""
        days = int((time.time() - state["built"]) / 86400)
        if state["demo"] != wanted["demo"]:
            note("The demo data changed since; --fresh rebuilds with it.")
        elif days > STALE_DAYS:
            note(f"The demo was built {days} days ago; --fresh rebuilds it for today.")


def demo_digest(layout: Layout) -> str:
    """Hash of the demo data of our addons."""
    folders = [layout.addons / name / "demo" for name in layout.ours()]
    return digest(*(tree_digest(folder) for folder in folders))


def say_logins(layout: Layout) -> None:
    """Print the demo's accounts: ``role | login | password``, one a line."""
    path = layout.addons / "espace_famille" / "demo" / "logins.txt"
    if rows := read_logins(path):
        say()
        print_table = table([("Who", "Login", "Password"), *rows])
        say("\n".join(f"  {line}" for line in print_table.splitlines()))


def read_logins(path: Path) -> list[list[str]]:
    """The rows of a logins file; none if it is absent. ``#`` starts a comment."""
    if not path.exists():
        return []
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [
        [cell.strip() for cell in line.split("|")]
        for line in lines
        if line and not line.startswith("#")
    ]
