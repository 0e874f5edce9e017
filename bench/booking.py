"""A cart of 300 items is validated: 2 children, 5 options, 30 days.

Promise: at most 300 ms for quote, seats, history and charges, as a parent validates it
on the portal, whether the commune asks for money at booking (the invoice follows a
minute later) or at consumption. What an invoice adds is shown beside it: for who pays
online, whose draft is made at once, and for an agent, who sees it at once. The
yardstick is what bare Odoo takes to create 300 rows of a model without any logic.
"""

import argparse
from collections import Counter

from _odoo import (
    Report,
    Town,
    median,
    ms,
    seconds,
    seconds_and_cpu,
    transaction,
)

from odoo import fields

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille_billing.models.charge.espace_reservation import (
    INVOICE_SOON,
)

BUDGET = 0.3
OPTIONS, DAYS = 5, 30


def main():
    options = arguments()
    report = Report()
    stick = median([yardstick() for _time in range(options.times)])
    report.figure("300 bare rows (yardstick)", f"{ms(stick):>8}")
    for label, (prepare, soon, promised) in SITUATIONS.items():
        carts = build(label, prepare, options.times + 1)
        # The first request reads what Odoo keeps for all later ones.
        samples = [validate(*cart, soon) for cart in carts][1:]
        quote, book, cpu, queries = map(median, zip(*samples, strict=True))
        report.figure(f"{label}: quote alone", f"{ms(quote):>8}")
        text = f"{ms(cpu)} CPU, {book / stick:.1f} yardsticks, {queries:.0f} queries"
        if promised:
            report.budget(f"{label}: validated", book, BUDGET, text)
        else:
            report.figure(f"{label}: validated", f"{ms(book):>8} {text}")
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=9, help="measurements a case")
    return parser.parse_args()


def build(name, prepare, count):
    """Build a commune; return the carts of `count` families: (user, family, items)."""
    with transaction(tracking_disable=True) as env:
        town = Town.build(env, name)
        days = town.coming_days(DAYS)
        products = [town.add_service(f"Service {n}", days) for n in range(OPTIONS)]
        prepare(town)
        carts = []
        for number in range(count):
            family = town.add_family(number)
            items = [
                (child.id, product.id, day)
                for day in days
                for product in products
                for child in family.child_ids
            ]
            env["espace.reservation"]._add_to_cart(family, items)
            carts.append((town.company.id, family.id, items))
        return carts


# === Situations === #


def at_consumption(town):
    town.services().billing_mode = "consumption"


def invoiced_at_once(town):
    town.services().billing_mode = "booking"


def paid_online(town):
    town._publish_provider()


# label: (how the commune is set up, the invoice follows, the time is promised)
SITUATIONS = {
    "Paid at consumption": (at_consumption, True, True),
    "Due at booking": (invoiced_at_once, True, True),
    "With its invoice, by an agent": (invoiced_at_once, False, False),
    "Paid online": (paid_online, True, False),
}


# === Measuring === #


def yardstick():
    """Return the seconds that 300 rows of a model without logic take."""
    with transaction() as env:
        rows = [{"name": f"Diet {number}"} for number in range(300)]

        def create():
            env["espace.diet"].create(rows)
            env.flush_all()

        return seconds(create)


def validate(company_id, family_id, items, soon):
    """Return (seconds to quote, seconds, CPU seconds and queries to validate)."""
    now = fields.Datetime.now()
    context = {"allowed_company_ids": [company_id], "lang": "fr_FR"}

    def quote():
        with transaction(**context) as env:
            family = env["espace.family"].browse(family_id)
            env["espace.reservation"]._quote_cart(family, items, now)

    with transaction(**context) as env:
        family = env["espace.family"].browse(family_id)

        def book():
            gate = allow(env["espace.reservation"], INVOICE_SOON, soon)
            quotes = gate._book(family, items, now=now)
            env.flush_all()
            statuses = Counter(quote.status for quote in quotes)
            if not statuses.keys() <= {"booked", "pending"}:
                raise SystemExit(f"Not all was booked: {statuses}")

        durations = seconds(quote), *seconds_and_cpu(book)
        return *durations, env.cr.sql_log_count


if __name__ == "__main__":
    main()
