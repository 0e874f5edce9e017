"""PostgreSQL: the server that $PGHOST names, or one of our own.

Ours is shared by all the ./espace commands of a checkout. Each holds a shared lock
while it uses the server; the last to let go stops it. A command that is killed
leaves the server running for the next one to find, use and stop.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import os
import pwd
import secrets
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .. import day
from ..console import Stop, step
from ..layout import Layout
from ..process import alive, free_port, port_is_free, run, wait_for
from ..stamps import lock, part_of, write_atomically

HOST = "127.0.0.1"
ROLE = "odoo"


@dataclass(frozen=True)
class Connection:
    """How to reach a PostgreSQL server."""

    host: str
    port: int
    user: str
    password: str
    #: whose databases are ours on a server that others may use; empty on our own
    owner: str = ""

    def environment(self) -> dict[str, str]:
        """The variables that libpq reads."""
        values = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user}
        if self.password:
            values["PGPASSWORD"] = self.password
        return values


@contextlib.contextmanager
def postgres(layout: Layout) -> Iterator[Connection]:
    """A server to use until the end of the block."""
    if os.environ.get("PGHOST"):
        yield from_environment(layout)
    else:
        with Cluster(layout).used() as connection:
            yield connection


def from_environment(layout: Layout) -> Connection:
    """The server described by PGHOST, PGPORT, PGUSER and PGPASSWORD."""
    user = os.environ.get("PGUSER") or getpass.getuser()
    if user == "postgres":
        raise Stop(
            "Odoo refuses to work as the PostgreSQL role 'postgres'. Make another:\n"
            "    createuser --createdb --pwprompt odoo\n"
            "and set PGUSER=odoo (and PGPASSWORD)."
        )
    return Connection(
        os.environ["PGHOST"],
        int(os.environ.get("PGPORT") or 5432),
        user,
        os.environ.get("PGPASSWORD", ""),
        owner=f"{socket.gethostname()}:{layout.root}",
    )


class Cluster:
    """The server of this checkout, in ``.espace/postgres``."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.folder = layout.postgres
        self.data = self.folder / "data"
        self.log = layout.log("postgres")

    @contextlib.contextmanager
    def used(self) -> Iterator[Connection]:
        """Start the server unless it runs; stop it at the end unless it is used."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "users.lock").open("a") as users:
            with self._starting():
                connection = self._ensure_running()
                fcntl.flock(users, fcntl.LOCK_SH)
            try:
                yield connection
            finally:
                self._leave(users)

    def stop_if_unused(self) -> bool:
        """Stop a server that a killed command left; False if it is in use."""
        if not self.folder.exists():
            return True
        with (self.folder / "users.lock").open("a") as users:
            return self._leave(users)

    def _starting(self):
        return lock(self.folder / "start.lock", "starting or stopping PostgreSQL")

    def _leave(self, users) -> bool:
        """Let go of the server; stop it if nobody else holds it."""
        with self._starting():
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                fcntl.flock(users, fcntl.LOCK_UN)
                return False
            self._stop()
            fcntl.flock(users, fcntl.LOCK_UN)
            return True

    # The server's life ----------------------------------------------------------

    def _ensure_running(self) -> Connection:
        if not self.data.exists():
            with step("PostgreSQL: new cluster"):
                self._create()
        if self._pid() is None:
            self._start()
        elif day.moved():
            raise Stop(
                "PostgreSQL runs for another command, perhaps on another day: end that "
                "command first."
            )
        elif not wait_for(self._answers, 60):
            raise Stop(
                f"PostgreSQL does not answer; see {self.layout.short(self.log)}."
            )
        return Connection(HOST, self._port(), ROLE, self._password())

    def _create(self) -> None:
        """Make the cluster and the role beside their place, then move them there."""
        part = part_of(self.data)
        password = self.folder / "password"
        write_atomically(password, secrets.token_hex(16) + "\n", 0o600)
        account = Account.choose(part)
        account.own(part)
        account.own(password)
        run(
            account.command(
                self._binary("initdb"),
                *("-D", part, "-U", "espace_admin", "--pwfile", password),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"),
                "--no-sync",
            ),
            what="initdb",
            log=self.log,
            cwd=self.folder,
        )
        self._create_role(account, part)
        part.rename(self.data)

    def _create_role(self, account: Account, data: Path) -> None:
        run(
            account.command(
                self._binary("postgres"), "--single", "-D", data, "postgres"
            ),
            what="Making the database role",
            log=self.log,
            text=f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self._password()}'\n",
        )

    def _start(self) -> None:
        """Start the server and wait until it answers."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        account = Account.choose(self.data)
        account.own(self.data)
        settings = {
            "listen_addresses": HOST,
            "unix_socket_directories": "''",
            "port": self._choose_port(),
            "max_connections": 200,
            "synchronous_commit": "off",
            "shared_buffers": "256MB",
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._control(account, "start", "-l", self.log, "-o", options)

    def _stop(self) -> None:
        """End the server, closing what is still open."""
        if self._pid() is not None:
            self._control(Account.choose(self.data), "stop", "-m", "fast")

    def _control(self, account: Account, order: str, *options: object) -> None:
        program = self._binary("pg_ctl")
        run(
            account.command(program, order, "-D", self.data, "-t", 60, *options),
            what=f"pg_ctl {order}",
            log=self.log,
            cwd=self.folder,
        )

    # What is known of it --------------------------------------------------------

    def _pid(self) -> int | None:
        """The running server's process; None if there is only a stale file."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        except (OSError, ValueError):
            return None
        return pid if alive(pid, str(self.data)) else None

    def _answers(self) -> bool:
        """Whether the server says in its file that it is ready."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _choose_port(self) -> int:
        """The port of the last time if it is still free."""
        with contextlib.suppress(OSError, ValueError):
            if port_is_free(self._port()):
                return self._port()
        port = free_port()
        write_atomically(self.folder / "port", f"{port}\n")
        return port

    def _port(self) -> int:
        return int((self.folder / "port").read_text())

    def _password(self) -> str:
        return (self.folder / "password").read_text().strip()

    def _binary(self, name: str) -> Path:
        path = self.layout.postgres_programs() / name
        if not path.exists():
            raise Stop(
                "There is no embedded PostgreSQL for this system: set PGHOST (and "
                "PGUSER, PGPASSWORD) to a server of yours, version 13 or newer."
            )
        return path


@dataclass(frozen=True)
class Account:
    """Who runs the server. PostgreSQL refuses root, so root has to be another.

    A user name space keeps the files root's and shows PostgreSQL another number.
    Where it is refused (many containers), ``setpriv`` makes the process ``nobody``,
    with the right to pass through folders that only root may enter.
    """

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")

    @classmethod
    def choose(cls, folder: Path) -> Account:
        """The way that works here; ``folder`` is one the server must read."""
        if os.geteuid() != 0:
            return cls()
        nobody = pwd.getpwnam("nobody")
        setpriv = (
            "setpriv",
            f"--reuid={nobody.pw_uid}",
            f"--regid={nobody.pw_gid}",
            "--clear-groups",
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override",
            "--securebits=+no_setuid_fixup",
        )
        for account in (
            cls(cls.NAMESPACE, 0, 0),
            cls(setpriv, nobody.pw_uid, nobody.pw_gid),
        ):
            if account._works(folder):
                return account
        raise Stop(
            "PostgreSQL does not run as root, and this system lets root become no "
            "other user.\nRun ./espace as an ordinary user, or set PGHOST to a server."
        )

    def command(self, *args: object) -> list[str]:
        """``args``, run as this account."""
        return [*self.prefix, *map(str, args)]

    def own(self, path: Path) -> None:
        """Give it a file or a folder with all that is inside."""
        if self.uid is None or path.stat().st_uid == self.uid:
            return
        for folder, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.lchown(os.path.join(folder, name), self.uid, self.gid)
        os.chown(path, self.uid, self.gid)

    def _works(self, folder: Path) -> bool:
        with contextlib.suppress(OSError):
            command = self.command("test", "-r", folder)
            ended = subprocess.run(command, capture_output=True, check=False)
            return ended.returncode == 0
        return False
