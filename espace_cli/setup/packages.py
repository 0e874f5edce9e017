"""The virtual environment and the Python packages in it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from ..console import Step, Stop, step
from ..layout import Layout
from ..process import run
from ..stamps import Stamp, digest, lock, part_of, write_atomically

OLDEST, NEWEST = (3, 11), (3, 13)

#: Variables that would lead Python, pip or Odoo elsewhere.
MISLEADING = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONDONTWRITEBYTECODE",
    "PIP_USER",
    "ODOO_RC",
    "OPENERP_SERVER",
)


def choose_python() -> str:
    """The interpreter for the virtual environment: this one if Odoo 19 runs on it.

    In somebody's virtual environment it is the one below, so that activating one
    changes nothing.
    """
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return getattr(sys, "_base_executable", "") or sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        if found := shutil.which(f"python3.{minor}"):
            return found
    oldest, newest, this = (
        f"{major}.{minor}" for major, minor, *_ in (OLDEST, NEWEST, sys.version_info)
    )
    raise Stop(
        f"Espace Famille runs on Python {oldest} to {newest}; install one of them "
        f"beside this Python {this}."
    )


def ensure_packages(layout: Layout, *, dev: bool = False) -> None:
    """Make the virtual environment hold requirements.txt, and -dev.txt if asked.

    What was asked for once is kept; what was interrupted half-way is begun again.
    """
    venv, packages = Stamp(layout.stamps, "venv"), Stamp(layout.stamps, "packages")
    with lock(layout.home / "packages.lock", "installing Python packages"):
        python = choose_python()
        made_by = digest(sys.version, os.path.realpath(python), str(layout.root))
        there = packages.read() or ""
        dev = dev or there.startswith("dev")
        names = ["requirements.txt", *(["requirements-dev.txt"] if dev else [])]
        files = [layout.root / name for name in names]
        wanted = ("dev " if dev else "run ") + digest(*files)
        made = venv.read() == made_by and layout.python.exists()
        if made and there == wanted:
            return
        with step("Python packages") as current:
            venv.clear()
            packages.clear()
            if not made:
                current.progress("virtual environment")
                _create(layout, python)
            _install(layout, files, current)
            packages.write(wanted)
            venv.write(made_by)


def _create(layout: Layout, python: str) -> None:
    """Build the virtual environment beside its place, then move it there."""
    shutil.rmtree(layout.venv, ignore_errors=True)
    part = part_of(layout.venv)
    run(
        [python, "-m", "venv", part],
        what="Making a virtual environment (Debian: apt-get install python3-venv)",
        log=layout.log("packages"),
    )
    part.rename(layout.venv)


def _install(layout: Layout, files: list[Path], current: Step) -> None:
    def watch(line: str) -> None:
        if line.startswith(("Collecting ", "Installing ", "Building ")):
            current.progress(line)

    run(
        [
            *(layout.python, "-m", "pip", "--disable-pip-version-check", "install"),
            *("--no-deps", "--no-compile", "--no-input"),
            *(arg for file in files for arg in ("-r", file)),
        ],
        what="Installing the Python packages",
        log=layout.log("packages"),
        env=clean_environment(),
        watch=watch,
    )


def clean_environment() -> dict[str, str]:
    """Our environment without the variables that mislead."""
    return {name: value for name, value in os.environ.items() if name not in MISLEADING}


def link_odoo(layout: Layout, home: Path) -> None:
    """Let the virtual environment's Python import Odoo from ``home``."""
    for packages in layout.venv.glob("lib/python3.*/site-packages"):
        link = packages / "espace-odoo.pth"
        if not link.exists() or link.read_text() != f"{home}\n":
            write_atomically(link, f"{home}\n")
