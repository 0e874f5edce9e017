"""A cart of 300 items is validated: 2 children, 5 options, 30 days.

Promise: at most 300 ms for quote, seats, history and charges, as a parent validates it
on the portal, whether the commune asks for money at booking (the invoice follows a
minute later) or at consumption. What an invoice adds is shown beside it: for who pays
online, whose draft is made at once, and with the invoice that follows. The
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

BUDGET = 0.3
OPTIONS, DAYS = 5, 30


def main():
    options = arguments()
    report = Report()
    stick = median([yardstick() for _time in range(options.times)])
    report.figure("300 bare rows (yardstick)", f"{ms(stick):>8}", stick)
    for label, (prepare, invoiced, promised) in SITUATIONS.items():
        carts = build(label, prepare, options.times + 1)
        # The first request reads what Odoo keeps for all later ones.
        samples = [validate(*cart, invoiced) for cart in carts][1:]
        quote, book, cpu, queries = map(median, zip(*samples, strict=True))
        report.figure(f"{label}: quote alone", f"{ms(quote):>8}", quote)
        text = f"{ms(cpu)} CPU, {book / stick:.1f} yardsticks"
        queries = round(queries)
        if promised:
            report.budget(f"{label}: validated", book, BUDGET, text, queries)
        else:
            words = f"{ms(book):>8} {text}"
            report.figure(f"{label}: validated", words, book, queries=queries)
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


# label: (how the commune is set up, with what is invoiced later, the time is promised)
SITUATIONS = {
    "Paid at consumption": (at_consumption, False, True),
    "Due at booking": (invoiced_at_once, False, True),
    "With the invoice that follows": (invoiced_at_once, True, False),
    "Paid online": (paid_online, False, False),
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


def validate(company_id, family_id, items, invoiced):
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
            quotes = env["espace.reservation"]._book(family, items, now=now)
            if invoiced:
                env["espace.charge"]._cron_invoice_at_once(now)
            env.flush_all()
            statuses = Counter(quote.status for quote in quotes)
            if not statuses.keys() <= {"booked", "pending"}:
                raise SystemExit(f"Not all was booked: {statuses}")

        durations = seconds(quote), *seconds_and_cpu(book)
        return *durations, env.cr.sql_log_count


if __name__ == "__main__":
    main()
