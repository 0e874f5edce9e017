"""Running other programs: quietly, into a log, and never outliving this one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .console import Stop

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """In a child, before it starts: be killed when the launcher is (Linux)."""
    if _LIBC:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(args: Sequence, **options) -> subprocess.Popen:
    """Start a program in a session of its own, so Ctrl-C reaches only us.

    It does not outlive the launcher; what it starts in the background may.
    """
    return subprocess.Popen(
        [str(arg) for arg in args],
        start_new_session=options.pop("start_new_session", True),
        preexec_fn=_die_with_parent,  # noqa: PLW1509
        **options,
    )


def stop(process: subprocess.Popen, *, patience: float = 10) -> None:
    """Ask a program to end, then insist."""
    if process.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def foreground(args: Sequence, *, env: dict[str, str], cwd: Path | None = None) -> int:
    """Run a program that talks with the user itself; return its exit code.

    It hears Ctrl-C as we do, and has a minute to end; a second Ctrl-C, or being told
    to end, ends it at once.
    """
    process = start(args, env=env, cwd=cwd, start_new_session=False)
    try:
        return process.wait()
    except KeyboardInterrupt:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(60)
        raise
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def run(
    args: Sequence,
    *,
    what: str,
    log: Path,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    text: str | None = None,
    watch: Callable[[str], None] | None = None,
) -> str:
    """Run a program to its end, its output going to ``log`` (a file's end).

    :param what: what it is for, said when it fails
    :param text: what it reads from its standard input; short
    :param watch: called with each line of output
    :return: the output
    :raise Stop: with the end of the output, if the program fails
    """
    lines = []
    with contextlib.ExitStack() as stack:
        target = stack.enter_context(log.open("a", encoding="utf-8"))
        process = start(
            args,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL if text is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        stack.callback(stop, process)
        if text is not None:
            with contextlib.suppress(BrokenPipeError), process.stdin:
                process.stdin.write(text)
        for line in process.stdout:
            target.write(line)
            target.flush()
            lines.append(line)
            if watch:
                watch(line.rstrip())
        code = process.wait()
    if code:
        end = "".join(lines[-30:]).rstrip()
        raise Stop(f"{what} failed ({code}). Its last words:\n{end}\n\nLog: {log}")
    return "".join(lines)


def free_port(wanted: int | None = None, host: str = "127.0.0.1") -> int:
    """``wanted`` or the next port after it that nobody uses; any if None."""
    if wanted is None:
        with socket.socket() as probe:
            probe.bind((host, 0))
            return probe.getsockname()[1]
    for port in range(wanted, min(wanted + 100, 65536)):
        if port_is_free(port, host):
            return port
    raise Stop(f"No free port from {wanted} to {wanted + 99}; choose one with --port.")


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def alive(pid: int, mark: str) -> bool:
    """Whether process ``pid`` runs and its command line holds ``mark``."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        if sys.platform == "linux":
            return False
        command = subprocess.run(
            ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
        ).stdout
    return mark in command.decode(errors="replace")


def wait_for(answers: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
    """Ask until the answer is yes; False when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answers():
            return True
        time.sleep(pause)
    return answers()


_LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")


def odoo_progress(line: str) -> str | None:
    """``"12/40 account"`` from a line of Odoo's log, None if it says no such thing."""
    found = _LOADING.search(line)
    return f"{found[2]}/{found[3]} {found[1]}" if found else None


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the command as Ctrl-C does, cleaning up.

    Ctrl-C is heard in a script's background too; ``nohup`` is respected.
    """

    def leave(number, frame):
        raise SystemExit(128 + number)

    handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: leave}
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        handlers[signal.SIGHUP] = leave
    former = {
        number: signal.signal(number, handler) for number, handler in handlers.items()
    }
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
