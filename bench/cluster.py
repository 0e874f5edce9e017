"""Two Odoo servers behind nginx, a PostgreSQL and its replica: what falls, what stays.

Started from embedded parts on one machine. The servers share their sessions by one data
folder; pages that only read are read of the replica (`db_replica_host`). First each of
these pages is opened, then one is read while the replica stands still: it has to show
what the same parent has just changed. Then the rush of `bench/rush.py` comes through
nginx, and in it fall, as machines without current: one Odoo server, which starts again;
the replica, for good; the primary, which starts again.

Promise: every parent gets its answer in the end, nothing that was told is lost, nothing
is doubled or oversold, and the checks of the data find nothing.
"""

import argparse
import configparser
import contextlib
import os
import re
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from _postgres import HOST, Copy

DATABASE = os.environ["ESPACE_DB"]

# What Odoo's log says at the end of a request: of which PostgreSQL it was read.
MODE = re.compile(r"werkzeug: .* \S+ \S+ \S+ (ro|rw|ro->rw) ?$")
WROTE = re.compile(r"retrying with a read/write cursor")
FELL_BACK = re.compile(r"Failed to open a readonly cursor")

PAGES = (
    *("/my", "/my/reservations", "/my/reservations/agenda", "/my/panier"),
    *("/my/reservations/historique", "/my/absences", "/my/menus", "/my/semaine"),
    *("/my/factures", "/my/porte-monnaie", "/my/attestations"),
    *("/my/foyer", "/my/actualites", "/my/demandes", "/my/contacts"),
)


def main():
    options = arguments()
    source = configuration()
    with contextlib.ExitStack() as stack:
        primary = stack.enter_context(Copy(int(source["db_port"])).running())
        replica = stack.enter_context(Copy(primary.port, follows=True).running())
        use(source, primary)
        run(options, stack, primary, replica)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parents", type=int, default=200)
    parser.add_argument("--places", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2, help="of each server")
    parser.add_argument("--seconds", type=float, default=120, help="of the rush")
    parser.add_argument("--calm", action="store_true", help="nothing falls")
    return parser.parse_args()


def configuration():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(os.environ["ESPACE_CONF"])
    source = parser["options"]
    if source["db_host"] != HOST or os.environ.get("PGHOST") not in (None, HOST):
        sys.exit("Only with the embedded PostgreSQL: unset PGHOST.")
    return source


def use(source, primary):
    """Have Odoo, here and in its servers, work on our own primary."""
    source["db_port"] = str(primary.port)
    path = Path(os.environ["ESPACE_CONF"]).with_suffix(".cluster.conf")
    lines = [f"{name} = {value}" for name, value in source.items()]
    path.write_text("\n".join(["[options]", *lines, ""]), encoding="utf-8")
    path.chmod(0o600)
    os.environ.update(ESPACE_CONF=str(path), PGPORT=str(primary.port))


def run(options, stack, primary, replica):
    """All that needs Odoo, once its configuration is there."""
    from _odoo import CONF, Report, transaction
    from rush import check, latency, later

    from tests.nginx import Proxy
    from tests.opening import Opening
    from tests.rush import Server

    report = Report()
    opening = Opening(transaction, options.places)
    opening.build(options.parents, "Commune")
    # Odoo's own measurement has to reach the replica before anybody reads there.
    caught_up(primary, replica)
    more = [
        *(f"--db_replica_host={HOST}", f"--db_replica_port={replica.port}"),
        "--proxy-mode",
    ]
    servers = [
        Server(DATABASE, CONF, options.workers, crons=1, options=more)
        for _number in range(2)
    ]
    running = [stack.enter_context(contextlib.ExitStack()) for _server in servers]
    for server, life in zip(servers, running, strict=True):
        life.enter_context(server.running())
    proxy = Proxy(
        [server.port for server in servers], [server.live_port for server in servers]
    )
    stack.enter_context(proxy.running())
    opening.browser = proxy.visitor
    proxy.line = threading.Semaphore(16 * options.workers)

    read_only(report, opening, proxy, servers)
    own_writes(report, opening, proxy, replica)

    start = time.monotonic()
    # What is started by a thread ends with it: the servers are this one's.
    with ThreadPoolExecutor(1) as pool:
        rush = pool.submit(opening.run, proxy, options.seconds, 900)
        if not options.calm:
            faults = Faults(options.seconds, servers, primary, replica)
            for line in chain(faults.happen(), faults.watch(rush)):
                report.figure("", line)
        rush.result()
    report.figure("All have ended after", f"{time.monotonic() - start:8.0f} s")
    latency(report, "Cluster", opening)
    check(report, "Cluster", opening)
    later(report, "Cluster", opening)
    for number, server in enumerate(servers, 1):
        modes = Counter(MODE.search(line)[1] for line in server.lines(MODE))
        report.figure(
            f"Server {number}: requests read of replica, primary",
            f"{modes['ro']:8}, {modes['rw']} written or read there, "
            f"{modes['ro->rw']} fallen back",
        )
        report.expect(f"Server {number}: read-only pages that wrote", writes(server), 0)
        report.figure(
            f"Server {number}: processes that left the replica",
            f"{server.count(FELL_BACK):8}",
        )
    report.end()


def writes(server):
    return server.count(WROTE)


def caught_up(primary, replica):
    """Wait until the replica has applied all that the primary wrote."""
    wanted = primary.ask("SELECT pg_current_wal_lsn()")
    asked = f"SELECT pg_last_wal_replay_lsn() >= '{wanted}'::pg_lsn"
    end = time.monotonic() + 120
    while not replica.ask(asked):
        if time.monotonic() > end:
            raise RuntimeError("The replica does not follow.")
        time.sleep(0.2)


def read_only(report, opening, proxy, servers):
    """Open each page that only reads, as a parent who has changed nothing."""
    parent = opening.come_to(proxy, opening.seekers[0])
    before = [server.count(MODE) for server in servers]
    for path in PAGES:
        answer = parent.get(path)
        if answer.trouble:
            raise SystemExit(f"{path}: {answer.trouble}")
    modes = Counter(
        MODE.search(line)[1]
        for server, skipped in zip(servers, before, strict=True)
        for line in server.lines(MODE)[skipped:]
        if '"GET /my' in line
    )
    # Some lead to others.
    report.figure(f"{len(PAGES)} pages read of the replica", f"{modes['ro']:8} answers")
    report.expect("… read elsewhere", modes["rw"] + modes["ro->rw"], 0)
    report.expect("… that tried to write", sum(map(writes, servers)), 0)


def own_writes(report, opening, proxy, replica):
    """Change the cart while the replica stands still: its parent has to see it."""
    seeker = opening.seekers[1]
    parent = opening.come_to(proxy, seeker)
    replica.ask("SELECT pg_wal_replay_pause() IS NULL")
    try:
        parent.post("/my/panier/retirer", line="all")
        emptied = "Votre panier est vide" in parent.get("/my/panier").shown
        parent.post("/my/panier/reprendre")
        again = "Votre panier est vide" not in parent.get("/my/panier").shown
    finally:
        replica.ask("SELECT pg_wal_replay_resume() IS NULL")
    report.expect("Own changes seen, replica standing still", emptied + again, 2)


class Faults:
    """What falls during a rush, and when it did."""

    def __init__(self, seconds, servers, primary, replica):
        self.servers, self.primary, self.replica = servers, primary, replica
        self.seconds, self.start = seconds, time.monotonic()

    def happen(self):
        """Let them happen one after the other; yield a sentence for each."""
        victim = self.servers[1]
        self.wait(0.25)
        yield self.told("one Odoo server is killed")
        victim.kill()
        self.wait(0.35)
        victim.start()
        yield self.told("it serves again")
        self.wait(0.5)
        yield self.told("the replica is killed")
        self.replica.kill()
        self.wait(0.75)
        yield self.told("the primary is killed")
        self.primary.fall_and_rise(3)
        yield self.told("it has started again")

    def watch(self, rush):
        """Start servers that end by themselves, as systemd does, until the end."""
        while not rush.done():
            for number, server in enumerate(self.servers, 1):
                if server.process.poll() is not None:
                    code = server.process.returncode
                    yield self.told(f"Odoo {number} had ended by itself ({code})")
                    server.start()
                    yield self.told(f"Odoo {number} is started again")
            time.sleep(1)

    def wait(self, part):
        time.sleep(max(0, self.start + part * self.seconds - time.monotonic()))

    def told(self, what):
        return f"after {time.monotonic() - self.start:3.0f} s: {what}"


if __name__ == "__main__":
    main()
