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


def pytest_collection_finish(session: pytest.Session) -> None:
    """In a run of everything, each test file has to give at least one test."""
    if not os.environ.get("ESPACE_WHOLE_RUN") or session.testsfailed:
        return
    seen = {item.path for item in session.items}
    silent = [path for path in test_files(session.config.rootpath) if path not in seen]
    if silent:
        names = ", ".join(str(p.relative_to(session.config.rootpath)) for p in silent)
        raise pytest.UsageError(f"these files give no test: {names}")


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
