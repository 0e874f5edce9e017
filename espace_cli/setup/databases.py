"""Databases and their filestores: making, copying, dropping; the templates.

Templates spare the waiting. The *base* has Odoo's own modules that ours build on; a
new one is needed when Odoo or the requirements change. The *addons* template is a
copy of it with our addons; a new one is needed when their files change. The *tests*
template is a copy of that with the commune that most of the tests work in. Tests run
in a copy of the third, measurements in one of the second, the demo starts from a copy
of the first. A comment on a database says that it is finished, and what it was made
from.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..console import Step, Stop, note, step
from ..inside import odoo_tasks
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
TEMPLATES = ("espace_base_", "espace_addons_", "espace_tests_")
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

    def query(
        self, sql: str, database: str = "postgres", **values: str
    ) -> list[list[str]]:
        """Run one statement, outside any transaction; return its rows as texts.

        :param values: what ``:'name'`` in the statement stands for
        """
        settings = [f"--set={name}={value}" for name, value in values.items()]
        psql = ["psql", "-Xqt", "--csv", "--set=ON_ERROR_STOP=1", "-d", database]
        result = subprocess.run(
            [*psql, *settings],
            input=sql,
            capture_output=True,
            text=True,
            env=self.environment.variables(),
            check=False,
        )
        if result.returncode:
            raise Stop(f"PostgreSQL says: {result.stderr.strip()}")
        return list(csv.reader(io.StringIO(result.stdout)))

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
            " WHERE datname = :'name'",
            name=name,
        )
        return next((text for row in rows for text in row), None)

    def set_comment(self, name: str, text: str) -> None:
        """Note something on a database."""
        self.query(f"COMMENT ON DATABASE \"{name}\" IS :'text'", text=text)

    # Whole databases ------------------------------------------------------------

    def drop(self, name: str) -> None:
        """Drop a database with its filestore, even while somebody is connected; and
        the copies that the processes of killed tests have left of it."""
        for each in (*self.names(f"{name}-gw"), name):
            self.query(f'DROP DATABASE IF EXISTS "{each}" WITH (FORCE)')
            shutil.rmtree(self.filestores / each, ignore_errors=True)
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

    def not_installed(self, name: str, modules: Sequence[str]) -> list[str]:
        """Those of ``modules`` that are not installed in a database."""
        rows = self.query(
            "SELECT name FROM ir_module_module WHERE state = 'installed'", name
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
        with self._template("base", key, "Odoo database") as (name, current):
            if current:
                self.environment.create_database(name)
                self.environment.install(name, list(BASE_MODULES), current)
        return name

    def addons_template(self) -> str:
        """The template with our addons too, made if need be. Hold ``building()``."""
        base = self.base_template()
        key = digest(base, addons_digest(self.layout.addons))
        title = "Our addons in a template database"
        with self._template("addons", key, title) as (name, current):
            if current:
                self.copy(base, name)
                self.environment.install(name, self.layout.ours(), current)
                current.progress("web assets")
                self.environment.run_task(name, "make_assets", current=current)
        return name

    def tests_template(self) -> str:
        """The template with the tests' commune, made if need be."""
        addons = self.addons_template()
        key = digest(
            addons,
            *sorted(self.layout.addons.glob("*/tests/common*.py")),
            Path(odoo_tasks.__file__),
        )
        title = "The commune of the tests in a template database"
        with self._template("tests", key, title) as (name, current):
            if current:
                self.copy(addons, name)
                self.environment.run_task(name, "make_commune")
        return name

    def templates(self) -> dict[str, str]:
        """The finished templates without our addons and with them, by variable."""
        return {
            variable: name
            for variable, kind in (("ESPACE_BASE", "base"), ("ESPACE_ADDONS", "addons"))
            for name in self.names(f"espace_{kind}_")
            if self.comment(name) == self.ready
        }

    @contextlib.contextmanager
    def _template(
        self, kind: str, key: str, title: str
    ) -> Iterator[tuple[str, Step | None]]:
        """The template of this name; it has to be made in the block if there is a step.

        Former ones are dropped; on a server of others, only those we finished.
        """
        name = f"espace_{kind}_{key}"
        if self.comment(name) == self.ready:
            yield name, None
            return
        everything = not self.environment.connection.owner
        for former in self.names(f"espace_{kind}_"):
            if everything or self.comment(former) == self.ready:
                self.drop(former)
        with step(title) as current:
            self.drop(name)
            yield name, current
        self.set_comment(name, self.ready)

    @contextlib.contextmanager
    def disposable(self, prefix: str, *, keep: bool = False) -> Iterator[str]:
        """A fresh database with our addons, dropped at the end of the block.

        Those of tests have the tests' commune, too.
        """
        name = f"{prefix}_{os.getpid()}"
        with self.building():
            self._drop_abandoned(prefix)
            of_tests = prefix == "espace_test"
            template = self.tests_template() if of_tests else self.addons_template()
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
