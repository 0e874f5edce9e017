"""The demo's mail box: an SMTP server that writes each mail to a file.

Nothing leaves the machine, whatever the addresses are.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import itertools
import re
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

MAX_SIZE = 50_000_000


class MailBox:
    """Listens on a free port of this machine while the block lasts."""

    def __init__(self, folder: Path, told: Callable[[str], None] = lambda text: None):
        self.folder = folder
        self.told = told
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self._number = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        return self

    def __exit__(self, *exception) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = asyncio.start_server(self._talk, sock=self.socket, limit=MAX_SIZE)
        self._loop.run_until_complete(server)
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _talk(self, reader, writer) -> None:
        """One client, from greeting to QUIT."""
        try:
            await Conversation(reader, writer, self.keep).run()
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            writer.close()

    def keep(self, content: bytes, recipients: list[str]) -> Path:
        """Write a mail to a file whose name says when and for whom."""
        message = email.message_from_bytes(content, policy=email.policy.default)
        subject = str(message.get("subject", ""))
        moment = time.strftime("%Y%m%d-%H%M%S")
        stem = f"{moment}-{next(self._number):04d}-{safe_name(','.join(recipients))}"
        path = self.folder / f"{stem}.eml"
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.rename(path)
        self.told(f"Mail to {', '.join(recipients)}: {subject}")
        return path


def safe_name(text: str) -> str:
    """``text`` as a part of a file's name."""
    return re.sub(r"[^\w.@+-]+", "_", text)[:80]


class Conversation:
    """The few SMTP commands that a client needs to hand over its mails."""

    def __init__(self, reader, writer, keep: Callable[[bytes, list[str]], object]):
        self.reader = reader
        self.writer = writer
        self.keep = keep
        self.recipients: list[str] = []

    async def run(self) -> None:
        await self._say("220 Espace Famille mail box")
        while line := await self.reader.readline():
            verb, _, rest = line.decode(errors="replace").strip().partition(" ")
            verb = verb.upper()
            if verb == "QUIT":
                await self._say("221 Bye")
                return
            await self._answer(verb, rest)

    async def _answer(self, verb: str, rest: str) -> None:
        match verb:
            case "EHLO":
                await self._say("250-espace", "250-8BITMIME", "250 SMTPUTF8")
            case "HELO" | "NOOP" | "MAIL" | "RSET":
                self.recipients = []
                await self._say("250 OK")
            case "RCPT":
                self.recipients.append(address(rest))
                await self._say("250 OK")
            case "DATA" if self.recipients:
                await self._say("354 Go on, end with a dot")
                self.keep(await self._content(), self.recipients)
                self.recipients = []
                await self._say("250 Kept")
            case "DATA":
                await self._say("503 No recipient")
            case _:
                await self._say("502 Not known here")

    async def _content(self) -> bytes:
        """The lines up to the lonely dot, their doubled dots undone."""
        lines = []
        while (line := await self.reader.readline()) not in (b".\r\n", b".\n"):
            if not line:
                raise ConnectionError("the client left in the middle of a mail")
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    async def _say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self.writer.drain()


def address(rest: str) -> str:
    """``a@b.fr`` from ``TO:<a@b.fr> NOTIFY=NEVER``."""
    found = re.search(r"<([^>]*)>", rest)
    return found[1] if found else rest.partition(":")[2].strip()
