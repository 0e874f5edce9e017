"""Which steps are finished, and locks so that two commands do not do one twice."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from .console import say


def digest(*parts: str | bytes | Path) -> str:
    """Short hash of texts and of files' contents, in this order.

    A file that is missing counts as such, which an empty file does not.
    """
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            kind = b"file" if part.exists() else b"none"
            part = part.read_bytes() if part.exists() else b""
        else:
            kind = b"text"
            part = part.encode() if isinstance(part, str) else part
        total.update(b"%s %d\n" % (kind, len(part)))
        total.update(part)
    return total.hexdigest()[:16]


def tree_digest(root: Path, skip: Iterable[str] = (), *, more: str = "") -> str:
    """Hash of the names and contents below ``root``.

    :param skip: names of folders and files to leave out; ``*.pot`` for a suffix
    """
    names = {name for name in skip if not name.startswith("*")}
    suffixes = tuple(name[1:] for name in skip if name.startswith("*"))
    parts: list[str | Path] = [more]
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - names - {"__pycache__"})
        for name in sorted(files):
            if name in names or (suffixes and name.endswith(suffixes)):
                continue
            path = Path(folder, name)
            parts += [path.relative_to(root).as_posix(), path]
    return digest(*parts)


class Stamp:
    """A file that says a step is finished, and with which inputs."""

    def __init__(self, folder: Path, name: str):
        self.path = folder / name

    def read(self) -> str | None:
        """The inputs' hash when the step was last finished; None if it never was."""
        try:
            return self.path.read_text().strip() or None
        except FileNotFoundError:
            return None

    def clear(self) -> None:
        """Call before touching what the step makes."""
        self.path.unlink(missing_ok=True)

    def write(self, value: str) -> None:
        """Call when the step is finished."""
        write_atomically(self.path, value + "\n")


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        target.write(text)
    temporary.replace(path)


def remove_parts(path: Path) -> None:
    """Remove what killed commands left of building ``path``."""
    for left in path.parent.glob(f"{path.name}.part-*"):
        shutil.rmtree(left, ignore_errors=True)


def part_of(path: Path) -> Path:
    """A new folder in which to build ``path``, to be renamed when it is finished.

    Its name is never the same: a grandchild of a killed command may still be writing
    into the former one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_parts(path)
    part = path.with_name(f"{path.name}.part-{secrets.token_hex(4)}")
    part.mkdir()
    return part


@contextlib.contextmanager
def lock(path: Path, what: str) -> Iterator[None]:
    """Hold a lock that dies with the process; wait for whoever has it.

    :param what: what the other one is doing, said while waiting
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as holder:
        try:
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"• Another ./espace is {what}; waiting for it …")
            fcntl.flock(holder, fcntl.LOCK_EX)
        yield
