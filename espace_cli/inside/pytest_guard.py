"""pytest plugin: a run that tests nothing fails, and so does a silent test file."""

import os
import time
from pathlib import Path

import freezegun
import pytest

executed = 0

STARTED = time.monotonic()

#: The files of stories that were begun.
begun: set[Path] = set()

#: How long one test of a story may take, with its set-up, on a busy machine.
STORY_SECONDS = 1500

#: What stands in a file of stories.
STORY = '"-at_install", "apart"'

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

    Files tagged “apart”, the stories, are for a run of their own. Those tagged
    “committed” come after all the others, who shall not find what they leave in the
    database. Processes that share the files take them in this order.
    """
    for item in items:
        if "apart" in tags(item):
            item.add_marker(pytest.mark.timeout(STORY_SECONDS))
    stories = os.environ.get("ESPACE_STORIES")
    whole = os.environ.get("ESPACE_WHOLE_RUN")
    if whole and not session.testsfailed and not hasattr(config, "workerinput"):
        refuse_silent_files(config.rootpath, {item.path for item in items})
    if stories or whole:
        keep_stories(config, items, stories)
        # Nobody shall begin a long one at the end: those with a browser are longest.
        across = config.rootpath / "tests"
        items.sort(
            key=lambda item: (
                item.path.parent != across,
                -item.path.stat().st_size,
                item.path,
            )
        )
    if stories:
        turn(items, int(stories))
    committed = {item.path for item in items if "committed" in tags(item)}
    items.sort(key=lambda item: item.path in committed)


def keep_stories(config: pytest.Config, items: list[pytest.Item], kept: object) -> None:
    """Keep the files of stories, or the others, and tell pytest which are left out."""
    apart = {item.path for item in items if "apart" in tags(item)}
    left = [item for item in items if (item.path in apart) != bool(kept)]
    items[:] = [item for item in items if (item.path in apart) == bool(kept)]
    config.hook.pytest_deselected(items=left)


def turn(items: list[pytest.Item], by: int) -> None:
    """Put other files first, as a wheel that turns."""
    files = list(dict.fromkeys(item.path for item in items))
    first = by % len(files) if files else 0
    order = {path: n for n, path in enumerate(files[first:] + files[:first])}
    items.sort(key=lambda item: order[item.path])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin no other story once the minutes are over."""
    minutes = os.environ.get("ESPACE_STORY_MINUTES")
    if not minutes or not os.environ.get("ESPACE_STORIES") or item.path in begun:
        return
    if time.monotonic() - STARTED > 60 * float(minutes):
        pytest.skip(f"not begun: the {minutes} minutes for stories are over")
    begun.add(item.path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node, ids: list[str]) -> None:
    """The same where processes share the files: only they know what was found."""
    session = node.config.pluginmanager.get_plugin("session")
    if os.environ.get("ESPACE_WHOLE_RUN") and not session.testsfailed:
        root = node.config.rootpath
        refuse_silent_files(root, {root / name.partition("::")[0] for name in ids})


def tags(item: pytest.Item) -> set[str]:
    """Return the tags that Odoo's decorator gave to the class of a test."""
    return getattr(getattr(item, "cls", None), "test_tags", set())


def refuse_silent_files(root: Path, seen: set[Path]) -> None:
    """Stop the run if a test file gives no test."""
    patterns = ("addons/*/tests/**/test_*.py", "tests/**/test_*.py")
    files = {path for pattern in patterns for path in root.glob(pattern)}
    # Stories are left out of this run; processes that share it report only what they
    # kept, so that a story is known here by its text.
    files = {path for path in files if STORY not in path.read_text()}
    if silent := sorted(str(path.relative_to(root)) for path in files - seen):
        raise pytest.UsageError(f"these files give no test: {', '.join(silent)}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Only skipped tests, or none: the run says it, with pytest's code for that."""
    passed = exitstatus == pytest.ExitCode.OK
    if passed and not executed and not session.config.option.collectonly:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
