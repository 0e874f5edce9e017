"""Run the tests: all of them, or those that the pytest arguments choose.

Everything after the command goes to pytest:
  ./espace test                                   all but the stories, on all processors
  ./espace test --stories                         the stories, the longest of minutes
  ./espace test addons/espace_famille             one addon
  ./espace test -k waiting_list -x                any of pytest's options
  ./espace test -k acceptance_deadlines           the worked rules, in seconds
  ./espace test -k acceptance_tariffs             the worked prices, in seconds

Stories install, update, uninstall and restore databases of their own, or live a month
on a server: minutes each, tagged “apart”. With ESPACE_STORY_MINUTES none begins once
those are over; which were left out is said. They begin with another one each day.

Tests run in a fresh copy of a database with our addons, dropped at the end (--keep
keeps it). Everything runs in as many processes as there are processors, each with a
database of its own; in one with --keep. The tests of tests/domain need no database:
they run alone, without Odoo, when -k starts with acceptance_ or when only they are
named.

Variables for the tests: ESPACE_DB, ESPACE_CONF (an Odoo configuration),
ESPACE_CHROMIUM (a path, empty if missing). ACCEPTANCE_DIR is passed on. Random stories
(tests/test_stories.py) print their seeds: ESPACE_SEED=n tells one again,
ESPACE_STORY_COUNT=n tells so many. With CI=true a missing Chromium or Pango is an
error; otherwise the tests that need it are skipped and say so."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from .. import day
from ..console import Stop, complain, say
from ..layout import Layout
from ..process import foreground
from ..setup.environment import (
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
FLAGS = ("--keep", "--stories", "-h", "--help")

#: pytest's options whose value is the next argument.
WITH_VALUE = frozenset(
    "-k -m -p -c -o -W -r -n --rootdir --maxfail --durations --tb --ignore --deselect"
    " --junitxml --basetemp --confcutdir --import-mode --hypothesis-seed"
    " --hypothesis-profile --odoo-log-level --odoo-extra --log-level".split()
)

#: Where the tests are that need neither database nor Odoo.
PLAIN = ("tests/domain", "tests/test_launcher.py", "tests/test_structure.py")

#: pytest's exit code when it ran no test.
NO_TEST = 5


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.usage = "./espace test [-h] [--keep] [--stories] [pytest arguments]"
    parser.add_argument(
        "--keep", action="store_true", help="keep the database of this run"
    )
    parser.add_argument(
        "--stories", action="store_true", help="run the stories and nothing else"
    )


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Run pytest in the way that its arguments need."""
    chosen = Selection(options.rest, layout.root, Path.cwd())
    if chosen.plain:
        code = run_plain(chosen, layout)
    else:
        code = run_all(chosen, layout, keep=options.keep, stories=options.stories)
    if code == NO_TEST:
        complain("\nNo test ran: that is a failure, not a success.")
    return code


def run_plain(chosen: Selection, layout: Layout) -> int:
    """Run tests that need no database: pytest without Odoo's plugin."""
    ensure_packages(layout, dev=True)
    variables = python_variables(layout) | {"PYTHONPATH": day.python_path(layout.root)}
    command = pytest_command(layout, "-p", "no:odoo", *chosen.arguments)
    return foreground(command, env=variables, cwd=layout.root)


def run_all(chosen: Selection, layout: Layout, *, keep: bool, stories: bool) -> int:
    """Run tests in a fresh database with our addons."""
    in_ci = os.environ.get("CI", "").lower() in ("true", "1")
    if in_ci and (missing := missing_programs(for_tests=True)):
        raise Stop(
            f"{' and '.join(missing)} missing, and CI has to run every test.\n"
            f"To install: {how_to_install(missing)}"
        )
    tell_missing("the tests that need it are skipped", for_tests=True)
    ensure_node(layout)
    with (
        environment(layout, dev=True) as prepared,
        prepared.databases.disposable("espace_test", keep=keep) as name,
    ):
        variables = prepared.program_variables(name)
        variables |= prepared.databases.templates()
        if stories:
            # Each day another one is the first: a limit leaves out other ones.
            variables["ESPACE_STORIES"] = str(date.today().toordinal())
        elif chosen.whole:
            variables["ESPACE_WHOLE_RUN"] = "1"
        command = pytest_command(
            layout,
            *("-p", "espace_cli.inside.pytest_in_odoo", "--durations=40"),
            *(f"--odoo-config={variables['ESPACE_CONF']}", f"--odoo-database={name}"),
            *("--odoo-http", *(sharing() if chosen.whole and not keep else ())),
            *chosen.arguments,
        )
        say()
        return foreground(command, env=variables, cwd=layout.root)


def sharing() -> tuple[str, ...]:
    """pytest-xdist's options: a process a processor, each with a copy of the database.

    A file is run whole by one of them, in the order of our guard.
    """
    processors = os.cpu_count() or 1
    if processors == 1:
        return ()
    return ("-n", str(processors), "--dist=loadfile", "--no-loadscope-reorder")


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
        #: the arguments, their paths made independent of the folder
        self.given: list[str] = []
        self.paths: list[Path] = []
        #: the value of the last ``-k``
        self.keyword = ""
        before = ""
        for argument in given:
            path, colons, test = argument.partition("::")
            if before == "-k" or argument.startswith("-k"):
                self.keyword = argument.removeprefix("-k").strip(" '\"")
            if path and not path.startswith("-") and (here / path).exists():
                path = str((here / path).resolve())
                if before not in WITH_VALUE:
                    self.paths.append(Path(path))
            self.given.append(f"{path}{colons}{test}")
            before = argument

    @property
    def plain(self) -> bool:
        """Whether no database is needed: see the command's help."""
        if self.paths:
            plain = [self.root / path for path in PLAIN]
            return all(any(p.is_relative_to(q) for q in plain) for p in self.paths)
        return self.keyword.startswith("acceptance_")

    @property
    def whole(self) -> bool:
        """Whether everything runs, so that each test file has to give a test."""
        return not self.given

    @property
    def arguments(self) -> list[str]:
        """pytest's arguments, with the folders when none is given."""
        if self.paths:
            return self.given
        folders = PLAIN[:1] if self.plain else ("addons", "tests")
        places = [self.root / name for name in folders]
        return [*self.given, *(str(place) for place in places if place.exists())]
