"""The virtual environment and the Python packages in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..console import Step, Stop, step
from ..layout import Layout
from ..process import run
from ..stamps import Stamp, digest, lock, part_of, write_atomically

OLDEST, NEWEST = (3, 11), (3, 13)

#: Distributions that pip believes missing although they are there in another form.
PROVIDED = {
    "psycopg2": "psycopg2-binary holds the same module",
    "odoo": "it comes from elsewhere, see setup/odoo_source.py",
}

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
    """Make the virtual environment hold requirements.txt, and -dev.txt if asked."""
    with lock(layout.home / "packages.lock", "installing Python packages"):
        packages = Packages(layout)
        if not packages.ready(dev):
            packages.install(dev)


class Packages:
    """The virtual environment, with what it was made of."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.base = layout.root / "requirements.txt"
        self.extra = layout.root / "requirements-dev.txt"
        self.venv_stamp = Stamp(layout.stamps, "venv")
        self.stamp = Stamp(layout.stamps, "packages")

    def _digest(self, dev: bool) -> str:
        files = [self.base, self.extra] if dev else [self.base]
        return ("dev " if dev else "run ") + digest(*files)

    def _venv_digest(self) -> str:
        python = os.path.realpath(choose_python())
        return digest(sys.version, python, str(self.layout.root))

    def ready(self, dev: bool) -> bool:
        """Whether nothing is left to do."""
        if self.venv_stamp.read() != self._venv_digest():
            return False
        wanted = {self._digest(True)} | (set() if dev else {self._digest(False)})
        return self.stamp.read() in wanted and self.layout.python.exists()

    def install(self, dev: bool) -> None:
        """Create or complete; one interrupted half-way is begun again."""
        with step("Python packages") as current:
            former = self.stamp.read() or ""
            if self.venv_stamp.read() != self._venv_digest():
                self._create(current)
            dev = dev or former.startswith("dev")
            self.stamp.clear()
            self.venv_stamp.clear()
            self._pip_install(dev, current)
            self._check()
            self.stamp.write(self._digest(dev))
            self.venv_stamp.write(self._venv_digest())

    def _create(self, current: Step) -> None:
        current.progress("virtual environment")
        shutil.rmtree(self.layout.venv, ignore_errors=True)
        part = part_of(self.layout.venv)
        run(
            [choose_python(), "-m", "venv", part],
            what="Making a virtual environment (Debian: apt-get install python3-venv)",
            log=self.layout.log("packages"),
        )
        part.rename(self.layout.venv)

    def _pip_install(self, dev: bool, current: Step) -> None:
        def watch(line: str) -> None:
            if line.startswith(("Collecting ", "Installing ", "Building ")):
                current.progress(line)

        files = [self.base, self.extra] if dev else [self.base]
        run(
            [
                *self._pip("install", "--no-deps", "--no-compile", "--no-input"),
                *(arg for file in files for arg in ("-r", file)),
            ],
            what="Installing the Python packages",
            log=self.layout.log("packages"),
            env=clean_environment(),
            watch=watch,
        )

    def _check(self) -> None:
        """Complain of a package whose needs are not in the lists."""
        result = subprocess.run(
            self._pip("check"),
            capture_output=True,
            text=True,
            env=clean_environment(),
            check=False,
        )
        missing = missing_packages(result.stdout)
        if missing:
            raise Stop(
                "requirements.txt and requirements-dev.txt do not go together:\n  "
                + "\n  ".join(missing)
            )

    def _pip(self, *args: str) -> list[str]:
        return [
            str(self.layout.python),
            "-m",
            "pip",
            "--disable-pip-version-check",
            *args,
        ]


def missing_packages(report: str) -> list[str]:
    """Lines of ``pip check`` that are real complaints."""

    def real(line: str) -> bool:
        _, found, rest = line.partition(" requires ")
        return bool(found) and rest.split(",")[0].split()[0] not in PROVIDED

    return [line for line in report.splitlines() if real(line)]


def clean_environment() -> dict[str, str]:
    """Our environment without the variables that mislead."""
    return {name: value for name, value in os.environ.items() if name not in MISLEADING}


def link_odoo(layout: Layout, home: Path) -> None:
    """Let the virtual environment's Python import Odoo from ``home``."""
    for packages in layout.venv.glob("lib/python3.*/site-packages"):
        link = packages / "espace-odoo.pth"
        if not link.exists() or link.read_text() != f"{home}\n":
            write_atomically(link, f"{home}\n")
