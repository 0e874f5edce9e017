"""What comes from npm, installed inside ``.espace``: prettier, eslint, axe-core."""

from __future__ import annotations

import os
import shutil

from ..console import Stop, complain, step
from ..layout import Layout
from ..process import run
from ..stamps import Stamp, digest, lock

FILES = ("package.json", "package-lock.json")


def ensure_node(layout: Layout) -> bool:
    """Install what package-lock.json says; False where there is no npm.

    :raise Stop: without npm when CI is set, where nothing may be left out
    """
    if not shutil.which("npm") or not shutil.which("node"):
        text = (
            "npm is missing: no prettier, no eslint, no axe-core.\n"
            "To install: apt-get install npm"
        )
        if os.environ.get("CI"):
            raise Stop(text)
        complain(text)
        return False
    stamp = Stamp(layout.stamps, "node")
    wanted = digest(*(layout.root / name for name in FILES))
    with lock(layout.home / "node.lock", "installing what comes from npm"):
        if stamp.read() != wanted or not layout.node.exists():
            with step("prettier, eslint and axe-core"):
                stamp.clear()
                _install(layout)
                stamp.write(wanted)
    return True


def _install(layout: Layout) -> None:
    shutil.rmtree(layout.node, ignore_errors=True)
    layout.node.mkdir(parents=True)
    for name in FILES:
        shutil.copy(layout.root / name, layout.node / name)
    run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        what="npm ci",
        log=layout.log("npm"),
        cwd=layout.node,
    )
