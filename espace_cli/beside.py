"""What runs beside a served database: its mail box, doubles of PayFiP and of the CAF.

Each is a program of its own that says an empty line once it listens, tells a line about
each thing that happens, and ends with its standard input. A double runs only where the
database asks this very machine, as the demonstration has it; nothing of it is loaded
by Odoo, and an address in production is left alone.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .console import Stop
from .process import free_port, start, stop

if TYPE_CHECKING:
    from .setup.environment import Environment

HOST = "127.0.0.1"
MAIL_BOX = Path(__file__).resolve().parent / "inside" / "mail_box.py"


@contextlib.contextmanager
def running(
    name: str,
    python: Path | str,
    program: Path,
    *arguments: object,
    told: Callable[[str], None],
) -> Iterator[None]:
    """Run a program until the end of the block.

    :param name: what it is, said when it does not start
    :param python: one that has what it imports
    :param told: called with each line it tells
    """
    process = start(
        [python, program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def tell() -> None:
        for line in process.stdout:
            told(line.rstrip())

    with process:
        if not process.stdout.readline():
            raise Stop(f"The {name} did not start; see above ({program}).")
        reader = threading.Thread(target=tell, daemon=True)
        reader.start()
        try:
            yield
        finally:
            process.stdin.close()
            reader.join(5)
            stop(process)


@contextlib.contextmanager
def mail_box(
    python: Path | str, folder: Path, told: Callable[[str], None]
) -> Iterator[int]:
    """Write mails to files in ``folder`` until the end of the block.

    :return: the port of the server
    """
    port = free_port()
    with running("mail box", python, MAIL_BOX, port, folder, told=told):
        yield port


@dataclass(frozen=True)
class Double:
    """A service of others that answers without network."""

    name: str
    #: its program, below the addons
    program: str
    #: the table that holds its address, the columns of it and what stands after it
    table: str
    columns: dict[str, str]
    #: which rows ask this machine
    at_home: str

    @contextlib.contextmanager
    def beside(
        self, prepared: Environment, database: str, told: Callable[[str], None]
    ) -> Iterator[str]:
        """Run it until the end of the block, and aim the database at it.

        :param told: called with a line about each question
        :return: its address, empty where the database has no use for it
        """
        query, layout = prepared.databases.query, prepared.layout
        if not query(self.is_installed, database) or not query(
            f"SELECT 1 FROM {self.table} WHERE {self.at_home}", database
        ):
            yield ""
            return
        port = free_port()
        address = f"http://{HOST}:{port}"
        places = ", ".join(
            f"{column} = :'it' || '{path}'" for column, path in self.columns.items()
        )
        query(
            f"UPDATE {self.table} SET {places} WHERE {self.at_home}",
            database,
            it=address,
        )
        program = layout.addons / self.program
        with running(self.name, layout.python, program, port, HOST, told=told):
            yield address

    @property
    def is_installed(self) -> str:
        """A question that has an answer where the addon is installed."""
        column = next(iter(self.columns))
        return f"""SELECT 1 FROM information_schema.columns
                    WHERE table_name = '{self.table}' AND column_name = '{column}'"""


PAYFIP = Double(
    "double of PayFiP",
    "payment_payfip/tests/payfip_double.py",
    "payment_provider",
    {
        "payfip_service_url": "/tpa/services/securite",
        "payfip_payment_url": "/tpa/paiementws.web",
    },
    "code = 'payfip' AND state = 'test' AND payfip_service_url LIKE 'http://%'",
)
PARTICULIER = Double(
    "double of API Particulier",
    "espace_famille_particulier/tests/particulier_double.py",
    "res_company",
    {"espace_particulier_url": ""},
    f"espace_particulier_url LIKE 'http://{HOST}:%'",
)
