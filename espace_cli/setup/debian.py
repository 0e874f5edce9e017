"""Odoo 19 from Debian's archive, without root and without touching the system.

Debian's unstable suite has the package ``odoo-19``. Its fonts and three JavaScript
libraries are links into other packages, which are unpacked beside it. Two of them
come from the stable suite: unstable's newer ones no longer hold the linked files.
The archive's address is the one the system itself uses.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from ..console import Step, Stop, step
from ..layout import Layout
from ..process import run
from ..stamps import Stamp, digest, lock, part_of, remove_parts

PACKAGES = {
    "sid": (
        "odoo-19",
        "fonts-montserrat",
        "fonts-roboto-unhinted",
        "fonts-ocr-b",
        "libjs-jquery",
        "libjs-jquery-form",
        "libjs-underscore",
    ),
    "stable": ("fonts-font-awesome", "fonts-inconsolata"),
}

KEYRINGS = [
    Path("/usr/share/keyrings", name)
    for name in ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp")
]

HELP = (
    "Give your own Odoo 19 Community instead: unpack or clone its source and set\n"
    "ODOO_HOME to that folder (the one with odoo-bin), then start again:\n"
    "    ODOO_HOME=~/odoo-19 ./espace demo"
)


def ensure_odoo(layout: Layout) -> Path:
    """Fetch and unpack what is not there yet; return the folder with ``odoo``."""
    stamp = Stamp(layout.stamps, "odoo")
    wanted = digest(repr(PACKAGES))
    home = layout.odoo / "usr/lib/python3/dist-packages"
    with lock(layout.home / "odoo.lock", "fetching Odoo"):
        if stamp.read() != wanted or not (home / "odoo/release.py").exists():
            with step("Odoo 19 (Debian's package, 130 MB)") as current:
                stamp.clear()
                _fetch(layout, current)
                stamp.write(wanted)
        remove_parts(layout.odoo)
    return home


def version(layout: Layout) -> str:
    """Version of the unpacked package."""
    return (layout.odoo / "VERSION").read_text().strip()


def _fetch(layout: Layout, current: Step) -> None:
    """Build the folder beside its place, then move it there."""
    shutil.rmtree(layout.odoo, ignore_errors=True)
    work = part_of(layout.odoo)
    unpacked = work / "unpacked"
    unpacked.mkdir()
    mirrors = debian_mirrors(_index_targets())
    if not mirrors:
        raise Stop(f"This system has no Debian archive to fetch Odoo 19 from.\n{HELP}")
    for suite, packages in PACKAGES.items():
        current.progress(f"looking into Debian {suite}")
        archive = Archive(work / suite, mirrors, suite, layout.log("odoo"))
        archive.update()
        for package in packages:
            current.progress(package)
            deb = archive.download(package)
            _unpack(deb, unpacked, layout.log("odoo"))
            if package == "odoo-19":
                (unpacked / "VERSION").write_text(deb.name.split("_")[1])
    unpacked.rename(layout.odoo)


def _unpack(deb: Path, target: Path, log: Path) -> None:
    run(["dpkg-deb", "-x", deb, target], what=f"Unpacking {deb.name}", log=log)
    deb.unlink()


def _index_targets() -> list[str]:
    """Addresses of the archives that the system is set up with."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return []
    result = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)"],
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout.split("\n")


def debian_mirrors(addresses: Iterable[str]) -> list[str]:
    """Those of ``addresses`` that are Debian's main archive, each once."""
    stripped = (address.strip().rstrip("/") for address in addresses)
    return list(dict.fromkeys(a for a in stripped if re.search(r"/debian$", a)))


class Archive:
    """One suite of Debian's archive, with lists and cache of its own."""

    def __init__(self, folder: Path, mirrors: list[str], suite: str, log: Path):
        self.folder = folder
        self.mirrors = mirrors
        self.suite = suite
        self.log = log
        for part in ("lists/partial", "cache/archives/partial", "debs"):
            (folder / part).mkdir(parents=True, exist_ok=True)

    def update(self) -> None:
        """Read the suite's list from the first mirror that has it."""
        keyring = next((path for path in KEYRINGS if path.exists()), None)
        if keyring is None:
            raise Stop(f"The package debian-archive-keyring is missing.\n{HELP}")
        for last, mirror in enumerate(self.mirrors, 1 - len(self.mirrors)):
            source = f"deb [signed-by={keyring}] {mirror} {self.suite} main\n"
            (self.folder / "sources.list").write_text(source)
            try:
                self._apt("update", "--error-on=any")
                return
            except Stop as failure:
                if last == 0:
                    raise Stop(f"{failure}\n\n{HELP}") from None

    def download(self, package: str) -> Path:
        """Fetch a package; return its file."""
        self._apt("download", package)
        return next((self.folder / "debs").glob(f"{package}_*.deb"))

    def _apt(self, *args: str) -> None:
        options = {
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State::lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "APT::Sandbox::User": "root",
            "APT::Update::Post-Invoke-Success": "",
        }
        run(
            [
                "apt-get",
                "-q",
                *(f"-o{name}={value}" for name, value in options.items()),
                *args,
            ],
            what=f"apt-get {' '.join(args)} for Debian {self.suite}",
            log=self.log,
            cwd=self.folder / "debs",
        )
