"""Open Odoo's Python shell on a database; the variable env is ready.

A script may come in: ./espace shell < script.py"""

from __future__ import annotations

import argparse

from ..layout import DEMO_DB, Layout
from ..process import foreground
from ..setup.environment import environment

NAME = "shell"
HELP = "Odoo's Python shell on a database (default: the demo's)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--database", "-d", default=DEMO_DB, help="its name (default: %(default)s)"
    )


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Run the shell in the foreground."""
    with environment(layout) as prepared:
        prepared.databases.require(options.database)
        return foreground(
            prepared.odoo_command(
                "shell",
                *("-d", options.database, "--no-http", "--log-level=warn"),
                "--log-handler=py.warnings:ERROR",
                *options.rest,
            ),
            env=prepared.variables(),
        )
