"""Serve a database that is already there, without rebuilding anything.

Answers are compressed, as the proxy of a real server does it. Mails are not sent: each
is written to a file in .espace/mail. Where PayFiP is set up for this machine, as in the
demo, a double of it serves its payment page; so does one of API Particulier."""

from __future__ import annotations

import argparse
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable

from ..beside import PARTICULIER, PAYFIP, mail_box
from ..console import Stop, say, step
from ..layout import DEMO_DB, Layout
from ..process import free_port, start, stop, wait_for
from ..server import server_command
from ..setup.environment import Environment, environment, tell_missing

NAME = "serve"
HELP = "serve a database as it is (default: the demo's)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--database", "-d", default=DEMO_DB, help="its name (default: %(default)s)"
    )
    server_arguments(parser)


def server_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the commands that end in a running server."""
    parser.add_argument(
        "--port", type=int, help="port of the site (default: 8069, or the next free)"
    )
    parser.add_argument(
        "--interface",
        default="127.0.0.1",
        help="address to listen on (default: %(default)s, this machine only)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=0,
        help="number of worker processes (default: threads in one process)",
    )
    parser.add_argument(
        "--dev", default="", help="Odoo's --dev option, for example 'reload,xml'"
    )


def run(options: argparse.Namespace, layout: Layout) -> int:
    """Serve until Ctrl-C."""
    with environment(layout) as prepared:
        prepared.databases.require(options.database)
        serve(prepared, options.database, options)
    return 0


def serve(
    prepared: Environment,
    database: str,
    options: argparse.Namespace,
    welcome: Callable[[str], None] = lambda address: None,
) -> None:
    """Run the server until Ctrl-C; call ``welcome`` when it answers."""
    layout = prepared.layout
    port = choose_port(options)
    local = options.interface in ("127.0.0.1", "0.0.0.0")
    address = f"http://{'localhost' if local else options.interface}:{port}"
    log = layout.log(database)
    prepared.databases.query(
        "UPDATE ir_config_parameter SET value = :'it' WHERE key = 'web.base.url'",
        database,
        it=address,
    )
    mails = mail_box(layout.python, layout.mail, say)
    bank = PAYFIP.beside(prepared, database, say)
    caf = PARTICULIER.beside(prepared, database, say)
    with (
        mails as mail_port,
        bank as bank_address,
        caf as caf_address,
        log.open("a") as output,
    ):
        running = start(
            [
                *server_command(
                    *(layout.python, layout.conf, database),
                    port=port,
                    workers=options.workers,
                    interface=options.interface,
                ),
                f"--smtp-port={mail_port}",
                *([f"--dev={options.dev}"] if options.dev else []),
            ],
            env=prepared.variables(ESPACE_COMPRESS="1"),
            cwd=layout.home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            with step("Starting the server"):
                _wait_until_it_answers(running, options, port, layout.short(log))
            tell_missing("documents are shown as pages, not as PDF")
            say_where(address, layout, log)
            if bank_address:
                say(f"  PayFiP   {bank_address} (a double: no money moves)")
            if caf_address:
                say(f"  CAF      {caf_address} (a double: invented quotients)")
            welcome(address)
            say("\nCtrl-C stops it.")
            running.wait()
            raise Stop(f"The server ended by itself; see {layout.short(log)}.")
        finally:
            stop(running)


def choose_port(options: argparse.Namespace) -> int:
    """The port asked for, which has to be free; else the first free from 8069."""
    if options.port is None:
        return free_port(8069, options.interface)
    port = free_port(options.port, options.interface)
    if port != options.port:
        raise Stop(f"Port {options.port} is taken; {port} is free.")
    return port


def _wait_until_it_answers(
    running: subprocess.Popen, options: argparse.Namespace, port: int, log: str
) -> None:
    host = "127.0.0.1" if options.interface == "0.0.0.0" else options.interface
    page = f"http://{host}:{port}/web/login"

    def answers() -> bool:
        if running.poll() is not None:
            raise Stop(f"The server did not start; see {log}.")
        try:
            with urllib.request.urlopen(page, timeout=60):
                return True
        except urllib.error.HTTPError as error:
            raise Stop(f"{page} answers {error}; see {log}.") from None
        except OSError:
            return False

    if not wait_for(answers, 120, pause=0.3):
        raise Stop(f"The server does not answer; see {log}.")


def say_where(address: str, layout: Layout, log) -> None:
    """Say where the site, its mails and its log are."""
    say()
    say(f"  Site     {address}")
    say(f"  Mails    {layout.short(layout.mail)} (written there, never sent)")
    say(f"  Log      {layout.short(log)}")
