"""The demo's mail box, run beside its server; see ``inside/mail_box.py``."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from .console import Stop
from .process import free_port, start, stop

PROGRAM = Path(__file__).resolve().parent / "inside" / "mail_box.py"


@contextlib.contextmanager
def mail_box(
    python: Path | str, folder: Path, told: Callable[[str], None]
) -> Iterator[int]:
    """Write mails to files in ``folder`` until the end of the block.

    :param python: one that has aiosmtpd
    :param told: called with a line about each mail
    :return: the port of the server
    """
    port = free_port()
    running = start(
        [python, PROGRAM, port, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def tell() -> None:
        for line in running.stdout:
            told(line.rstrip())

    with running:
        if not running.stdout.readline():
            raise Stop(f"The mail box did not start; see above ({PROGRAM}).")
        reader = threading.Thread(target=tell, daemon=True)
        reader.start()
        try:
            yield port
        finally:
            running.stdin.close()
            reader.join(5)
            stop(running)
