"""Verify what must always be true of the data, on any database with our addons.

Each promise is printed with "ok", or with what breaks it: up to ten records by name
and number. Nothing is changed. The exit code is 1 when a promise is broken; what is
only worth a look, such as bookings of a family whose custody changed since, is told
and is no failure."""

from __future__ import annotations

import argparse
import json

from ..console import Stop, say, step
from ..layout import DEMO_DB, Layout
from ..setup.environment import Environment, environment

NAME = "check"
HELP = "verify the data of a database (default: the demo's)"

ADDON = "espace_famille"
MARK = "check: "


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--database", "-d", default=DEMO_DB, help="its name (default: %(default)s)"
    )


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Check one database; fail if a promise is broken."""
    with environment(layout) as prepared:
        results = check(prepared, options.database)
    say("\n".join(report(results)))
    broken = [result for result in results if is_broken(result)]
    if broken:
        raise Stop(f"{len(broken)} of {len(results)} promises are broken.")
    say(f"All of {len(results)} promises hold.")
    return 0


def check(prepared: Environment, database: str) -> list[dict]:
    """What Odoo says of each invariant; see ``odoo_tasks.check_data``."""
    prepared.databases.require(database)
    if prepared.databases.not_installed(database, [ADDON]):
        raise Stop(f"{ADDON} is not installed in {database}: nothing to check.")
    with step(f"Checking {database}"):
        return read(prepared.run_task(database, "check_data"))


def read(output: str) -> list[dict]:
    """The results in the output of Odoo, which has other lines too."""
    return [
        json.loads(line.partition(MARK)[2])
        for line in output.splitlines()
        if line.startswith(MARK)
    ]


def report(results: list[dict]) -> list[str]:
    """The lines to print: each promise, and what breaks it."""
    lines = []
    for result in results:
        if not result.get("count"):
            lines.append(f"  ok      {result['promise']}")
            continue
        verdict = "BROKEN" if is_broken(result) else "look  "
        more = result["count"] - len(result["records"])
        lines += [
            f"  {verdict}  {result['promise']}",
            f"          {result['sentence']} {result['model']}, {result['count']}:",
            *(f"            {name}" for name in result["records"]),
            *([f"            and {more} more"] if more else []),
        ]
    return lines


def is_broken(result: dict) -> bool:
    """Whether a result makes the check fail."""
    return bool(result.get("count")) and not result["notice"]
