"""50,000 bookings are settled: 250 families, two children each, 100 days.

Promise: at most 60 s, one charge a booking, and as much again when there is nothing
to do. Recomputed after each family's quotient has changed, two charges a booking, in
the batches of the scheduled action: at most 180 s.
"""

import argparse

from _odoo import Report, Town, seconds, transaction

from odoo.tools.misc import split_every

from odoo.addons.espace_famille_billing.models.charge import (
    espace_reservation_recompute,
)

BUDGET, BUDGET_ANEW = 60.0, 180.0
CHILDREN = 2
BRACKETS = ((0, 500, 0.60), (500, 1001, 0.65), (1001, 0, 0.80))


def main():
    options = arguments()
    report = Report()
    with transaction(tracking_disable=True) as env:
        bookings = commune(env, options.families, options.days)
        count = len(bookings)

        def measure(label, action, expected, limit=BUDGET):
            before = env["espace.charge"].search_count([])
            env.flush_all()
            env.invalidate_all()
            duration = seconds(lambda: flushed(env, action))
            report.budget(label, duration, limit, f"{duration / count * 1e3:.2f} ms")
            made = env["espace.charge"].search_count([]) - before
            report.expect("  charges made", made, expected)

        measure(f"{count} bookings settled", bookings._settle, count)
        measure("settled again, nothing to do", bookings._settle, 0)
        # Written past the model, which would recompute by itself.
        env.cr.execute("UPDATE espace_family_income SET value = 300")
        env.invalidate_all()
        measure(
            "recomputed at another quotient",
            lambda: recomputed(bookings),
            2 * count,
            BUDGET_ANEW,
        )
        env.cr.rollback()
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=250)
    parser.add_argument("--days", type=int, default=100)
    return parser.parse_args()


def flushed(env, action):
    action()
    env.flush_all()


def recomputed(bookings):
    """Recompute as the scheduled action does, which commits after each batch."""
    for ids in split_every(espace_reservation_recompute.BATCH, bookings.ids):
        bookings.browse(ids)._recompute_prices()
        bookings.env.flush_all()
        bookings.env.invalidate_all()


def commune(env, families, days):
    """Build the commune; return its bookings, each child present on each day."""
    Town.build(env)
    option = Town.add_service("Garderie", Town.coming_days(days), capacity=2000)
    option.espace_activity_id.billing_mode = "consumption"
    Town.prices.write(
        {
            "line_ids": [
                (5, 0, 0),
                *((0, 0, Town._line(option, "planned", *price)) for price in BRACKETS),
            ]
        }
    )
    children = Town.env["espace.child"]
    for number in range(families):
        children |= Town.add_family(number, CHILDREN).main_child_ids
    sessions = option.espace_activity_id.session_ids
    return Town.env["espace.reservation"].create(
        [
            {
                "child_id": child.id,
                "family_id": child.family_id.id,
                "session_id": session.id,
                "product_id": option.id,
                "state": "confirmed",
                "attendance": "present",
            }
            for child in children
            for session in sessions
        ]
    )


if __name__ == "__main__":
    main()
