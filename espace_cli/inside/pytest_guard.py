"""pytest plugin: a run that tests nothing fails, and so does a silent test file."""

import os
from pathlib import Path

import freezegun
import pytest

executed = 0

# Tests that stop the clock do not stop the stopwatch of pytest.
freezegun.configure(extend_ignore_list=["_pytest"])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count the tests that really ran."""
    global executed
    if report.when == "call" and not report.skipped:
        executed += 1


def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """In a run of everything, each test file has to give a test; keep our share."""
    if os.environ.get("ESPACE_WHOLE_RUN") and not session.testsfailed:
        refuse_silent_files(config.rootpath, {item.path for item in items})
    if share := os.environ.get("ESPACE_SHARE"):
        number, count = map(int, share.split("/"))
        ours = shares({item.path for item in items}, count)[number - 1]
        config.hook.pytest_deselected(items=[i for i in items if i.path not in ours])
        items[:] = [item for item in items if item.path in ours]


def refuse_silent_files(root: Path, seen: set[Path]) -> None:
    """Stop the run if a test file gives no test."""
    silent = [path for path in test_files(root) if path not in seen]
    if silent:
        names = ", ".join(str(path.relative_to(root)) for path in silent)
        raise pytest.UsageError(f"these files give no test: {names}")


def shares(files: set[Path], count: int) -> list[set[Path]]:
    """Divide files among runs at the same time, as evenly as their sizes allow."""
    parts: list[set[Path]] = [set() for _part in range(count)]
    weights = [0] * count
    for path in sorted(files, key=lambda path: (-path.stat().st_size, path)):
        lightest = weights.index(min(weights))
        parts[lightest].add(path)
        weights[lightest] += path.stat().st_size
    return parts


def test_files(root: Path) -> list[Path]:
    """The files in which tests are expected."""
    patterns = ("addons/*/tests/**/test_*.py", "tests/**/test_*.py")
    return sorted(path for pattern in patterns for path in root.glob(pattern))


test_files.__test__ = False


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Only skipped tests, or none: the run says it, with pytest's code for that."""
    passed = exitstatus == pytest.ExitCode.OK
    if passed and not executed and not session.config.option.collectonly:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
