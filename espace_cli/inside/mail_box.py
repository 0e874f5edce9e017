"""The demo's mail box: an SMTP server that writes each mail to a file, sends none.

Usage: ``python mail_box.py PORT FOLDER``, until the standard input ends. Each mail is
told on a line of the standard output; the first line is empty: the server listens.
"""

import email
import email.policy
import itertools
import re
import sys
import time
from pathlib import Path

from aiosmtpd.controller import Controller

LARGEST = 50_000_000


class Box:
    """Keeps what aiosmtpd receives."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.number = itertools.count(1)

    async def handle_DATA(self, server, session, envelope) -> str:
        """Write a mail to a file whose name says when and for whom."""
        message = email.message_from_bytes(
            envelope.original_content, policy=email.policy.default
        )
        to = envelope.rcpt_tos
        whom = re.sub(r"[^\w.@+-]+", "_", ",".join(to))[:80]
        moment = time.strftime("%Y%m%d-%H%M%S")
        path = self.folder / f"{moment}-{next(self.number):04d}-{whom}.eml"
        part = path.with_suffix(".part")
        part.write_bytes(envelope.original_content)
        part.rename(path)
        print(f"Mail to {', '.join(to)}: {message.get('subject', '')}", flush=True)
        return "250 Kept"


def main(port: int, folder: Path) -> None:
    """Receive until nobody reads any more."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Controller(
        Box(folder),
        hostname="127.0.0.1",
        port=port,
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
    )
    server.start()
    print(flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
