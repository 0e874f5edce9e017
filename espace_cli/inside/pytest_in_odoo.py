"""pytest plugin for tests in Odoo: caches that stay, and a filestore for each process.

Odoo's tests empty all its caches after each test, so that each first page compiles its
templates anew. But whatever changes what a cache was made from empties that cache, by
`Registry.clear_cache`: on a server all depends on that. So only those caches are
emptied at the end of a test that were emptied during it, for they may hold what the
rollback has taken back; and at the end of a class those that its set-up has emptied.
"""

import os
import shutil
from pathlib import Path
from unittest.mock import patch

import pytest

from odoo.modules.registry import _CACHES_BY_KEY, Registry
from odoo.tests import BaseCase, TransactionCase, get_db_name
from odoo.tools import config

#: Names of the caches that this test has emptied, or its class before the tests.
changed: set[str] = set()

#: Whether Odoo is clearing up after a test or a class.
ending = False

clear_cache = Registry.clear_cache
clear_all_caches = Registry.clear_all_caches
set_up_class = TransactionCase.setUpClass.__func__
set_up = TransactionCase.setUp


def clear_and_note(registry, *names):
    """Note what the product changes."""
    changed.update(names or ("default",))
    clear_cache(registry, *names)


def clear_changed(registry):
    """Empty everything; after a test only what it has changed."""
    if not ending:
        changed.update(_CACHES_BY_KEY)
        clear_all_caches(registry)
    elif changed:
        clear_cache(registry, *changed)
        changed.clear()


def end(value):
    """Cleanups between `end(True)` and `end(False)` are Odoo's own."""
    global ending
    ending = value


def set_up_class_and_note(cls):
    """Odoo's set-up; at its end, what the set-up of the class has changed is known."""

    def begin_end():
        changed.update(cls.changed_caches)
        end(True)

    cls.changed_caches = set()
    cls.addClassCleanup(end, False)
    set_up_class(cls)
    cls.addClassCleanup(begin_end)


def set_up_and_note(test):
    """Odoo's set-up; changes before it are of the class, those after of the test."""
    type(test).changed_caches |= changed
    changed.clear()
    test.addCleanup(end, False)
    set_up(test)
    test.addCleanup(end, True)


Registry.clear_cache = clear_and_note
Registry.clear_all_caches = clear_changed
TransactionCase.setUpClass = classmethod(set_up_class_and_note)
TransactionCase.setUp = set_up_and_note


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """After a test that commits, perhaps by other processes, nothing is sure."""
    of_odoo = issubclass(getattr(item, "cls", None) or object, BaseCase)
    if of_odoo and not issubclass(item.cls, TransactionCase):
        for registry in Registry.registries.snapshot.values():
            clear_all_caches(registry)


@pytest.fixture(scope="session", autouse=True)
def own_filestore(load_registry):
    """Processes that share a run have a copy of the database each, by pytest-odoo.

    But they would have one filestore: what a test has just written is waste for the
    others, whose cleaning up would remove it.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    common = Path(config.filestore(get_db_name()))
    own = common.with_name(get_db_name())
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(common, own, copy_function=os.link)
    os.environ["ESPACE_DB"] = own.name
    with patch.object(config, "filestore", return_value=str(own)):
        yield
    shutil.rmtree(own, ignore_errors=True)
