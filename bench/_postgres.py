"""PostgreSQL servers of a measurement's own: a primary that may fall, a replica.

Copied from the running one by pg_basebackup, with the programs of the embedded
PostgreSQL; the copy goes with the block.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2

from espace_cli.layout import Layout
from espace_cli.process import free_port, wait_for
from espace_cli.setup.postgres import Account

HOST, ADMIN = "127.0.0.1", "espace_admin"

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "''",
    "max_connections": 200,
    "shared_buffers": "256MB",
    # As on a server: what was answered is on the disk, whatever falls.
    "fsync": "on",
    "synchronous_commit": "on",
    # A replica that lets its readers wait no longer than this for what it has to apply.
    "max_standby_streaming_delay": "5s",
    "hot_standby_feedback": "on",
}


class Copy:
    """A PostgreSQL server copied from another; a replica of it if it `follows`."""

    def __init__(self, source_port: int, *, follows: bool = False):
        self.layout = Layout()
        self.source_port, self.follows = source_port, follows
        self.port = free_port()
        self.password = (self.layout.postgres / "password").read_text().strip()

    @contextlib.contextmanager
    def running(self):
        """Copy, serve until the end of the block, remove."""
        folder = Path(tempfile.mkdtemp(prefix="copy-", dir=self.layout.postgres))
        self.data, self.log = folder / "data", folder / "log"
        self.account = Account.choose(folder)
        self.account.own(folder)
        try:
            self._program(
                "pg_basebackup",
                *("-h", HOST, "-p", self.source_port, "-U", ADMIN, "-D", self.data),
                *("-X", "stream", "-c", "fast"),
                *(["-R"] if self.follows else []),
            )
            self.start()
            yield self
        finally:
            with contextlib.suppress(OSError, subprocess.CalledProcessError):
                self.stop("immediate")
            shutil.rmtree(folder, ignore_errors=True)

    def start(self) -> None:
        """Start it; after a fall, once nothing of the former one is left."""
        options = {**SETTINGS, "port": self.port}
        options = " ".join(f"-c {name}={value}" for name, value in options.items())
        order = ("start", "-D", self.data, "-w", "-t", 60, "-l", self.log)

        def started():
            # It fails as long as something of the former one is left, and where the
            # recovery took longer than it waited.
            with contextlib.suppress(subprocess.CalledProcessError):
                self._program("pg_ctl", *order, "-o", options)
            with contextlib.suppress(psycopg2.OperationalError):
                return self.ask("SELECT true")

        if not wait_for(started, 300, pause=0.5):
            raise RuntimeError(f"PostgreSQL did not start:\n{self.log.read_text()}")

    def stop(self, how: str = "fast") -> None:
        self._program("pg_ctl", "stop", "-D", self.data, "-m", how)

    def kill(self) -> None:
        """Let it fall as a machine that loses its current."""
        pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        os.kill(pid, signal.SIGKILL)

    def fall_and_rise(self, seconds: float) -> None:
        """Let it fall, and start it again after some seconds."""
        self.kill()
        time.sleep(seconds)
        self.start()

    def ask(self, query: str, database: str = "postgres"):
        """Return the first value of a query, as administrator."""
        connection = psycopg2.connect(
            host=HOST,
            port=self.port,
            user=ADMIN,
            password=self.password,
            dbname=database,
        )
        try:
            with connection.cursor() as cr:
                cr.execute(query)
                return cr.fetchone()[0]
        finally:
            connection.close()

    def _program(self, name, *arguments):
        program = self.layout.postgres_programs() / name
        subprocess.run(
            self.account.command(program, *arguments),
            env={**os.environ, "PGPASSWORD": self.password},
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
