"""Databases of their own for tests that install, update or remove addons."""

import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from psycopg2.errors import InsufficientPrivilege

from odoo import sql_db
from odoo.tools import config
from odoo.tools.misc import exec_pg_environ, find_pg_tool

from espace_cli.server import ODOO

from .rush import Server

#: What must not stand in the log of an installation.
TROUBLE = re.compile(r" (?:WARNING|ERROR|CRITICAL) .*|Traceback.*")

#: Warnings that Odoo's own addons give, whoever installs them.
NOT_OURS = re.compile(r"unreachable|py.warnings|PyPDF2|wkhtmltopdf|tests_assets")

MINUTES = 600


def problems(env) -> list[str]:
    """Return what the check of the data finds, for `Database.call`."""
    companies = env["res.company"].search([])
    env.invalidate_all()
    return [str(finding) for finding in env["espace.check"]._problems(companies)]


class Database:
    """A database beside that of the tests, gone with the block.

    :param template: name of the database it is copied from, if it is a copy
    """

    def __init__(self, template: str = ""):
        self.template = template
        # Named as a test's, so that the next run drops it if this one is killed.
        self.name = f"espace_test_{uuid.uuid4().hex[:8]}_{os.getpid()}"
        self.conf = os.environ.get("ESPACE_CONF") or config["config"]

    @contextmanager
    def copied(self) -> Iterator["Database"]:
        """Have the database, with its files, during the block."""
        stored = Path(config["data_dir"], "filestore")
        try:
            _on_the_server(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')
            if (stored / self.template).exists():
                shutil.copytree(
                    stored / self.template, stored / self.name, copy_function=os.link
                )
            yield self
        finally:
            _drop(self.name)
            shutil.rmtree(stored / self.name, ignore_errors=True)

    @contextmanager
    def empty(self) -> Iterator["Database"]:
        """Have a database without a table during the block."""
        try:
            _on_the_server(f'CREATE DATABASE "{self.name}" TEMPLATE template0')
            yield self
        finally:
            _drop(self.name)
            stored = Path(config["data_dir"], "filestore", self.name)
            shutil.rmtree(stored, ignore_errors=True)

    @contextmanager
    def restored(self, dump: Path) -> Iterator["Database"]:
        """Have a stored database, whose files are in its rows, during the block.

        :param dump: what `pg_dump` wrote, compressed by xz; see `tests/data/databases`
        """
        with self.empty():
            _restore(self.name, lzma.decompress(dump.read_bytes()))
            yield self

    def run(self, *arguments: str, stdin: str = "") -> str:
        """Run a command of Odoo on the database to its end; return what it logs.

        :raises AssertionError: if it fails, or if it warns of something of ours
        """
        log = self.try_to_run(*arguments, stdin=stdin)
        assert log.returncode == 0, log.stdout[-6000:]
        warnings = [line for line in TROUBLE.findall(log.stdout) if line.strip()]
        of_ours = [line for line in warnings if not NOT_OURS.search(line)]
        assert not of_ours, "\n".join(of_ours) + log.stdout[-3000:]
        return log.stdout

    def try_to_run(self, *arguments: str, stdin: str = "", **variables: str):
        """Run a command of Odoo to its end; return the finished process."""
        return subprocess.run(
            self._command(*arguments),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=MINUTES,
            check=False,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **variables},
        )

    def _command(self, command: str, *options: str) -> list[str]:
        odoo = [sys.executable, str(ODOO), command, "-c", self.conf, "-d", self.name]
        return [*odoo, f"--db-filter=^{self.name}$", *options]

    def kill_update(self, module: str, at: str) -> None:
        """Kill an update of an addon as soon as its log says something."""
        with subprocess.Popen(
            self._command("server", "-u", module, "--stop-after-init", "--no-http"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            lines = []
            for line in process.stdout:
                lines.append(line)
                if at in line:
                    break
            process.kill()
        last = "".join(lines[-20:])
        assert at in last, f"The update ended without saying {at!r}: {last}"

    def install(self, *modules: str) -> str:
        """Install addons, in a process that is not in test mode."""
        return self.run(
            "server", "-i", ",".join(modules), "--stop-after-init", "--no-http"
        )

    def update(self, *modules: str) -> str:
        """Update addons, in a process that is not in test mode."""
        return self.run(
            "server", "-u", ",".join(modules), "--stop-after-init", "--no-http"
        )

    def call(self, function: Callable) -> Any:
        """Call `function(env)`, a function of a module, in a process of Odoo's.

        What it does is committed. This process never loads the addons that stand
        there: it would have their routes and models for good.

        :return: what it returns, by way of JSON
        """
        name = function.__name__
        log = self.run(
            "shell",
            "--no-http",
            stdin=f"import json\nfrom {function.__module__} import {name}\n"
            f"print('result: ' + json.dumps({name}(env)))\nenv.cr.commit()\n",
        )
        [result] = re.findall(r"^(?:>>> )*result: (.*)$", log, re.MULTILINE)
        return json.loads(result)

    def sql(self, function: Callable) -> Any:
        """Call `function` with what has the database's cursor as `cr`, and no model.

        So a database is asked whose addons are not those of today.
        """
        connection = sql_db.db_connect(self.name)
        try:
            with closing(connection.cursor()) as cr:
                return function(SimpleNamespace(cr=cr))
        finally:
            sql_db.close_db(self.name)

    def serving(self, workers: int = 0, crons: int = 0, **variables: str):
        """Serve it until the end of the block, see `Server.running`.

        :param crons: threads that run the scheduled jobs
        :param variables: of the server's process, beside those of this one
        """
        return Server(
            self.name, self.conf, workers, crons, variables=variables
        ).running()


def _on_the_server(sql: str) -> None:
    with closing(sql_db.db_connect("postgres").cursor()) as cr:
        cr._cnx.autocommit = True
        cr.execute(sql)


def _drop(name: str) -> None:
    """Drop a database, after what PostgreSQL itself may be doing in it."""
    for patience in (1, 2, 4, 8, 0):
        try:
            _on_the_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except InsufficientPrivilege:
            # Its autovacuum, which only a superuser may end.
            if not patience:
                raise
            time.sleep(patience)
        else:
            return


def _restore(name: str, dump: bytes) -> None:
    """Read a dump by PostgreSQL's own command."""
    subprocess.run(
        [find_pg_tool("psql"), "-Xq", "-v", "ON_ERROR_STOP=1", "-d", name],
        input=dump,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=MINUTES,
        env=exec_pg_environ(),
    )
