"""Run the measurements of bench/, each in a fresh database with our addons.

What follows the names goes to the scripts: ./espace bench portal -- --families 1000"""

from __future__ import annotations

import argparse
from pathlib import Path

from ..console import Stop, say
from ..layout import Layout
from ..process import foreground
from ..setup.environment import environment

NAME = "bench"
HELP = "run the measurements of bench/"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "names", nargs="*", help="measurements to run, without .py (default: all)"
    )
    parser.add_argument("--list", action="store_true", help="only list them")
    parser.add_argument("--keep", action="store_true", help="keep the databases")


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Run the chosen scripts one after the other; fail if one fails."""
    scripts = choose(layout.root / "bench", options.names)
    if options.list or not scripts:
        say("\n".join(path.stem for path in scripts) or "There is no measurement yet.")
        return 0
    failed = []
    with environment(layout, dev=True) as prepared:
        for script in scripts:
            say(f"\n== {script.stem}")
            fresh = prepared.databases.disposable("espace_bench", keep=options.keep)
            with fresh as name:
                variables = prepared.program_variables(name)
                command = [layout.python, script, *options.rest]
                if foreground(command, env=variables, cwd=layout.root):
                    failed.append(script.stem)
    if failed:
        raise Stop(f"Failed: {', '.join(failed)}")
    return 0


def choose(folder: Path, names: list[str]) -> list[Path]:
    """The scripts with these names; all of them if none is given."""
    scripts = {
        path.stem: path
        for path in sorted(folder.glob("*.py"))
        if not path.stem.startswith("_")
    }
    if unknown := [name for name in names if name not in scripts]:
        raise Stop(
            f"No measurement {', '.join(unknown)}; there are: {', '.join(scripts)}"
        )
    return [scripts[name] for name in names] or list(scripts.values())
