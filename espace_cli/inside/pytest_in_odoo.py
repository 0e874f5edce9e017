"""pytest plugin for tests in Odoo: a filestore for each process."""

import os
import shutil
from pathlib import Path
from unittest.mock import patch

import pytest

from odoo.tests import get_db_name
from odoo.tools import config


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
