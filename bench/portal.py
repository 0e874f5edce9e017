"""The Vue Période of a month, and a tap in it, with 60 and with 10,000 families.

Promise: a month of 2 children and 5 options takes at most 45 ms of the server, a tap at
most 30 ms, and neither asks the database more often when the commune is larger. Four of
the options are served on the four days of the school week, the fifth on Wednesdays.
Server time is what Odoo logs for the request, its queries included. The yardstick is
the emptiest page of the portal, Contacts: log-in, menu and layout alone. Machines are
shared: what is judged is the median, in yardsticks of the same run, at the speed of the
fastest Contacts of that run. The median itself and the fastest request are shown too.
"""

import argparse
import re

from _copies import copy_family
from _odoo import CONF, DATABASE, Report, Town, median, ms, transaction

from tests.rush import Parent, Server, open_session

MONTH, TAP = 0.045, 0.030
FEW, MANY = 60, 10_000
# Monday is 0: on which days the five options are served.
SCHOOL, WEDNESDAY = {0, 1, 3, 4}, {2}
SERVED = (SCHOOL, SCHOOL, SCHOOL, SCHOOL, WEDNESDAY)

# Path, queries, seconds in the database, seconds elsewhere.
LOGGED = re.compile(r'"(?:GET|POST) (\S+) HTTP/1.1" 200 - (\d+) ([\d.]+) ([\d.]+)')


def main():
    options = arguments()
    report = Report()
    visit = build()
    copy_families(FEW, visit)
    few = measure(visit, options.times)
    copy_families(MANY, visit, done=FEW)
    many = measure(visit, options.times)
    for count, seen in ((FEW, few), (MANY, many)):
        stick, _queries, best = seen["contacts"]
        report.figure(
            f"{count} families: Contacts (yardstick)",
            f"{ms(stick):>8}, fastest {ms(best)}",
            stick,
        )
        for name, label, budget in (
            ("month", "a month", MONTH),
            ("tap", "a tap", TAP),
        ):
            taken, queries, fastest = seen[name]
            text = (
                f"{taken / stick:.1f} yardsticks; median {ms(taken)}, "
                f"fastest {ms(fastest)}"
            )
            at_best = taken / stick * best
            line = f"{count} families: {label}"
            report.budget(line, at_best, budget, text, queries)
    for name in ("month", "tap"):
        report.expect(f"Queries of a {name}, whoever else", many[name][1], few[name][1])
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=40, help="requests a page")
    return parser.parse_args()


class Visit:
    """What a parent's browser needs: the session, and what to tap."""

    def __init__(self, town, parent, family, products, days, session_id):
        self.company_id, self.parent_id = town.company.id, parent.id
        self.family_id = family.id
        self.child_ids = family.child_ids.ids
        self.product_ids = products.ids
        self.days = days
        self.session_id = session_id

    @property
    def month(self):
        return f"/my/reservations?view=month&child=all&date={self.days[-1]}"


def build():
    """Build a commune and a family of two that has booked and filled its cart."""
    with transaction(tracking_disable=True) as env:
        town = Town.build(env)
        town.company.espace_block_debt = True
        # Nothing is offered but the five options.
        (town.canteen | town.evening).active = False
        days = town.coming_days(62)
        products = env["product.product"].concat(
            *(
                town.add_service(
                    f"Service {number}",
                    [day for day in days if day.weekday() in served],
                    capacity=100_000,
                )
                for number, served in enumerate(SERVED)
            )
        )
        family = town.add_family(1, children=2)
        parent = town.add_parent(family)
        # The first month of which all days are to come.
        first = next(day for day in days if day.day == 1)
        month = [
            day
            for day in days
            if (day.year, day.month) == (first.year, first.month)
            and day.weekday() in SCHOOL
        ]
        items = [
            (child, product, day)
            for child in family.child_ids
            for product in products[:4]
            for day in month[:2]
        ]
        gate = env["espace.reservation"]
        gate._book(family, items)
        env["espace.charge"]._cron_invoice_at_once()
        gate._add_to_cart(family, [(family.child_ids[:1], products[:1], month[7])])
        return Visit(town, parent, family, products, month, open_session(env, parent))


# === Measuring === #


def measure(visit, times):
    """Return {page: (median seconds of the server, most queries, fewest seconds)}."""
    with Server(DATABASE, CONF, 1).running() as server:
        parent = Parent(server, visit.session_id)
        for _time in range(times + 5):
            proper(parent.get("/my/contacts"))
            proper(parent.get(visit.month))
        for number in range(times + 5):
            tap(parent, visit, "remove" if number % 2 else "add")
        lines = LOGGED.findall(server.log.read_text(errors="replace"))
    pages = {
        "contacts": "/my/contacts",
        "month": visit.month,
        "tap": "/my/reservations/do",
    }
    return {name: summary(lines, path) for name, path in pages.items()}


def summary(lines, path):
    # The first requests read what Odoo keeps for all later ones.
    found = [
        (float(database) + float(rest), int(queries))
        for logged, queries, database, rest in lines
        if logged == path
    ][5:]
    times, queries = (list(column) for column in zip(*found, strict=True))
    return median(times), max(queries), min(times)


def proper(answer):
    if answer.trouble:
        raise SystemExit(answer.trouble)


def tap(parent, visit, action):
    day = visit.days[-3]
    order = f"{action}_{visit.child_ids[0]}_{visit.product_ids[0]}_{day}"
    answer = parent.call(
        "/my/reservations/do", do=order, child="all", view="month", date=str(day)
    )
    if answer.get("result", {}).get("level") != "success":
        raise SystemExit(f"A tap was refused: {answer}")


# === A larger commune === #


def copy_families(count, visit, done=0):
    """Give the commune `count` families like the first, with children and bookings."""
    with transaction() as env:
        family = env["espace.family"].browse(visit.family_id)
        copy_family(family, done + 1, count)


if __name__ == "__main__":
    main()
