"""A run of 30,000 families, by as many workers as there are processors.

Promise: at most 20 minutes on two processors for settling, invoicing, posting and
remembering; one worker is killed on the way and another one goes on; each family is
invoiced once, for what a worker alone makes of it, to the cent, and the numbers have no
gap. Each family has one child and thirty services of a month, attendance marked.
"""

import argparse
import subprocess
import sys
import time

from _odoo import CONF, DATABASE, Report, ms, transaction
from billing import build

from odoo.service.model import retrying

FAMILIES, WORKERS = 30_000, 2
# For 30,000 families on two processors.
MINUTES = 20
# What one worker makes alone, for the others to be compared with.
ALONE = 200


def main():
    options = arguments()
    if options.run:
        work(options.run)
        return
    report = Report()
    run_id, _bare = build(options.families)
    alone_id, _bare = build(ALONE)
    start = time.monotonic()
    work(alone_id)
    alone = (time.monotonic() - start) / ALONE
    report.figure("one worker", f"{ms(alone):>8} a family", alone)
    start = time.monotonic()
    workers = [begin(run_id) for _worker in range(options.workers)]
    if options.workers > 1:
        kill(report, workers, run_id)
    for worker in workers:
        worker.wait()
    taken = time.monotonic() - start
    limit = 60 * MINUTES * options.families / FAMILIES
    label = f"{options.families} families, {options.workers} workers"
    report.budget(label, taken, limit, f"{ms(taken / options.families)} a family")
    ratio = taken / options.families / alone
    report.figure(f"{label} / one", f"{ratio:>8.2f} times", ratio, unit="times")
    compare(report, alone_id, run_id, options.families)
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=FAMILIES)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--run", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def begin(run_id):
    """Start a worker in a process of its own."""
    return subprocess.Popen([sys.executable, __file__, "--run", str(run_id)])


def work(run_id):
    """Invoice as a scheduled job does, until nothing is left that is nobody's."""
    going_on = True
    while going_on:
        with transaction() as env:
            run = env["espace.billing.run"].browse(run_id)
            run = run.with_context(allowed_company_ids=run.company_id.ids)
            done = retrying(run._work_batch, env)
            going_on = run.state == "invoicing" and done
            env.cr.commit()


def kill(report, workers, run_id):
    """Kill one worker amid its work, and start another one in its place."""
    while not invoiced(run_id):
        if any(worker.poll() is not None for worker in workers):
            raise SystemExit("A worker ended before anything was invoiced.")
        time.sleep(0.5)
    time.sleep(1)
    workers[0].kill()
    workers[0].wait()
    workers[0] = begin(run_id)
    report.figure("A worker was killed after", f"{invoiced(run_id):>8} families")


def invoiced(run_id):
    with transaction() as env:
        env.cr.execute(
            "SELECT count(*) FROM espace_billing_run_family"
            " WHERE run_id = %s AND state = 'done'",
            [run_id],
        )
        return env.cr.fetchone()[0]


def compare(report, alone_id, run_id, count):
    """Each family has one posted invoice, of the amount that one worker makes."""
    with transaction() as env:
        alone, run = env["espace.billing.run"].browse([alone_id, run_id])
        report.expect("The run is invoiced", run.state == "invoiced", True)
        env.cr.execute(
            "SELECT count(*), count(DISTINCT espace_family_id),"
            " max(sequence_number) - min(sequence_number) + 1"
            " FROM account_move WHERE espace_run_id = %s AND state = 'posted'",
            [run_id],
        )
        made, families, numbers = env.cr.fetchone()
        report.expect("Invoices", made, count)
        report.expect("Families invoiced", families, count)
        report.expect("Numbers, the first to the last", numbers, count)
        amounts = []
        for one in (alone, run):
            env.cr.execute(
                "SELECT array_agg(DISTINCT amount_total) FROM account_move"
                " WHERE espace_run_id = %s",
                [one.id],
            )
            amounts.append(env.cr.fetchone()[0])
        report.expect("Amounts as of one worker", amounts[0] == amounts[1], True)


if __name__ == "__main__":
    assert CONF and DATABASE
    main()
