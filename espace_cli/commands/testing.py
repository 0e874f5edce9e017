"""Run the tests: all of them, or those that the pytest arguments choose.

Everything after the command goes to pytest:
  ./espace test                                   everything, on two processors
  ./espace test addons/espace_famille             one addon
  ./espace test -k waiting_list -x                any of pytest's options
  ./espace test -k acceptance_deadlines           the worked rules, in seconds
  ./espace test -k acceptance_tariffs             the worked prices, in seconds

Tests run in a fresh copy of a database with our addons, dropped at the end (--keep
keeps it). Everything runs in two pytest processes that share the files, where
the machine has two processors. The tests of tests/domain need no database: they run
alone, without Odoo, when -k starts with acceptance_ or when only they are named.

Variables for the tests: ESPACE_DB, ESPACE_CONF (an Odoo configuration),
ESPACE_CHROMIUM and ESPACE_WKHTMLTOPDF (paths, empty if missing). ACCEPTANCE_DIR is
passed on. With CI=true a missing Chromium or wkhtmltopdf is an error; otherwise the
tests that need it are skipped and say so."""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from .. import process
from ..console import Stop, complain, say
from ..layout import Layout
from ..process import foreground
from ..setup.environment import (
    Environment,
    environment,
    how_to_install,
    missing_programs,
    python_variables,
    tell_missing,
)
from ..setup.node import ensure_node
from ..setup.packages import ensure_packages

NAME = "test"
HELP = "run the tests; takes pytest's arguments"

#: The arguments that are ours, not pytest's.
FLAGS = ("--keep", "-h", "--help")

#: pytest's options whose value is the next argument.
WITH_VALUE = frozenset(
    "-k -m -p -c -o -W -r -n --rootdir --maxfail --durations --tb --ignore --deselect"
    " --junitxml --basetemp --confcutdir --import-mode --hypothesis-seed"
    " --hypothesis-profile --odoo-log-level --odoo-extra --log-level".split()
)

#: Where the tests are that need neither database nor Odoo.
PLAIN = ("tests/domain", "tests/test_launcher.py")

#: How many processes share a run of everything.
SHARES = 2

#: pytest's exit code when it ran no test.
NO_TEST = 5


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.usage = "./espace test [-h] [--keep] [pytest arguments]"
    parser.add_argument(
        "--keep", action="store_true", help="keep the database of this run"
    )


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Run pytest in the way that its arguments need."""
    chosen = Selection(options.rest, layout.root, Path.cwd())
    if chosen.plain:
        code = run_plain(chosen, layout)
    else:
        code = run_all(chosen, layout, keep=options.keep)
    if code == NO_TEST:
        complain("\nNo test ran: that is a failure, not a success.")
    return code


def run_plain(chosen: Selection, layout: Layout) -> int:
    """Run tests that need no database: pytest without Odoo's plugin."""
    ensure_packages(layout, dev=True)
    variables = python_variables(layout) | {"PYTHONPATH": str(layout.root)}
    command = pytest_command(layout, "-p", "no:odoo", *chosen.arguments)
    return foreground(command, env=variables, cwd=layout.root)


def run_all(chosen: Selection, layout: Layout, *, keep: bool) -> int:
    """Run tests in a fresh database with our addons."""
    in_ci = os.environ.get("CI", "").lower() in ("true", "1")
    if in_ci and (missing := missing_programs()):
        raise Stop(
            f"{' and '.join(missing)} missing, and CI has to run every test.\n"
            f"To install: {how_to_install(missing)}"
        )
    tell_missing("the tests that need it are skipped")
    ensure_node(layout)
    with contextlib.ExitStack() as stack:
        prepared = stack.enter_context(environment(layout, dev=True))
        shares = SHARES if chosen.whole and (os.cpu_count() or 1) >= SHARES else 1
        names = [
            stack.enter_context(
                prepared.databases.disposable("espace_test", keep=keep, number=number)
            )
            for number in range(1, shares + 1)
        ]
        return run_pytest(chosen, prepared, names)


def run_pytest(chosen: Selection, prepared: Environment, databases: list[str]) -> int:
    """A pytest process a database, with Odoo's plugin; the first one is shown."""
    commands = [
        (
            pytest_command(
                prepared.layout,
                f"--odoo-config={variables['ESPACE_CONF']}",
                f"--odoo-database={variables['ESPACE_DB']}",
                "--odoo-http",
                "--durations=15",
                *chosen.arguments,
            ),
            variables,
        )
        for variables in share_variables(chosen, prepared, databases)
    ]
    say()
    (shown, variables), *others = commands
    with contextlib.ExitStack() as stack:
        claims = stack.enter_context(tempfile.TemporaryDirectory(prefix="espace-"))
        for _command, shared in commands if others else ():
            shared["ESPACE_CLAIMS"] = claims
        behind = [
            stack.enter_context(behind_the_scenes(command, variables, prepared.layout))
            for command, variables in others
        ]
        codes = [foreground(shown, env=variables, cwd=prepared.layout.root)]
        for running, output in behind:
            codes.append(running.wait())
            say(output.read_text(encoding="utf-8", errors="replace"))
    return max(codes)


def share_variables(
    chosen: Selection, prepared: Environment, databases: list[str]
) -> list[dict[str, str]]:
    """What each of the pytest processes finds in its environment."""
    found = []
    for name in databases:
        variables = prepared.program_variables(name)
        if chosen.whole:
            variables["ESPACE_WHOLE_RUN"] = "1"
        if len(databases) > 1:
            # Two runs write no common notes about what failed.
            variables["PYTEST_ADDOPTS"] = "-p no:cacheprovider"
        found.append(variables)
    return found


@contextlib.contextmanager
def behind_the_scenes(
    command: list[str], variables: dict[str, str], layout: Layout
) -> Iterator[tuple[subprocess.Popen, Path]]:
    """Run a command with its output in a file, stopped at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="espace-tests-") as folder:
        output = Path(folder) / "output"
        with output.open("w") as file:
            running = process.start(
                command,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=variables,
                cwd=layout.root,
            )
        try:
            yield running, output
        finally:
            process.stop(running, patience=20)


def pytest_command(layout: Layout, *arguments: str) -> list[str]:
    """pytest with our guard against runs that test nothing."""
    guard = ("-p", "espace_cli.inside.pytest_guard")
    return [str(layout.python), "-m", "pytest", *guard, *arguments]


class Selection:
    """What the pytest arguments choose.

    :param given: the arguments
    :param root: the repository
    :param here: the user's folder, from which paths are read
    """

    def __init__(self, given: Sequence[str], root: Path, here: Path):
        self.root = root
        self.given = [self._absolute(argument, here) for argument in given]
        self.keyword = keyword(self.given)
        self.paths = [arg for arg in paths(self.given) if exists(arg)]

    @staticmethod
    def _absolute(argument: str, here: Path) -> str:
        """A path (perhaps with ``::test``) made independent of the folder."""
        path, colons, test = argument.partition("::")
        if argument.startswith("-") or not path or not (here / path).exists():
            return argument
        return f"{(here / path).resolve()}{colons}{test}"

    @property
    def plain(self) -> bool:
        """Whether no database is needed: see the command's help."""
        if self.paths:
            plain = [self.root / path for path in PLAIN]
            return all(
                any(Path(arg.partition("::")[0]).is_relative_to(p) for p in plain)
                for arg in self.paths
            )
        return self.keyword.startswith("acceptance_")

    @property
    def whole(self) -> bool:
        """Whether everything runs, so that each test file has to give a test."""
        return not self.given

    @property
    def arguments(self) -> list[str]:
        """pytest's arguments, with the folders when none is given."""
        if self.paths:
            return list(self.given)
        folders = PLAIN[:1] if self.plain else ("addons", "tests")
        places = [self.root / name for name in folders]
        return [*self.given, *(str(place) for place in places if place.exists())]


def keyword(arguments: Sequence[str]) -> str:
    """The value of ``-k``; empty if there is none. The last one counts."""
    value = ""
    for number, argument in enumerate(arguments):
        if argument == "-k":
            value = "".join(arguments[number + 1 : number + 2])
        elif argument.startswith("-k"):
            value = argument[2:]
    return value.strip().strip("'\"")


def paths(arguments: Sequence[str]) -> list[str]:
    """The arguments that are neither options nor options' values."""
    pairs = zip(["", *arguments], arguments, strict=False)
    return [
        argument
        for before, argument in pairs
        if before not in WITH_VALUE and not argument.startswith("-")
    ]


def exists(argument: str) -> bool:
    """Whether a pytest argument names a file or folder that is there."""
    return Path(argument.partition("::")[0]).exists()
