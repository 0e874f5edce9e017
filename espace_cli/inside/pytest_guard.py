"""pytest plugin: a run that tests nothing fails, and so does a silent test file."""

import hashlib
import os
from pathlib import Path

import freezegun
import pytest

executed = 0

#: Whether this run has taken a test file, by its claim.
taken: dict[Path, bool] = {}

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
    """In a run of everything, each test file has to give a test; long ones first.

    Files tagged “committed” come after all the others, who shall not find what they
    leave in the database, whichever run takes them.
    """
    if os.environ.get("ESPACE_WHOLE_RUN") and not session.testsfailed:
        refuse_silent_files(config.rootpath, {item.path for item in items})
    committed = {item.path for item in items if commits(item)}
    if os.environ.get("ESPACE_CLAIMS"):
        # Of runs that share the files, none shall begin a long one at the end.
        items.sort(key=lambda item: (-item.path.stat().st_size, item.path))
    items.sort(key=lambda item: item.path in committed)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Leave out the files that another run of the same tests has taken.

    It is pytest's own loop; the next test is found, and its file taken, before the last
    one of a file is torn down, which keeps what both of them need.
    """
    claims = os.environ.get("ESPACE_CLAIMS")
    if not claims or session.testsfailed or session.config.option.collectonly:
        return None
    ours = (item for item in session.items if is_ours(item.path, Path(claims)))
    item = next(ours, None)
    while item is not None:
        following = next(ours, None)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        item = following
    return True


def commits(item: pytest.Item) -> bool:
    """Whether the test has Odoo's tag of those whose records stay in the database."""
    return "committed" in getattr(getattr(item, "cls", None), "test_tags", ())


def refuse_silent_files(root: Path, seen: set[Path]) -> None:
    """Stop the run if a test file gives no test."""
    silent = [path for path in test_files(root) if path not in seen]
    if silent:
        names = ", ".join(str(path.relative_to(root)) for path in silent)
        raise pytest.UsageError(f"these files give no test: {names}")


def is_ours(path: Path, claims: Path) -> bool:
    """Take a test file, unless a run with the same folder of claims was faster.

    :param path: the test file
    :param claims: an empty folder at the start, the same for all the runs
    """
    claim = claims / hashlib.sha256(str(path).encode()).hexdigest()
    if claim not in taken:
        try:
            claim.touch(exist_ok=False)
            taken[claim] = True
        except FileExistsError:
            taken[claim] = False
    return taken[claim]


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
