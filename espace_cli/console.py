"""What the user reads: steps with their time, notes, tables, errors."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterable, Iterator, Sequence


class Stop(Exception):
    """Ends the command with a message for the user and an exit code."""

    def __init__(self, message: str, code: int = 1):
        super().__init__(message)
        self.code = code


def say(text: str = "") -> None:
    """A line for the user."""
    print(text, flush=True)


def note(text: str) -> None:
    """A line that belongs to the step above."""
    say(f"  {text}")


def complain(text: str) -> None:
    """An error or a warning; to the standard error."""
    print(text, file=sys.stderr, flush=True)


class Step:
    """A running step; ``progress`` shows where it is, on a terminal only."""

    def __init__(self, title: str):
        self.title = title
        self.started = time.monotonic()
        self.live = sys.stdout.isatty()
        self.remarks: list[str] = []

    def remark(self, text: str) -> None:
        """Say something once the step is finished."""
        self.remarks.append(text)

    def progress(self, text: str) -> None:
        """Replace the end of the current line."""
        if self.live:
            print(f"\r\033[K• {self.title} … {text[:60]}", end="", flush=True)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


@contextlib.contextmanager
def step(title: str) -> Iterator[Step]:
    """Say what is being done, then how long it took."""
    current = Step(title)
    print(f"• {title} …", end="" if current.live else "\n", flush=True)
    start = "\r\033[K• " + title if current.live else " "
    try:
        yield current
    except BaseException:
        print(f"{start} … stopped after {current.seconds:.0f} s", flush=True)
        raise
    print(f"{start} … done in {current.seconds:.0f} s", flush=True)
    for text in current.remarks:
        note(text)


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows as text in aligned columns."""
    rows = [[str(cell) for cell in row] for row in rows]
    if not rows:
        return ""
    columns = max(len(row) for row in rows)
    rows = [row + [""] * (columns - len(row)) for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(columns)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )
