"""Remove what ./espace made.

Without option: the test databases and templates, logs, mails and caches. The demo
database stays."""

from __future__ import annotations

import argparse
import shutil

from ..console import Stop, say
from ..layout import DEMO_DB, Layout
from ..setup.environment import environment
from ..setup.postgres import Cluster

NAME = "clean"
HELP = "remove what ./espace made"

#: Folders of ``.espace`` that are made again when needed.
SCRATCH = ("logs", "mail", "run", "pycache", "hypothesis", "ruff", "pylint", "pytest")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--demo", action="store_true", help="also remove the demo database"
    )
    group.add_argument(
        "--all",
        action="store_true",
        help="remove .espace whole: databases, PostgreSQL, Odoo, Python packages",
    )


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Remove what the options say."""
    if not layout.home.exists():
        say("Nothing to remove.")
        return 0
    if options.all:
        remove_all(layout)
    else:
        remove_databases(layout, demo=options.demo)
        for name in SCRATCH:
            shutil.rmtree(layout.home / name, ignore_errors=True)
    say("Removed.")
    return 0


def remove_all(layout: Layout) -> None:
    """Stop our server and remove the folder."""
    if not Cluster(layout).stop_if_unused():
        raise Stop("Another ./espace is running; stop it first.")
    shutil.rmtree(layout.home)


def remove_databases(layout: Layout, *, demo: bool) -> None:
    """Drop our databases, the kept ones too."""
    with environment(layout) as prepared, prepared.databases.building():
        databases = prepared.databases
        dropped = databases.drop_scratch()
        if demo:
            databases.drop(DEMO_DB)
            dropped.append(DEMO_DB)
        say("\n".join(f"• database {name}" for name in dropped))
