"""List what Espace Famille is made of: a software bill of materials (CycloneDX 1.6).

Our addons, the packages of requirements.txt with those of requirements-dev.txt, what
comes from npm and from Debian: name, version, licence, purl, and the hash where the
lock file has one. Only requirements.txt, Odoo and our addons run at a commune; the rest
is marked "excluded". The same tree gives the same file to the byte.

--check writes nothing and fails if a package is not what the list of requirements says,
or has a licence that may not go with the AGPL, version 3 or later."""

from __future__ import annotations

import argparse
import ast
import importlib.metadata
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..console import Stop, say
from ..layout import Layout
from ..setup import debian
from ..setup.odoo_source import find_odoo, version_of
from ..setup.packages import ensure_packages

NAME = "bom"
HELP = "list what it is made of, with licences (CycloneDX)"

#: Licences (SPDX) under which a part may go with a work under AGPL-3.0-or-later.
COMPATIBLE = frozenset(
    """0BSD AGPL-3.0-only AGPL-3.0-or-later Apache-2.0 BlueOak-1.0.0 BSD-2-Clause
    BSD-3-Clause BSL-1.0 CC0-1.0 GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later HPND ISC
    LGPL-2.0-or-later LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later
    LicenseRef-public-domain MIT MIT-0 MIT-CMU MPL-2.0 OFL-1.0 OFL-1.1
    PostgreSQL PSF-2.0 Python-2.0 Unlicense Zlib ZPL-2.1""".split()
)

#: How packages write their licences, when not by SPDX. Longer patterns come first.
WRITTEN = (
    (r"affero.*or later|AGPL.*\+|^APGL3$", "AGPL-3.0-or-later"),
    (r"affero|AGPL", "AGPL-3.0-only"),
    (r"(library or lesser|lesser general).*v2 or later", "LGPL-2.1-or-later"),
    (r"lesser general.*v3 or later", "LGPL-3.0-or-later"),
    (r"lesser|LGPL", "LGPL-3.0-only"),
    (r"(general public|GPL).*(v2|2).*or later|GPLv2\+", "GPL-2.0-or-later"),
    (r"(general public|GPL).*(v3|3).*or later|GPLv3\+", "GPL-3.0-or-later"),
    (r"mozilla public license 2|MPL.2", "MPL-2.0"),
    (r"python software foundation|PSF", "PSF-2.0"),
    (r"apache", "Apache-2.0"),
    (r"\bMIT\b|expat", "MIT"),
    (r"\bBSD\b", "BSD-3-Clause"),
    (r"public domain", "LicenseRef-public-domain"),
)

#: Read in the packages themselves, where their metadata say less or otherwise.
READ = {
    "odoo": "LGPL-3.0-only",
    "psycopg2-binary": "LGPL-3.0-or-later",
    "num2words": "LGPL-2.1-or-later",
    "qrcode": "BSD-3-Clause",
}

#: Of Debian's packages beside Odoo: their copyright files say it.
OF_DEBIAN = {
    "fonts-montserrat": "OFL-1.1",
    "fonts-roboto-unhinted": "Apache-2.0",
    "fonts-ocr-b": "LicenseRef-public-domain",
    "fonts-font-awesome": "OFL-1.1",
    "fonts-inconsolata": "OFL-1.0",
    "libjs-jquery": "MIT",
    "libjs-jquery-form": "MIT",
    "libjs-underscore": "MIT",
}


@dataclass
class Part:
    """One component; `run` tells whether it runs at a commune."""

    name: str
    version: str
    licence: str
    purl: str
    run: bool = True
    kind: str = "library"
    hashes: list[dict] = field(default_factory=list)

    def problem(self) -> str:
        """Why it may not be here; empty if it may."""
        if not self.licence:
            return f"{self.name} {self.version}: no licence is known"
        if not compatible(self.licence):
            return f"{self.name} {self.version}: licence {self.licence}"
        return ""

    def component(self) -> dict:
        """It in the words of CycloneDX."""
        licence = (
            {"license": {"id": self.licence}}
            if re.fullmatch(r"(?!LicenseRef)[\w.+-]+", self.licence)
            else {"expression": self.licence}
        )
        return {
            "type": self.kind,
            "bom-ref": self.purl,
            "name": self.name,
            **({"version": self.version} if self.version else {}),
            "scope": "required" if self.run else "excluded",
            **({"hashes": self.hashes} if self.hashes else {}),
            "licenses": [licence] if self.licence else [],
            "purl": self.purl,
        }


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--to", type=Path, metavar="FILE", help="where to (default: dist/bom.cdx.json)"
    )
    parser.add_argument("--check", action="store_true", help="only look for problems")
    parser.add_argument("requirements", nargs="*", help=argparse.SUPPRESS)


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Gather the parts; write them, or say what is wrong with them."""
    ensure_packages(layout, dev=True)
    missing: list[str] = []
    parts = [
        *addons(layout),
        *odoo(layout),
        *python_packages(layout, missing),
        *npm_packages(layout),
    ]
    problems = [*missing, *filter(None, (part.problem() for part in parts))]
    if problems:
        raise Stop("\n".join(problems))
    running = sum(part.run for part in parts)
    say(f"{len(parts)} parts, {running} of which run at a commune; licences agree.")
    if not options.check:
        target = (options.to or layout.root / "dist" / "bom.cdx.json").resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(document(parts), encoding="utf-8")
        say(f"• {layout.short(target)}")
    return 0


def document(parts: list[Part]) -> str:
    """The parts as CycloneDX 1.6 in JSON."""
    components = [part.component() for part in sorted(parts, key=lambda p: p.purl)]
    text = json.dumps(components, sort_keys=True)
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": "espace-famille",
                "licenses": [{"license": {"id": "AGPL-3.0-or-later"}}],
            }
        },
        "components": components,
    }
    return json.dumps(bom, indent=1, ensure_ascii=False) + "\n"


# Where parts come from --------------------------------------------------------------


def addons(layout: Layout) -> Iterator[Part]:
    """Our own."""
    for name in layout.ours():
        manifest = (layout.addons / name / "__manifest__.py").read_text()
        version = ast.literal_eval(manifest)["version"]
        purl = f"pkg:generic/espace-famille/{name}@{version}"
        yield Part(name, version, "AGPL-3.0-or-later", purl)


def odoo(layout: Layout) -> Iterator[Part]:
    """Odoo, and what is unpacked beside Debian's."""
    found = find_odoo(layout)
    if found.home.is_relative_to(layout.odoo):
        version = found.version
        for names in debian.PACKAGES.values():
            for name in names:
                if name == "odoo-19":
                    purl = f"pkg:deb/debian/{name}@{version}"
                    yield Part(name, version, READ["odoo"], purl, kind="application")
                else:
                    licence = OF_DEBIAN.get(name, "")
                    yield Part(name, "", licence, f"pkg:deb/debian/{name}")
    else:
        number = ".".join(map(str, version_of(found.home) or ()))
        yield Part("odoo", number, READ["odoo"], f"pkg:github/odoo/odoo@{number}")


def python_packages(layout: Layout, missing: list[str]) -> Iterator[Part]:
    """What the two lists of requirements name, as it is installed.

    :param missing: told what is not, or in another version
    """
    folders = [str(path) for path in layout.venv.glob("lib/python3.*/site-packages")]
    there = {
        normalized(found.metadata["Name"]): found
        for found in importlib.metadata.distributions(path=folders)
    }
    for file, runs in (("requirements.txt", True), ("requirements-dev.txt", False)):
        for name, version, when in requirements(layout.root / file):
            found = there.get(normalized(name))
            if found is None:
                # Not for this Python, as its line says.
                if not when:
                    missing.append(f"{name} of {file} is not installed")
                continue
            if found.version != version:
                missing.append(f"{name} is {found.version}, {file} says {version}")
            purl = f"pkg:pypi/{normalized(name)}@{found.version}"
            yield Part(name, found.version, licence_of(found), purl, run=runs)


def requirements(path: Path) -> Iterator[tuple[str, str, str]]:
    """Name, version and condition of each line."""
    for line in path.read_text().splitlines():
        if found := re.match(r"([\w.-]+)==([^\s;]+)\s*(?:;\s*(.*))?$", line):
            yield found[1], found[2], found[3] or ""


def npm_packages(layout: Layout) -> Iterator[Part]:
    """What package-lock.json names: checks, nothing that runs at a commune."""
    lock = json.loads((layout.root / "package-lock.json").read_text())
    for path, entry in lock["packages"].items():
        if path:
            name = path.rpartition("node_modules/")[2]
            purl = f"pkg:npm/{name.replace('@', '%40')}@{entry['version']}"
            licence = entry.get("license", "")
            yield Part(name, entry["version"], licence, purl, run=False)


# Licences -----------------------------------------------------------------------------


def normalized(name: str) -> str:
    """A package's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(found: importlib.metadata.Distribution) -> str:
    """The licence of a package in SPDX; empty if it names none that is known."""
    name = normalized(found.metadata["Name"])
    if name in READ:
        return READ[name]
    if expression := found.metadata.get("License-Expression"):
        return expression
    classifiers = found.metadata.get_all("Classifier") or []
    said = [c.split(" :: ")[-1] for c in classifiers if c.startswith("License ::")]
    free = found.metadata.get("License") or ""
    first = free.strip().split("\n")[0]
    if re.fullmatch(r"[\w.+-]+( (OR|AND) [\w.+-]+)*", first) and compatible(first):
        return first
    known = [spdx for text in said if (spdx := spdx_of(text))]
    return " OR ".join(dict.fromkeys(known)) or spdx_of(first)


def spdx_of(text: str) -> str:
    """The SPDX name of a licence that is written otherwise."""
    for pattern, spdx in WRITTEN:
        if re.search(pattern, text, re.IGNORECASE):
            return spdx
    return ""


def compatible(expression: str) -> bool:
    """Whether a part under this licence may go with the AGPL: one of OR, all of AND."""
    choices = re.split(r" OR ", expression.strip("()"))
    return any(
        all(part.strip("() ") in COMPATIBLE for part in choice.split(" AND "))
        for choice in choices
    )
