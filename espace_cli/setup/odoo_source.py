"""Finding Odoo 19: $ODOO_HOME, or what Python imports, or Debian's package."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ..console import Stop, complain
from ..layout import Layout
from ..stamps import digest
from . import debian


@dataclass(frozen=True)
class Odoo:
    """An Odoo on the disk."""

    #: the folder that holds the Python package ``odoo``
    home: Path
    #: says which one it is; another version gives another text
    version: str

    @property
    def addons(self) -> list[Path]:
        """Folders of addons that Odoo does not find by itself."""
        beside = self.home / "addons"
        return [beside] if (beside / "web" / "__manifest__.py").exists() else []


def find_odoo(layout: Layout) -> Odoo:
    """The Odoo to run; fetches Debian's package when there is no other."""
    if home := os.environ.get("ODOO_HOME"):
        return from_folder(Path(home).expanduser())
    if found := importable():
        return found
    home = debian.ensure_odoo(layout)
    return Odoo(home, debian.version(layout))


def from_folder(path: Path) -> Odoo:
    """The Odoo that $ODOO_HOME names: a checkout, its ``odoo-bin`` or ``odoo``."""
    path = path.resolve()
    for home in (path, path.parent):
        if number := version_of(home):
            if number != (19, 0):
                raise Stop(f"ODOO_HOME holds Odoo {number[0]}.{number[1]}, not 19.0.")
            return Odoo(home, source_version(home))
    raise Stop(
        f"ODOO_HOME={path} holds no Odoo: name the folder that has odoo-bin and odoo/."
    )


def importable() -> Odoo | None:
    """The Odoo 19 that this Python imports, if there is one."""
    spec = importlib.util.find_spec("odoo")
    for location in (spec and spec.submodule_search_locations) or ():
        home = Path(location).resolve().parent
        number = version_of(home)
        if number == (19, 0):
            return Odoo(home, source_version(home))
        if number:
            complain(f"Python's own Odoo is {number[0]}.{number[1]}: not used.")
    return None


def version_of(home: Path) -> tuple[int, int] | None:
    """``(19, 0)`` for the Odoo in ``home``; None if there is none."""
    try:
        text = (home / "odoo" / "release.py").read_text()
    except OSError:
        return None
    found = re.search(r"^version_info = \(\D*(\d+)'?, (\d+)", text, re.MULTILINE)
    return (int(found[1]), int(found[2])) if found else None


def source_version(home: Path) -> str:
    """A text that changes when the checkout does."""
    release = home / "odoo" / "release.py"
    commit = ""
    if (home / ".git").exists():
        command = ["git", "-C", str(home), "rev-parse", "HEAD"]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        commit = found.stdout.strip()
    return f"{home} {digest(release)} {commit}"
