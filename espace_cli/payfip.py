"""A double of PayFiP beside a served database, so that its payment page can be seen.

It runs only where a provider in test mode asks this very machine, as the demonstration
has it; nothing of it is loaded by Odoo, and a provider in production is left alone.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .console import Stop
from .process import free_port, start, stop

if TYPE_CHECKING:
    from .setup.environment import Environment

HOST = "127.0.0.1"
PROGRAM = "payment_payfip/tests/payfip_double.py"
NAMES = {"payment_payfip": "PayFiP", "espace_famille_particulier": "API Particulier"}

IS_INSTALLED = """
SELECT 1 FROM information_schema.columns
 WHERE table_name = 'payment_provider' AND column_name = 'payfip_service_url'
"""
AT_HOME = "code = 'payfip' AND state = 'test' AND payfip_service_url LIKE 'http://%'"


@contextlib.contextmanager
def payfip_double(
    prepared: Environment, database: str, told: Callable[[str], None]
) -> Iterator[str]:
    """Run the double until the end of the block, and aim the database at it.

    :param told: called with a line about each payment
    :return: its address, empty where the database has no use for it
    """
    databases = prepared.databases
    if not databases.query(IS_INSTALLED, database) or not databases.query(
        f"SELECT 1 FROM payment_provider WHERE {AT_HOME}", database
    ):
        yield ""
        return
    address = f"http://{HOST}:{free_port()}"
    databases.query(
        f"""UPDATE payment_provider
               SET payfip_service_url = :'it' || '/tpa/services/securite',
                   payfip_payment_url = :'it' || '/tpa/paiementws.web'
             WHERE {AT_HOME}""",
        database,
        it=address,
    )
    with running(prepared.layout.python, prepared.layout.addons, address, told):
        yield address


@contextlib.contextmanager
def running(
    python: Path | str,
    addons: Path,
    address: str,
    told: Callable[[str], None],
    program: str = PROGRAM,
) -> Iterator[None]:
    """Run a double at an address until the end of the block.

    :param python: one that has eopayment
    :param program: of the double, below the addons
    """
    name = program.split("/")[0]
    program = addons / program
    port = address.rpartition(":")[2]
    process = start(
        [python, program, port, HOST],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def tell() -> None:
        for line in process.stdout:
            told(line.rstrip())

    with process:
        if not process.stdout.readline():
            raise Stop(
                f"The double of {NAMES[name]} did not start; see above ({program})."
            )
        reader = threading.Thread(target=tell, daemon=True)
        reader.start()
        try:
            yield
        finally:
            process.stdin.close()
            reader.join(5)
            stop(process)
