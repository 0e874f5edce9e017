"""Another day than today, for ``ESPACE_DAY``: for a command and all that it starts.

libfaketime moves the clock of Python, PostgreSQL and the servers; it has to be there
when a program starts, so the command starts itself again with it. Chromium hangs under
it: tests/browser.py starts it without, and tells the time to its pages.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from .console import Stop

NAME = "ESPACE_DAY"

#: Where Debian's package puts the library for programs with threads.
LIBRARIES = "lib/**/faketime/libfaketimeMT.so.1"

#: What every Python under another day imports by itself.
PATCH = Path(__file__).resolve().parent / "inside" / "another_day"


def begin() -> None:
    """Start this command again on the day of ``ESPACE_DAY``, if there is one."""
    wanted = os.environ.get(NAME)
    if not wanted or moved():
        return
    variables = os.environ | move(wanted) | {"PYTHONPATH": str(PATCH)}
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], variables)


def moved() -> bool:
    """Whether this process runs on another day."""
    return "FAKETIME" in os.environ


def move(wanted: str, usr: Path = Path("/usr")) -> Mapping[str, str]:
    """The variables that move the clock of a program.

    :param wanted: when it begins, in UTC: 2027-02-28 or 2027-02-28T22:30
    """
    try:
        begins = datetime.fromisoformat(wanted).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise Stop(f"{NAME} is a date, such as 2027-02-28, not {wanted!r}.") from None
    library = next(usr.glob(LIBRARIES), None)
    if library is None:
        raise Stop(f"{NAME} needs libfaketime.\nTo install: apt-get install faketime")
    # Time spent is told by the true clock; a day within another counts from it too.
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{begins - machine_time():+.0f}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def machine_time() -> float:
    """Seconds of the machine's own clock, which a Chromium goes by on every day."""
    return time.time() - float(os.environ.get("FAKETIME", "0"))


def python_path(*folders: Path) -> str:
    """The value of ``PYTHONPATH`` for these folders, on whatever day."""
    return os.pathsep.join(map(str, [*folders, PATCH] if moved() else folders))
