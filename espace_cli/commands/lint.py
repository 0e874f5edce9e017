"""Run the checks of style and of likely mistakes; fail if one finds something.

ruff (check and format), pylint with Odoo's plugin, the Odoo community's checks of
modules, odoo-linter for the names that 19.0 changed, licences of all that is used
(./espace bom --check), semgrep with the rules of .semgrep.yml where it is installed,
prettier for XML, JavaScript and SCSS, eslint. The last two need npm. --fix corrects
what can be corrected first."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..console import Stop, say
from ..layout import Layout
from ..process import start, stop
from ..setup.environment import python_variables
from ..setup.node import ensure_node
from ..setup.packages import ensure_packages

NAME = "lint"
HELP = "run the checks of style"

#: Where our Python is.
PYTHON = ("espace", "espace_cli", "addons", "tests", "bench")

#: Suffixes of what prettier formats, below ``addons/``.
STYLED = (".xml", ".js", ".scss", ".css")

#: Checks of the community's tool whose corrections change nothing but the writing.
SAFE_FIXES = (
    "xml-field-numeric-without-eval,xml-header-missing,xml-header-wrong,"
    "xml-tag-position"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--fix", action="store_true", help="correct what can be corrected, then check"
    )
    parser.add_argument(
        "--only",
        action="append",
        metavar="TOOL",
        help="run one tool; may be repeated (ruff, ruff-format, pylint-odoo, "
        "oca-checks, odoo-linter, licences, semgrep, prettier, eslint)",
    )


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Run the tools together, report them one after the other."""
    ensure_packages(layout, dev=True)
    chosen = choose(tools(layout, with_node=ensure_node(layout)), options.only)
    busy = [tool for tool in chosen if tool.files]
    for tool in busy if options.fix else ():
        if tool.fix:
            running(tool.fix, tool, layout).communicate()
    started = [running(tool.check, tool, layout) for tool in busy]
    try:
        # One that says more than a pipe holds waits until it is its turn.
        results = [
            report(tool.name, program.communicate()[0], program.returncode)
            for tool, program in zip(busy, started, strict=True)
        ]
    finally:
        for program in started:
            stop(program)
    return 0 if all(results) else 1


@dataclass(frozen=True)
class Tool:
    """A tool; idle when there are no files for it."""

    name: str
    #: commands that look for findings, and that correct some
    check: Sequence[object]
    fix: Sequence[object]
    files: Sequence[Path]


def choose(known: list[Tool], names: Sequence[str] | None) -> list[Tool]:
    """The tools with these names; all of them without names."""
    there_are = [tool.name for tool in known]
    if unknown := set(names or ()) - set(there_are):
        raise Stop(f"No tool {', '.join(unknown)}; there are: {', '.join(there_are)}")
    return [tool for tool in known if tool.name in (names or there_are)]


def tools(layout: Layout, *, with_node: bool) -> list[Tool]:
    """The tools for one checkout."""
    modules = sorted(path.parent for path in layout.addons.glob("*/__manifest__.py"))
    ours = [path for name in PYTHON if (path := layout.root / name).exists()]
    ruff, pylint, oca = (
        [layout.python, "-m", name]
        for name in ("ruff", "pylint", "oca_pre_commit_hooks")
    )
    # It wants no .sql file (ODOO002); Odoo asks for data/neutralize.sql.
    linter = [layout.python.with_name("odoo-linter"), "check", "-v", "19.0"]
    linter.append("--ignore=ODOO002")
    bom = [sys.executable, layout.root / "espace", "bom", "--check"]
    named = sorted(layout.root.glob("requirements*.txt"))
    found = [
        Tool(
            "ruff", [*ruff, "check", "-q"], [*ruff, "check", "--fix-only", "-q"], ours
        ),
        Tool(
            "ruff-format",
            [*ruff, "format", "--diff", "-q"],
            [*ruff, "format", "-q"],
            ours,
        ),
        Tool("pylint-odoo", pylint, (), modules),
        Tool("oca-checks", oca, [*oca, "--fix", "--enable", SAFE_FIXES], modules),
        Tool("odoo-linter", linter, [*linter, "--fix", "--exit-zero"], modules),
        Tool("licences", bom, (), named),
    ]
    if semgrep := shutil.which("semgrep"):
        rules = f"--config={layout.root / '.semgrep.yml'}"
        quiet = ("--metrics=off", "--disable-version-check", "--quiet", "--error")
        scan = [semgrep, "scan", rules, *quiet, "--severity=ERROR", "--exclude=tests"]
        found.append(Tool("semgrep", scan, (), [layout.addons]))
    if with_node:
        packages = layout.node / "node_modules"
        prettier = [
            *("node", packages / "prettier/bin/prettier.cjs", "--log-level=warn"),
            f"--plugin={packages / '@prettier/plugin-xml/src/plugin.js'}",
        ]
        eslint = [
            *("node", packages / "eslint/bin/eslint.js", "--no-warn-ignored"),
            f"--config={layout.root / 'eslint.config.mjs'}",
        ]
        files = [p for p in sorted(layout.addons.rglob("*")) if p.suffix in STYLED]
        scripts = [path for path in files if path.suffix == ".js"]
        found += [
            Tool("prettier", [*prettier, "--check"], [*prettier, "--write"], files),
            Tool("eslint", eslint, [*eslint, "--fix"], scripts),
        ]
    return found


def running(
    command: Sequence[object], tool: Tool, layout: Layout
) -> subprocess.Popen[str]:
    """Start a tool on its files."""
    return start(
        [*command, *tool.files],
        env=python_variables(layout) | {"NO_COLOR": "1"},
        cwd=layout.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )


def fell_over(text: str) -> bool:
    """Whether a tool's output tells of an exception that stopped it.

    Python also prints those that it ignores while it throws things away.
    """
    before = ""
    for line in text.splitlines():
        stopped = not before.lstrip().startswith("Exception ignored in")
        if line.lstrip().startswith("Traceback (most recent call last)") and stopped:
            return True
        before = line
    return False


def report(name: str, text: str, code: int) -> bool:
    """Print a line for a tool, and its findings; whether there are none."""
    crashed = code < 0 or fell_over(text)
    passed = code == 0 and not crashed
    say(f"{name:<12} {'ok' if passed else 'crashed' if crashed else 'findings'}")
    if not passed:
        say("\n".join(f"    {line}" for line in text.strip().splitlines()))
        say(f"    (exit code {code})")
    return passed
