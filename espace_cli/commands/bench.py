"""Run the measurements of bench/, each in a fresh database with our addons.

What follows the names goes to the scripts: ./espace bench portal -- --families 1000"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
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
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the figures to this file too"
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
    with environment(layout, dev=True) as prepared, figures(options.json) as lines:
        for script in scripts:
            say(f"\n== {script.stem}")
            fresh = prepared.databases.disposable("espace_bench", keep=options.keep)
            with fresh as name:
                variables = {**prepared.program_variables(name), **lines}
                command = [layout.python, script, *options.rest]
                if foreground(command, env=variables, cwd=layout.root):
                    failed.append(script.stem)
    if failed:
        raise Stop(f"Failed: {', '.join(failed)}")
    return 0


@contextlib.contextmanager
def figures(target: Path | None) -> Iterator[dict[str, str]]:
    """Gather what the scripts measure into one file, whichever of them end.

    :return: the variables by which they know where to write a line a figure
    """
    if not target:
        yield {}
        return
    target = target.absolute()
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "figures"
        lines.touch()
        try:
            yield {"ESPACE_BENCH_JSON": str(lines)}
        finally:
            found = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
            whole = {**machine(), "figures": found}
            text = json.dumps(whole, ensure_ascii=False, indent=2)
            target.write_text(f"{text}\n", encoding="utf-8")
            say(f"{len(found)} figures: {target}")


def machine() -> dict:
    """When, of which commit, and on what something is measured."""
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": asked.stdout.strip() or None,
        "processors": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


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
