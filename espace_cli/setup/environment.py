"""All that a command needs, put together: Python, Odoo, PostgreSQL, settings."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import day
from ..console import Step, Stop, note
from ..layout import Layout
from ..process import free_port, odoo_progress, run
from ..stamps import write_atomically
from .databases import Databases
from .odoo_source import Odoo, find_odoo
from .packages import clean_environment, ensure_packages, link_odoo
from .postgres import Connection, postgres

#: A port where no mail server listens: Odoo sends nothing unless told another.
NO_MAIL_PORT = 1


@contextlib.contextmanager
def environment(layout: Layout, *, dev: bool = False) -> Iterator[Environment]:
    """Prepare everything; PostgreSQL runs until the end of the block."""
    ensure_packages(layout, dev=dev)
    odoo = find_odoo(layout)
    link_odoo(layout, odoo.home)
    with postgres(layout) as connection:
        prepared = Environment(layout, odoo, connection)
        prepared.write_conf(layout.conf)
        yield prepared


def python_variables(layout: Layout) -> dict[str, str]:
    """Environment of a program run by our Python: its caches go to ``.espace``."""
    ours = (layout.venv / "bin", layout.postgres_programs())
    return clean_environment() | {
        "PATH": os.pathsep.join([*map(str, ours), os.environ.get("PATH", os.defpath)]),
        "VIRTUAL_ENV": str(layout.venv),
        "PYTHONPATH": day.python_path(),
        "PYTHONPYCACHEPREFIX": str(layout.pycache),
        "PYTHONUTF8": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(layout.home / "hypothesis"),
        "RUFF_CACHE_DIR": str(layout.home / "ruff"),
        "PYLINTHOME": str(layout.home / "pylint"),
    }


@dataclass(frozen=True)
class Environment:
    """A Python with Odoo, and a PostgreSQL server that answers."""

    layout: Layout
    odoo: Odoo
    connection: Connection

    @property
    def databases(self) -> Databases:
        """What can be done to the server's databases."""
        return Databases(self)

    @staticmethod
    def inside(script: str) -> Path:
        """Path of a script for the Python of the virtual environment."""
        return Path(__file__).resolve().parent.parent / "inside" / script

    def variables(self, **more: str) -> dict[str, str]:
        """Environment of the programs that use Odoo or PostgreSQL."""
        kept = {
            name: value
            for name, value in python_variables(self.layout).items()
            if not name.startswith("PG") or os.environ.get("PGHOST")
        }
        return kept | self.connection.environment() | more

    def write_conf(self, path: Path, **more: object) -> Path:
        """Write an Odoo configuration file."""
        addons = [self.layout.addons, *self.odoo.addons]
        options = {
            "addons_path": ",".join(map(str, addons)),
            "data_dir": self.layout.data,
            "admin_passwd": self._admin_password(),
            "db_host": self.connection.host,
            "db_port": self.connection.port,
            "db_user": self.connection.user,
            "db_password": self.connection.password,
            "list_db": False,
            "http_interface": "127.0.0.1",
            "smtp_server": "127.0.0.1",
            "smtp_port": NO_MAIL_PORT,
        } | more
        lines = [f"{name} = {value}" for name, value in options.items() if value != ""]
        write_atomically(path, "\n".join(["[options]", *lines, ""]), 0o600)
        return path

    def _admin_password(self) -> str:
        path = self.layout.home / "admin_passwd"
        if not path.exists():
            write_atomically(path, secrets.token_urlsafe(24) + "\n", 0o600)
        return path.read_text().strip()

    def program_variables(self, database: str) -> dict[str, str]:
        """Environment of a program that works on ``database``: the names it reads.

        ``ESPACE_CONF`` is an Odoo configuration of its own, with that database and a
        free port; ``ESPACE_CHROMIUM`` and ``ESPACE_WKHTMLTOPDF`` are paths, empty
        where the program is missing.
        """
        conf = self.write_conf(
            self.layout.run / f"{database}.conf",
            db_name=database,
            dbfilter=f"^{database}$",
            http_port=free_port(),
            gevent_port=free_port(),
        )
        return self.variables(
            ESPACE_DB=database,
            ESPACE_CONF=str(conf),
            ESPACE_CHROMIUM=find_chromium(),
            ESPACE_WKHTMLTOPDF=shutil.which("wkhtmltopdf") or "",
            PYTHONPATH=day.python_path(self.layout.root),
        )

    # Odoo's commands ------------------------------------------------------------

    def odoo_command(self, subcommand: str, *args: object) -> list[str]:
        """``odoo SUBCOMMAND -c CONF …`` for these arguments."""
        odoo = [self.layout.python, "-m", "odoo", subcommand, "-c", self.layout.conf]
        return [str(arg) for arg in (*odoo, *args)]

    def _run(self, what: str, *args: object, **options) -> str:
        """Run one of Odoo's commands to its end; options as of ``process.run``."""
        options.setdefault("env", self.variables())
        return run(
            self.odoo_command(*args),
            what=what,
            log=self.layout.log("odoo"),
            cwd=self.layout.home,
            **options,
        )

    def create_database(self, name: str) -> None:
        """A database in French for a company in France, with Odoo's minimum."""
        arguments = ("--country", "fr", "--language", "fr_FR")
        self._run("Creating a database", "db", "init", name, *arguments)

    def install(
        self, name: str, modules: Sequence[str], current: Step, *, update: bool = False
    ) -> None:
        """Install modules; fail if one of them is not there afterwards.

        :param update: bring those that are there to what their files say
        """
        new = self.databases.not_installed(name, modules) if update else list(modules)
        former = [module for module in modules if module not in new]
        options = ["-u", ",".join(former), "--i18n-overwrite"] if former else []
        options += ["-i", ",".join(new)] if new else []

        def watch(line: str) -> None:
            if progress := odoo_progress(line):
                current.progress(progress)

        output = self._run(
            f"Installing {', '.join(modules)}",
            *("server", "-d", name, *options, "--stop-after-init", "--no-http"),
            watch=watch,
        )
        if missing := self.databases.not_installed(name, modules):
            raise Stop(
                f"Installing {', '.join(missing)} did nothing: is the addon there, and "
                f"are its dependencies?\nLog: {self.layout.log('odoo')}"
            )
        if found := complaints(output, set(modules) & set(self.layout.ours())):
            current.remark(f"Odoo complains of our addons {len(found)} times; first:")
            current.remark(found[0])

    def run_task(
        self, name: str, task: str, *arguments: object, current: Step | None = None
    ) -> str:
        """Call ``odoo_tasks.task(env, *arguments)`` in a database."""

        def watch(line: str) -> None:
            if current and line.startswith(("demo: ", "assets: ")):
                current.progress(line)

        call = ", ".join(["env", *map(repr, arguments)])
        script = f"from espace_cli.inside import odoo_tasks as t\nt.{task}({call})\n"
        return self._run(
            f"The task {task}",
            *("shell", "-d", name, "--no-http"),
            watch=watch,
            text=script,
            env=self.variables(PYTHONPATH=day.python_path(self.layout.root)),
        )


def complaints(output: str, addons: Iterable[str]) -> list[str]:
    """The warnings and errors of Odoo's log that name one of ``addons``."""
    return [
        line
        for line in output.splitlines()
        if (" WARNING " in line or " ERROR " in line)
        and any(addon in line for addon in addons)
    ]


# Programs of the system that some tests need ------------------------------------


def find_chromium() -> str:
    """Path of a Chromium or Chrome; empty if there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    found = (shutil.which(name) for name in names)
    return next(filter(None, found), mac if Path(mac).exists() else "")


def find_nginx() -> str | None:
    """Path of nginx, which Debian puts where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def missing_programs(*, for_tests: bool = False) -> list[str]:
    """What is missing of the programs that are used, as Debian's package names."""
    there = {"chromium": find_chromium(), "wkhtmltopdf": shutil.which("wkhtmltopdf")}
    if for_tests:
        there["nginx-light"] = find_nginx()
    return [name for name, path in there.items() if not path]


def how_to_install(packages: list[str]) -> str:
    """The command that installs ``packages``, for the system at hand."""
    if sys.platform == "darwin":
        return f"brew install {' '.join(packages)}"
    return f"apt-get install {' '.join(packages)}"


def tell_missing(consequence: str, *, for_tests: bool = False) -> None:
    """Say what is missing and how to get it, if something is."""
    if missing := missing_programs(for_tests=for_tests):
        note(f"{' and '.join(missing)} missing: {consequence}.")
        note(f"To install: {how_to_install(missing)}")
