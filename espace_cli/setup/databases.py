"""Databases and their filestores: making, copying, dropping; the templates.

Two templates spare the waiting. The *base* has Odoo's own modules that ours build on;
a new one is needed when Odoo or the requirements change. The *addons* template is a
copy of it with our addons; a new one is needed when their files change. Tests run in
a copy of the second, the demo starts from a copy of the first. A comment on a
database says that it is finished, and what it was made from.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..console import Stop, note, step
from ..process import alive
from ..stamps import digest, lock, tree_digest

if TYPE_CHECKING:
    from .environment import Environment

#: Odoo's modules that ours build on, and what the demo and the tests add to them.
BASE_MODULES = (
    "mail",
    "product",
    "contacts",
    "portal",
    "auth_signup",
    "account_payment",
    "payment_demo",
    "l10n_fr_account",
    "partner_firstname",
)

#: Parts of an addon that change nothing in a database.
NOT_INSTALLED = (
    "demo",
    "tests",
    "static",
    "readme",
    "README.rst",
    "README.md",
    "*.pot",
)

#: The databases that are copies or templates, by what their names start with.
TEMPLATES = ("espace_base_", "espace_addons_")
COPIES = ("espace_test_", "espace_bench_", "espace_i18n_")


def addons_digest(folder: Path) -> str:
    """Hash of all in ``addons/`` that installing or updating reads."""
    return tree_digest(folder, NOT_INSTALLED)


class Databases:
    """What is done to databases, from outside Odoo."""

    def __init__(self, environment: Environment):
        self.environment = environment
        self.layout = environment.layout
        self.filestores = self.layout.data / "filestore"
        #: comments of finished templates, of databases in use and of those to keep
        owner = f" {environment.connection.owner}".rstrip()
        self.ready, self.in_use, self.kept = (
            f"{word}{owner}" for word in ("ready", "in use", "kept")
        )

    # SQL ------------------------------------------------------------------------

    def query(self, sql: str, *parameters: object, database: str = "postgres") -> list:
        """Run one statement, outside any transaction; return its rows."""
        result = subprocess.run(
            [self.layout.python, self.environment.inside("sql.py"), database],
            input=json.dumps([sql, parameters]),
            capture_output=True,
            text=True,
            env=self.environment.variables(),
            check=False,
        )
        if result.returncode:
            raise Stop(f"PostgreSQL says: {result.stderr.strip()}")
        return json.loads(result.stdout)

    def names(self, prefix: str = "") -> list[str]:
        """Databases whose name starts with ``prefix``."""
        rows = self.query("SELECT datname FROM pg_database WHERE NOT datistemplate")
        return sorted(name for (name,) in rows if name.startswith(prefix))

    def require(self, name: str) -> None:
        """Stop with advice if there is no database of this name."""
        if name not in self.names():
            raise Stop(f"No database {name}; ./espace demo makes the demo.")

    def comment(self, name: str) -> str | None:
        """What was noted on a database; None if nothing, or no such database."""
        rows = self.query(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname = %s",
            name,
        )
        return rows[0][0] if rows else None

    def set_comment(self, name: str, text: str) -> None:
        """Note something on a database."""
        self.query(f'COMMENT ON DATABASE "{name}" IS %s', text)

    # Whole databases ------------------------------------------------------------

    def drop(self, name: str) -> None:
        """Drop a database with its filestore, even while somebody is connected."""
        self.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(self.filestores / name, ignore_errors=True)
        (self.layout.run / f"{name}.conf").unlink(missing_ok=True)

    def copy(self, source: str, target: str) -> None:
        """Copy a database nobody is connected to, and its filestore (as links:
        Odoo never changes a stored file)."""
        self.drop(target)
        self.query(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
        stored, wanted = self.filestores / source, self.filestores / target
        if stored.exists():
            shutil.copytree(stored, wanted, copy_function=os.link)

    def rename(self, source: str, target: str) -> None:
        """Give a database its final name, in place of what had it."""
        self.drop(target)
        with contextlib.suppress(FileNotFoundError):
            (self.filestores / source).rename(self.filestores / target)
        self.query(f'ALTER DATABASE "{source}" RENAME TO "{target}"')

    def not_installed(self, name: str, modules: list[str]) -> list[str]:
        """Those of ``modules`` that are not installed in a database."""
        rows = self.query(
            "SELECT name FROM ir_module_module WHERE state = 'installed'", database=name
        )
        return sorted(set(modules) - {module for (module,) in rows})

    # Templates ------------------------------------------------------------------

    def building(self):
        """Hold this while making, copying or removing templates."""
        return lock(self.layout.home / "databases.lock", "preparing databases")

    def base_template(self) -> str:
        """The template with Odoo's modules, made if need be. Hold ``building()``."""
        key = digest(
            self.environment.odoo.version,
            self.layout.root / "requirements.txt",
            " ".join(BASE_MODULES),
            "recipe 1",
        )
        name = f"espace_base_{key}"
        if self.comment(name) != self.ready:
            self._drop_templates("espace_base_")
            with step("Odoo database") as current:
                self.drop(name)
                self.environment.create_database(name)
                self.environment.install(name, list(BASE_MODULES), current)
            self.set_comment(name, self.ready)
        return name

    def addons_template(self) -> str:
        """The template with our addons too, made if need be. Hold ``building()``."""
        base = self.base_template()
        key = digest(base, addons_digest(self.layout.addons))
        name = f"espace_addons_{key}"
        if self.comment(name) != self.ready:
            self._drop_templates("espace_addons_")
            with step("Our addons in a template database") as current:
                self.copy(base, name)
                self.environment.install(name, self.layout.ours(), current)
                current.progress("web assets")
                self.environment.run_task(name, "make_assets", current=current)
            self.set_comment(name, self.ready)
        return name

    def _drop_templates(self, prefix: str) -> None:
        """Drop the former templates; on a server of others, only those we finished."""
        everything = not self.environment.connection.owner
        for name in self.names(prefix):
            if everything or self.comment(name) == self.ready:
                self.drop(name)

    @contextlib.contextmanager
    def disposable(
        self, prefix: str, *, keep: bool = False, number: int = 1
    ) -> Iterator[str]:
        """A fresh database with our addons, dropped at the end of the block.

        :param number: tells those of one command apart
        """
        name = f"{prefix}_{number}_{os.getpid()}"
        with self.building():
            self._drop_abandoned(prefix)
            template = self.addons_template()
            with step("Fresh database"):
                self.copy(template, name)
                self.set_comment(name, self.in_use)
        try:
            yield name
        finally:
            if keep:
                self.set_comment(name, self.kept)
                note(f"Kept: database {name} (./espace serve --database {name})")
            else:
                self.drop(name)

    def _drop_abandoned(self, prefix: str) -> None:
        """Drop the databases of commands that were killed."""
        for name in self.names(f"{prefix}_"):
            pid = name.rpartition("_")[2]
            running = pid.isdigit() and alive(int(pid), "espace")
            if not running and self.comment(name) == self.in_use:
                self.drop(name)

    def drop_scratch(self) -> list[str]:
        """Drop all templates and copies, those in use excepted; return the names."""
        dropped = []
        for name in self.names("espace_"):
            ours = self.comment(name) in (self.ready, self.in_use, self.kept)
            pid = name.rpartition("_")[2]
            running = pid.isdigit() and alive(int(pid), "espace")
            if ours and not running and name.startswith(TEMPLATES + COPIES):
                self.drop(name)
                dropped.append(name)
        return dropped
