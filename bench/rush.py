"""The opening of bookings: 300 parents on 85 places, 4 workers, through real HTTP.

Each parent has the same day in the cart and presses Valider. Promise: exactly 85 are
booked, everybody sees a proper page, and, when all come within the opening minute,
95 of 100 have their answer, page included, within 2 seconds on 2 cores. All at the
same instant is measured too; there, only the total time makes sense.
"""

import argparse
import random

from _odoo import CONF, DATABASE, Report, Town, median, ms, percentile, transaction

from tests.rush import ERROR, GIVEN_UP, RETRIED, Crowd, Parent, Server, open_session

P95 = 2.0


def main():
    options = arguments()
    report = Report()
    rushes = {"Within a minute": options.seconds, "All at once": 0}
    commune = build(options, len(rushes))
    with Server(DATABASE, CONF, options.workers).running() as server:
        for (label, spread), day in zip(rushes.items(), commune.days, strict=True):
            rush(report, server, commune, label, spread, day)
        report.expect("Errors in the server's log", server.count(ERROR), 0)
        report.expect("Requests that Odoo gave up", server.count(GIVEN_UP), 0)
        report.figure("Requests that Odoo ran again", str(server.count(RETRIED)))
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parents", type=int, default=300)
    parser.add_argument("--places", type=int, default=85)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=60, help="the opening minute")
    return parser.parse_args()


class Commune:
    """What the rushes need to know: ids, days and the parents' sessions."""

    def __init__(self, company_id, product_id, days, places):
        self.company_id, self.product_id = company_id, product_id
        self.days, self.places = days, places
        self.parents = []  # (child id, session id)


def build(options, days):
    """Build the commune and a family for each parent, with a session each."""
    with transaction(tracking_disable=True) as env:
        town = Town.build(env)
        coming = town.coming_days(days)
        product = town.add_service("Centre", coming, capacity=options.places)
        commune = Commune(town.company.id, product.id, coming, options.places)
        for number in range(options.parents):
            family = town.add_family(number, children=1)
            parent = town.add_parent(family)
            commune.parents.append((family.child_ids.id, open_session(env, parent)))
        return commune


def rush(report, server, commune, label, spread, day):
    parents = [fill_cart(server, commune, day, *parent) for parent in commune.parents]
    draw = random.Random(20270901)
    delays = [draw.uniform(0, spread) for _parent in parents]
    answers = Crowd([parent.validate for parent in parents], delays).run()
    times = [answer.seconds for answer in answers]
    report.figure(f"{label}: median", f"{ms(median(times)):>8}", median(times))
    if spread:
        report.budget(f"{label}: 95 of 100 within", percentile(times, 95), P95)
    else:
        slow = percentile(times, 95)
        report.figure(f"{label}: 95 of 100 within", f"{ms(slow):>8}", slow)
    report.figure(f"{label}: the slowest", f"{ms(max(times)):>8}", max(times))
    report.expect(f"{label}: improper pages", sum(bool(a.trouble) for a in answers), 0)
    refused = [answer for answer in answers if "/confirmation" not in answer.url]
    booked = len(answers) - len(refused)
    report.expect(f"{label}: told that they are booked", booked, commune.places)
    told = sum("Complet" in answer.shown for answer in refused)
    report.expect(f"{label}: told that it is full", told, len(refused))
    with transaction() as env:
        held = env["espace.reservation"].search_count(
            [
                ("company_id", "=", commune.company_id),
                ("date", "=", day),
                ("state", "=", "confirmed"),
            ]
        )
        report.expect(f"{label}: places taken", held, commune.places)
        company = env["res.company"].browse(commune.company_id)
        problems = env["espace.check"]._problems(company)
        report.expect(f"{label}: broken invariants", len(problems), 0)


def fill_cart(server, commune, day, child_id, session_id):
    """Put the day in the cart, before the clock runs, and open the cart's page."""
    parent = Parent(server, session_id)
    answers = parent.put_in_cart([(child_id, commune.product_id, day)])
    answers.append(parent.get("/my/panier"))
    for answer in answers:
        if answer.trouble:
            raise SystemExit(f"The cart could not be filled: {answer.trouble}")
    return parent


if __name__ == "__main__":
    main()
