"""The command of Odoo's server: the same for the launcher, tests and measurements."""

from __future__ import annotations

from pathlib import Path

from .process import free_port

#: A server with workers runs its own file again, which ``python -m odoo`` has not.
ODOO = Path(__file__).resolve().parent / "inside" / "odoo_server.py"


def server_command(
    python: str | Path,
    conf: str | Path,
    database: str,
    *,
    port: int,
    workers: int = 0,
    live_port: int | None = None,
    interface: str = "127.0.0.1",
) -> list[str]:
    """The command that runs Odoo's server on one database; its options may follow.

    :param workers: number of worker processes; with 0, threads in one process
    :param live_port: of live notifications, any free one if None
    """
    return [
        *(str(python), str(ODOO), "server"),
        *("-c", str(conf), "-d", database),
        f"--db-filter=^{database}$",
        f"--http-interface={interface}",
        f"--http-port={port}",
        f"--gevent-port={live_port or free_port()}",
        f"--workers={workers}",
    ]
