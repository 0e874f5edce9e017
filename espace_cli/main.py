"""The command line of ``./espace``."""

from __future__ import annotations

import argparse
import sys

from . import day
from .commands import COMMANDS, testing
from .console import Stop, complain
from .layout import Layout
from .process import ended_by_signals

DESCRIPTION = """\
Espace Famille, the school services of a commune, on Odoo 19 Community.

The first command prepares what it needs in the folder .espace: Python packages,
Odoo 19 and PostgreSQL. Later ones start in seconds."""

EPILOG = """\
environment:
  ODOO_HOME     an Odoo 19 source folder (with odoo-bin) to use instead of Debian's
  PGHOST        a PostgreSQL server to use instead of the embedded one; also PGPORT,
                PGUSER (not 'postgres', which Odoo refuses) and PGPASSWORD
  ESPACE_DAY    another day than today, in UTC (2027-02-28, 2027-02-28T22:30), for all
                that the command starts; needs Debian's package faketime

start here:     ./espace demo"""


def parser() -> argparse.ArgumentParser:
    """The parser of the command line, one sub-parser a command."""
    top = argparse.ArgumentParser(
        prog="./espace",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND")
    for module in COMMANDS:
        command = commands.add_parser(
            module.NAME,
            help=module.HELP,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.arguments(command)
        command.set_defaults(run=module.run)
    return top


def read(arguments: list[str]) -> argparse.Namespace:
    """The options of a command line; ``rest`` is for the program it runs.

    All after ``--`` is rest; for ``test``, all that is not its own is.
    """
    own, _, after = partition(arguments, "--")
    rest = []
    if own[:1] == [testing.NAME]:
        mine = (testing.NAME, *testing.FLAGS)
        rest = [argument for argument in own if argument not in mine]
        own = [argument for argument in own if argument in mine]
    options = parser().parse_args(own)
    options.rest = rest + after
    return options


def partition(items: list[str], mark: str) -> tuple[list[str], list[str], list[str]]:
    """As ``str.partition``, for lists."""
    where = items.index(mark) if mark in items else len(items)
    return items[:where], items[where : where + 1], items[where + 1 :]


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments:
        parser().print_help()
        return 2
    options = read(arguments)
    try:
        day.begin()
        with ended_by_signals():
            return options.run(options, Layout()) or 0
    except Stop as end:
        complain(f"\n{end}")
        return end.code
    except KeyboardInterrupt:
        complain("\nStopped.")
        return 130
    finally:
        sys.stdout.flush()
