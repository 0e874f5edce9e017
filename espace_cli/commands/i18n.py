"""Export the terms of our addons and bring their French catalogues up to date.

Writes i18n/ADDON.pot and i18n/fr.po of each addon; what is translated stays. With
--check it writes nothing, and fails if a .pot is not up to date or a term has no
French translation."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from ..console import Stop, say, step
from ..layout import Layout
from ..setup.environment import Environment, environment

NAME = "i18n"
HELP = "update the translation files of our addons, or check them"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "addons", nargs="*", metavar="ADDON", help="addons to treat (default: all ours)"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if not in order"
    )


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Export from a fresh database, then merge or compare."""
    addons = options.addons or layout.ours()
    if unknown := set(addons) - set(layout.ours()):
        raise Stop(f"Not ours: {', '.join(sorted(unknown))}")
    with (
        environment(layout, dev=True) as prepared,
        prepared.databases.disposable("espace_i18n") as database,
        tempfile.TemporaryDirectory(dir=layout.home) as folder,
    ):
        with step("Exporting the terms"):
            prepared.run_task(database, "export_terms", addons, folder)
        results = [
            treat(prepared, Path(folder, f"{addon}.pot"), check=options.check)
            for addon in addons
        ]
    if not all(results):
        raise Stop("The translations are not in order.")
    if options.check:
        say("The translations are in order.")
    return 0


def treat(prepared: Environment, exported: Path, *, check: bool) -> bool:
    """Merge or check one addon; True if there is nothing to complain of."""
    layout = prepared.layout
    result = subprocess.run(
        [
            layout.python,
            prepared.inside("translations.py"),
            *(["--check"] if check else []),
            exported,
            layout.addons / exported.stem / "i18n",
        ],
        env=prepared.variables(),
        check=False,
    )
    return result.returncode == 0
