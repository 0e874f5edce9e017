"""pytest plugin: a run that tests nothing fails, and so does a silent test file."""

import os
from pathlib import Path

import freezegun
import pytest

executed = 0

# Tests that stop the clock do not stop the stopwatches of pytest and its processes.
freezegun.configure(extend_ignore_list=["_pytest", "xdist", "execnet"])


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
    leave in the database. Processes that share the files take them in this order.
    """
    if os.environ.get("ESPACE_WHOLE_RUN"):
        if not session.testsfailed and not hasattr(config, "workerinput"):
            refuse_silent_files(config.rootpath, {item.path for item in items})
        # Nobody shall begin a long one at the end: those with a browser are longest.
        across = config.rootpath / "tests"
        items.sort(
            key=lambda item: (
                item.path.parent != across,
                -item.path.stat().st_size,
                item.path,
            )
        )
    committed = {item.path for item in items if commits(item)}
    items.sort(key=lambda item: item.path in committed)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node, ids: list[str]) -> None:
    """The same where processes share the files: only they know what was found."""
    session = node.config.pluginmanager.get_plugin("session")
    if os.environ.get("ESPACE_WHOLE_RUN") and not session.testsfailed:
        root = node.config.rootpath
        refuse_silent_files(root, {root / name.partition("::")[0] for name in ids})


def commits(item: pytest.Item) -> bool:
    """Whether the test has Odoo's tag of those whose records stay in the database."""
    return "committed" in getattr(getattr(item, "cls", None), "test_tags", ())


def refuse_silent_files(root: Path, seen: set[Path]) -> None:
    """Stop the run if a test file gives no test."""
    patterns = ("addons/*/tests/**/test_*.py", "tests/**/test_*.py")
    files = {path for pattern in patterns for path in root.glob(pattern)}
    if silent := sorted(str(path.relative_to(root)) for path in files - seen):
        raise pytest.UsageError(f"these files give no test: {', '.join(silent)}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Only skipped tests, or none: the run says it, with pytest's code for that."""
    passed = exitstatus == pytest.ExitCode.OK
    if passed and not executed and not session.config.option.collectonly:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
