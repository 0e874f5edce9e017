"""The opening of bookings: 300 parents on 85 places, 4 workers, through real HTTP.

Each parent has the day in the cart and presses Valider; one of four for two children.
One of twelve loses the answer and presses again. Who has a place pays by card, one of
five closes the page of the payment; who has none asks for the waiting list, one of
ten goes. Hours later the places that nobody paid are given to the list.

Promise: nothing oversold, nothing doubled, every parent gets a proper answer that the
database holds true, nobody is passed over, ranks are as they were told. And when 300
come within the opening minute, 95 of 100 have the answer to Valider, page included,
within 2 seconds on 2 cores. All at the same instant is measured too; there, only the
total time makes sense. For a town: --parents 2500 --places 700 --seconds 600.
"""

import argparse
import time
from collections import Counter

from _odoo import CONF, DATABASE, Report, ms, percentile, transaction

from tests.opening import FULL, HELD, LEFT, PAID, WAITING, Opening
from tests.rush import COLLIDED, ERROR, GIVEN_UP, RETRIED, Server

P95, MANY = 2.0, 300


def main():
    options = arguments()
    report = Report()
    rushes = {f"Within {options.seconds:.0f} s": options.seconds}
    if not options.once:
        rushes["All at once"] = 0
    openings = {label: build(report, options, label) for label in rushes}
    with Server(DATABASE, CONF, options.workers).running() as server:
        for label, opening in openings.items():
            start = time.monotonic()
            opening.run(server, rushes[label])
            report.figure(
                f"{label}: all have ended after", f"{time.monotonic() - start:8.0f} s"
            )
            promised = rushes[label] >= 60 and options.parents <= MANY
            latency(report, label, opening, budget=P95 if promised else None)
            check(report, label, opening)
            later(report, label, opening)
        errors(report, server)
        report.expect("Requests that Odoo gave up", server.count(GIVEN_UP), 0)
        report.figure("Requests that Odoo ran again", f"{server.count(RETRIED):8}")
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parents", type=int, default=MANY)
    parser.add_argument("--places", type=int, default=85)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=60, help="the opening minute")
    parser.add_argument("--once", action="store_true", help="not all at one instant")
    return parser.parse_args()


def build(report, options, label):
    """Build a commune for one rush."""
    start = time.monotonic()
    opening = Opening(transaction, options.places)
    opening.build(options.parents, f"Commune {label}")
    seconds = time.monotonic() - start
    report.figure(f"{label}: {options.parents} families made in", f"{seconds:8.0f} s")
    return opening


def latency(report, label, opening, budget=None):
    """Print how long each kind of answer took, page included."""
    for kind, words in (("validate", "Valider"), ("wait", "the waiting list")):
        times = opening.seconds.get(kind)
        if not times:
            continue
        figures = ", ".join(
            f"{name} {ms(percentile(times, percent))}"
            for name, percent in (("p50", 50), ("p95", 95), ("p99", 99), ("max", 100))
        )
        report.figure(f"{label}: {words} ({len(times)})", figures)
    if budget:
        times = opening.seconds["validate"]
        report.budget(f"{label}: 95 of 100 within", percentile(times, 95), budget)
    payments = opening.seconds.get("pay")
    if payments:
        report.figure(
            f"{label}: a payment, seven requests ({len(payments)})",
            f"p50 {ms(percentile(payments, 50))}, p95 {ms(percentile(payments, 95))}",
        )


def check(report, label, opening):
    """Compare what parents were told with what the database holds."""
    with transaction() as env:
        taken = sum(opening.seats(env).values())
        wrong, strange = opening.wrong(env), opening.strange()
        counts = {word: len(opening.told(word)) for word in (HELD, PAID, FULL, WAITING)}
        report.expect(
            f"{label}: parents answered",
            counts[HELD] + counts[FULL],
            len(opening.seekers),
        )
        report.figure(
            f"{label}: booked, paid, full, on the list",
            f"{counts[HELD]:8}, {counts[PAID]}, {counts[FULL]}, {counts[WAITING]}",
        )
        again = sum((one.again for one in opening.seekers), Counter())
        report.figure(f"{label}: asked again", f"{dict(again) or 'nobody'}")
        report.expect(f"{label}: places oversold", max(0, taken - opening.places), 0)
        # One may stay free for who comes alone, when two are next.
        report.figure(f"{label}: places left free", f"{opening.places - taken:8}")
        report.expect(f"{label}: told what is not so", len(wrong), 0)
        report.expect(f"{label}: pages without sense", len(strange), 0)
        for line in (*wrong[:5], *strange[:5]):
            report.figure("", line)
        report.expect(f"{label}: doubled", opening.doubled(env), 0)
        report.expect(f"{label}: passed over", opening.passed_over(), 0)
        report.figure(
            f"{label}: of the first who asked, have a place",
            f"{opening.in_order():8} of {counts[HELD]}",
        )
        opening.queue(env)
        report.expect(f"{label}: overtaken on the list", opening.overtaken(), 0)
        report.expect(f"{label}: whose rank is not as told", opening.worse(), 0)
        problems(report, label, opening, env)


def later(report, label, opening):
    """Let the time to pay run out."""
    abandoned = sum(one.children for one in opening.told(HELD) if LEFT in one.told)
    with transaction() as env:
        freed, given, unfair = opening.let_holds_expire(env)
        report.expect(f"{label}, unpaid: places freed", freed, abandoned)
        report.figure(f"{label}, unpaid: families given one", f"{given:8}")
        report.expect(f"{label}, unpaid: out of turn", unfair, 0)
        taken = sum(opening.seats(env).values())
        report.expect(
            f"{label}, unpaid: places oversold", max(0, taken - opening.places), 0
        )
        problems(report, f"{label}, unpaid", opening, env)


def errors(report, *servers):
    """Print what the servers' logs hold; a query that was run again is no error."""
    found = [line for server in servers for line in server.lines(ERROR)]
    # A line for the query, one for the reason.
    told = [line for line in found if "odoo.sql_db: bad query" in line]
    collided = sum(server.count(COLLIDED) for server in servers)
    report.figure("Queries that collided and were run again", f"{collided:8}")
    report.expect("Other errors in the log", len(found) - len(told), 0)
    report.expect("Other queries that failed", len(told) - collided, 0)
    for line in (line for line in found if line not in told):
        report.figure("", line[:200])


def problems(report, label, opening, env):
    company = env["res.company"].browse(opening.company_id)
    found = env["espace.check"]._problems(company)
    report.expect(f"{label}: broken invariants", len(found), 0)
    for problem in found[:3]:
        report.figure("", str(problem)[:150])


if __name__ == "__main__":
    main()
