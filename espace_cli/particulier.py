"""A double of API Particulier beside a served database: it answers without network.

It runs only where a commune asks this very machine, as the demonstration has it;
nothing of it is loaded by Odoo.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .payfip import HOST, running
from .process import free_port

if TYPE_CHECKING:
    from .setup.environment import Environment

PROGRAM = "espace_famille_particulier/tests/particulier_double.py"

IS_INSTALLED = """
SELECT 1 FROM information_schema.columns
 WHERE table_name = 'res_company' AND column_name = 'espace_particulier_url'
"""
AT_HOME = "espace_particulier_url LIKE 'http://127.0.0.1:%'"


@contextlib.contextmanager
def particulier_double(
    prepared: Environment, database: str, told: Callable[[str], None]
) -> Iterator[str]:
    """Run the double until the end of the block, and aim the database at it.

    :param told: called with a line about each question
    :return: its address, empty where the database has no use for it
    """
    databases = prepared.databases
    if not databases.query(IS_INSTALLED, database) or not databases.query(
        f"SELECT 1 FROM res_company WHERE {AT_HOME}", database
    ):
        yield ""
        return
    address = f"http://{HOST}:{free_port()}"
    databases.query(
        f"UPDATE res_company SET espace_particulier_url = :'it' WHERE {AT_HOME}",
        database,
        it=address,
    )
    layout = prepared.layout
    with running(layout.python, layout.addons, address, told, PROGRAM):
        yield address
