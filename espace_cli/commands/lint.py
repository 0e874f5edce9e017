"""Run the checks of style and of likely mistakes; fail if one finds something.

ruff (check and format), pylint with Odoo's plugin, the Odoo community's checks of
modules, odoo-linter for the names that 19.0 changed, prettier for XML, JavaScript and
SCSS, eslint. The last two need npm. --fix corrects what can be corrected first."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
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
    "xml-field-numeric-without-eval",
    "xml-header-missing",
    "xml-header-wrong",
    "xml-tag-position",
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
        "oca-checks, odoo-linter, prettier, eslint)",
    )


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Run the tools together, report them one after the other."""
    ensure_packages(layout, dev=True)
    tools = Tools(layout, with_node=ensure_node(layout))
    checks = chosen(tools.checks(), options.only)
    if options.fix:
        names = {check.name for check in checks}
        for fix in tools.fixes():
            if fix.name in names and fix.files:
                Running(fix, layout).finish()
    started = [Running(check, layout) for check in checks if check.files]
    try:
        results = [report(running) for running in started]
    finally:
        for running in started:
            stop(running.process)
    return 0 if all(results) else 1


@dataclass(frozen=True)
class Check:
    """A tool with its arguments; idle when there are no files for it."""

    name: str
    command: Sequence[object]
    files: Sequence[Path]


def chosen(checks: list[Check], names: Sequence[str] | None) -> list[Check]:
    """The checks with these names; all of them without names."""
    known = [check.name for check in checks]
    if unknown := set(names or ()) - set(known):
        raise Stop(f"No tool {', '.join(unknown)}; there are: {', '.join(known)}")
    return [check for check in checks if check.name in (names or known)]


class Tools:
    """The tools' commands for one checkout."""

    def __init__(self, layout: Layout, *, with_node: bool):
        self.layout = layout
        self.with_node = with_node
        manifests = sorted(layout.addons.glob("*/__manifest__.py"))
        self.modules = [path.parent for path in manifests]
        ours = (layout.root / name for name in PYTHON)
        self.python_files = [path for path in ours if path.exists()]

    def checks(self) -> list[Check]:
        """How they look for findings."""
        ours, modules = self.python_files, self.modules
        return [
            Check("ruff", self._python("ruff", "check", "--quiet"), ours),
            Check("ruff-format", self._python("ruff", "format", "--diff", "-q"), ours),
            Check("pylint-odoo", self._python("pylint"), modules),
            Check("oca-checks", self._python("oca_pre_commit_hooks"), modules),
            Check("odoo-linter", self._odoo_linter(), modules),
            *self._node_checks("--check"),
        ]

    def fixes(self) -> list[Check]:
        """How they correct; what they find is left to the checks."""
        ours, modules = self.python_files, self.modules
        safe = ",".join(SAFE_FIXES)
        oca = self._python("oca_pre_commit_hooks", "--fix", "--enable", safe)
        linter = [*self._odoo_linter(), "--fix", "--exit-zero"]
        return [
            Check("ruff", self._python("ruff", "check", "--fix-only", "-q"), ours),
            Check("ruff-format", self._python("ruff", "format", "-q"), ours),
            Check("oca-checks", oca, modules),
            Check("odoo-linter", linter, modules),
            *self._node_checks("--write", "--fix"),
        ]

    def _python(self, *arguments: str) -> list[object]:
        return [self.layout.python, "-m", *arguments]

    def _odoo_linter(self) -> list[object]:
        return [self.layout.python.with_name("odoo-linter"), "check", "-v", "19.0"]

    def _node_checks(self, prettier: str, *eslint: str) -> list[Check]:
        if not self.with_node:
            return []
        modules = self.layout.node / "node_modules"
        plugin = modules / "@prettier/plugin-xml/src/plugin.js"
        style = [modules / "prettier/bin/prettier.cjs", f"--plugin={plugin}", prettier]
        config = f"--config={self.layout.root / 'eslint.config.mjs'}"
        script = [modules / "eslint/bin/eslint.js", config, "--no-warn-ignored"]
        return [
            Check(
                "prettier", ["node", *style, "--log-level=warn"], self._files(STYLED)
            ),
            Check("eslint", ["node", *script, *eslint], self._files((".js",))),
        ]

    def _files(self, suffixes: tuple[str, ...]) -> list[Path]:
        return [
            path
            for path in sorted(self.layout.addons.rglob("*"))
            if path.name.endswith(suffixes)
        ]


class Running:
    """A tool that was started, its output going to a file."""

    def __init__(self, check: Check, layout: Layout):
        self.name = check.name
        self.output = tempfile.TemporaryFile()  # noqa: SIM115 - closed by finish()
        self.process = start(
            [*check.command, *check.files],
            env=python_variables(layout) | {"NO_COLOR": "1"},
            cwd=layout.root,
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )

    def finish(self) -> tuple[int, str]:
        """Wait for its end; return its exit code and what it said."""
        code = self.process.wait()
        self.output.seek(0)
        text = self.output.read().decode(errors="replace").strip()
        self.output.close()
        return code, text


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


def report(running: Running) -> bool:
    """Print a line for a tool, and its findings; whether there are none."""
    code, text = running.finish()
    crashed = code < 0 or fell_over(text)
    passed = code == 0 and not crashed
    result = "ok" if passed else "crashed" if crashed else "findings"
    say(f"{running.name:<12} {result}")
    if not passed:
        say("\n".join(f"    {line}" for line in text.splitlines()))
        say(f"    (exit code {code})")
    return passed
