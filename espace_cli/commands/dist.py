"""Make what is given to others: for each addon an archive and a wheel, and what they need.

Writes to the folder dist/ (or --to FOLDER): ADDON-VERSION.zip, as Odoo's app store and
an addons folder want it; odoo_addon_ADDON-VERSION-py3-none-any.whl, as the Odoo
community publishes its addons for pip; requirements.txt; SHA256SUMS. The same files
give the same archives to the byte."""

from __future__ import annotations

import argparse
import ast
import hashlib
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ..console import Stop, say
from ..layout import Layout
from ..setup.environment import python_variables
from ..setup.packages import ensure_packages

NAME = "dist"
HELP = "make an archive and a wheel of each addon"

#: Of files in an archive: what is the same must not differ by the hour.
DATE = (1980, 1, 1, 0, 0, 0)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--to", type=Path, metavar="FOLDER", help="where to (default: dist)"
    )


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Check that each addon can be given away, then make everything anew."""
    folder = (options.to or layout.root / "dist").resolve()
    missing = [line for addon in layout.ours() for line in lacking(layout, addon)]
    if missing:
        raise Stop("\n".join(missing))
    ensure_packages(layout, dev=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for addon in layout.ours():
        archive(layout, addon, folder)
        wheel(layout, addon, folder)
    shutil.copy(layout.root / "requirements.txt", folder)
    sums = [f"{digest(path)}  {path.name}" for path in sorted(folder.iterdir())]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    say("\n".join(f"• {layout.short(path)}" for path in sorted(folder.iterdir())))
    return 0


def version(layout: Layout, addon: str) -> str:
    """The version in an addon's manifest."""
    manifest = layout.addons / addon / "__manifest__.py"
    return ast.literal_eval(manifest.read_text())["version"]


def lacking(layout: Layout, addon: str) -> Iterator[str]:
    """Say what an addon lacks to be given away, a sentence each."""
    here = layout.addons / addon
    for name in ("readme/DESCRIPTION.md", "readme/HISTORY.md", "pyproject.toml"):
        if not (here / name).exists():
            yield f"{addon} has no {name}."
    history = here / "readme/HISTORY.md"
    number = version(layout, addon)
    if history.exists() and f"## {number}" not in history.read_text():
        yield f"{addon}/readme/HISTORY.md does not tell what version {number} changes."


def archive(layout: Layout, addon: str, folder: Path) -> Path:
    """Write an addon, its licence with it, as a folder in an archive."""
    here = layout.addons / addon
    target = folder / f"{addon}-{version(layout, addon)}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(here.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(layout.addons).as_posix()
                put(packed, name, path.read_bytes())
        put(packed, f"{addon}/LICENSE", (layout.root / "LICENSE").read_bytes())
    return target


def put(packed: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a file to an archive, without the hour it was written at."""
    entry = zipfile.ZipInfo(name, DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    packed.writestr(entry, content)


def wheel(layout: Layout, addon: str, folder: Path) -> None:
    """Build an addon as the Odoo community does, by whool, of its version as it is."""
    variables = python_variables(layout) | {
        "WHOOL_POST_VERSION_STRATEGY_OVERRIDE": "none",
        # Of the files in a wheel, see DATE.
        "SOURCE_DATE_EPOCH": "315532800",
    }
    built = subprocess.run(
        [
            *(layout.python, "-m", "pip", "wheel", "--quiet", "--no-deps"),
            *("--no-build-isolation", "--wheel-dir", folder),
            layout.addons / addon,
        ],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        raise Stop(f"{addon} could not be built:\n{built.stdout}{built.stderr}")


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
