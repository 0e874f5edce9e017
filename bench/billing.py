"""A billing run beside bare Odoo: the same families, the same lines, in turns.

Promise: settling, invoicing, posting and remembering take at most 1.2 times what
bare Odoo takes to create and post the same invoices, and a family takes no longer
among 5,000 than among 200. Each family has one child, two options and fifteen days,
paid at consumption and pointed. Bare Odoo invoices the first 1,000 families only.
"""

import argparse
import time
from datetime import datetime, timedelta

from _copies import copy_family
from _odoo import Report, Town, ms, seconds, transaction

from odoo import fields
from odoo.fields import Command
from odoo.tools import split_every

RATIO = 1.2
# A family of the largest commune may take so much longer than one of the smallest.
DRIFT = 1.25
DAYS = 15
BATCH = 100
# What bare Odoo is compared on: it would take half an hour for them all.
COMPARED = 1000


def main():
    options = arguments()
    report = Report()
    warm_up()
    of_a_family = {}
    for size in options.sizes:
        run, beside, bare = measure(size)
        compared = min(size, COMPARED)
        of_a_family[size] = run / size
        for label, taken in (("bare Odoo", bare / compared), ("the run", run / size)):
            label = f"{size} families: {label}"
            report.figure(label, f"{ms(taken):>8} a family", taken)
        report.at_most(f"{size} families: run / bare", beside / bare, RATIO, "times")
    first, last = min(of_a_family), max(of_a_family)
    if first != last:
        drift = of_a_family[last] / of_a_family[first]
        report.at_most(f"A family of {last} / one of {first}", drift, DRIFT, "times")
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=[200, 5000],
        help="numbers of families",
    )
    return parser.parse_args()


def warm_up():
    """Have Odoo read what it keeps for all later requests."""
    measure(4)


# === The commune === #


def measure(size):
    """Return the seconds of the run, of its part beside bare Odoo, and of that."""
    run_id, bare = build(size)
    run = beside = barely = 0.0
    for vals_list in split_every(BATCH, bare):
        # In turns: a busy machine slows both down.
        beside += timed(invoice_batch, run_id)
        barely += timed(invoice_barely, vals_list)
    for _batch in range(len(bare), size, BATCH):
        run += timed(invoice_batch, run_id)
    check(run_id, size, len(bare))
    return run + beside, beside, barely


def build(size):
    """Build a commune whose families owe 30 services each.

    :return: the id of a launched run, and the values of the invoices that bare Odoo
        is to make of the same lines
    """
    with transaction(tracking_disable=True) as env:
        town = Town.build(env, f"Commune de {size} familles {time.time():.0f}")
        town.prices.date_from = town.today - timedelta(days=90)
        days = [town.today - timedelta(days=number) for number in range(1, DAYS + 1)]
        products = [
            town.add_service(name, days, price=price, capacity=2 * size)
            for name, price in (("Cantine", 3.60), ("Garderie", 1.30))
        ]
        town.services().billing_mode = "consumption"
        town.company.espace_minimum_invoice = 0
        family = town.add_family(1, children=1)
        company_id = town.company.id
        live(family, products, days)
        copy_family(family, 1, size - 1)
    with transaction(allowed_company_ids=[company_id]) as env:
        run = env["espace.billing.run"].create(
            {"date_from": min(days), "date_to": max(days)}
        )
        run.action_prepare()
        run.action_launch_anyway()
        return run.id, [bare_vals(line) for line in run.family_line_ids[:COMPARED]]


def live(family, products, days):
    """Have the children of a family come every day."""
    asked = datetime.combine(min(days), datetime.min.time()) - timedelta(days=30)
    bookings = family.env["espace.reservation"]
    items = [
        (child.id, product.id, day)
        for child in family.child_ids
        for product in products
        for day in days
    ]
    quotes = bookings._book(family, items, now=asked)
    if {quote.status for quote in quotes} != {"booked"}:
        raise SystemExit(f"Not all was booked: {quotes[0]}")
    booked = bookings.browse(quote.reservation_id for quote in quotes)
    booked._set_attendance("present")


def bare_vals(line):
    """Return what bare Odoo needs to make the invoice of one family."""
    charges = line.family_id.charge_ids.with_context(lang=line.family_id.lang)
    return {
        "move_type": "out_invoice",
        "company_id": line.company_id.id,
        "partner_id": line.family_id.partner_id.id,
        "invoice_date": line.run_id.invoice_date,
        "invoice_line_ids": [
            Command.create(
                {
                    name: value
                    for name, value in group._prepare_invoice_line().items()
                    if name not in ("balance", "amount_currency")
                }
            )
            for group in charges._grouped_for_invoice()
        ],
    }


# === Measuring === #


def timed(action, *args):
    return seconds(lambda: action(*args))


def invoice_batch(run_id):
    """Do one batch of the run, as its scheduled job does, commit included."""
    with transaction() as env:
        run = env["espace.billing.run"].browse(run_id)
        run = run.with_context(allowed_company_ids=run.company_id.ids)
        if run._invoice_batch(BATCH) == 0:
            raise SystemExit("The run stopped before its end.")


def invoice_barely(vals_list):
    with transaction(allowed_company_ids=[vals_list[0]["company_id"]]) as env:
        env["account.move"].create(list(vals_list)).action_post()


def check(run_id, size, compared):
    """Both made their posted invoices, of the same total a family."""
    with transaction() as env:
        run = env["espace.billing.run"].browse(run_id)
        ours = run.move_ids.filtered(lambda move: move.state == "posted")
        theirs = env["account.move"].search(
            [
                ("company_id", "=", run.company_id.id),
                ("espace_run_id", "=", False),
                ("state", "=", "posted"),
            ]
        )
        amounts = {round(move.amount_total, 2) for move in ours | theirs}
        if not (len(ours) == size and len(theirs) == compared and len(amounts) == 1):
            raise SystemExit(
                f"{len(ours)} and {len(theirs)} invoices of {amounts} at "
                f"{fields.Datetime.now()}: the comparison is not fair."
            )


if __name__ == "__main__":
    main()
