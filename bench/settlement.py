"""50,000 bookings are settled: 250 families, two children each, 100 days.

Promise: at most 60 s, one charge a booking; settled again, when there is nothing to
do, and recomputed after each family's quotient has changed, each within the same.
"""

import argparse
import cProfile
import pstats

from _odoo import Report, Town, seconds, transaction

BUDGET = 60.0
CHILDREN = 2
BRACKETS = ((0, 500, 0.60), (500, 1001, 0.65), (1001, 0, 0.80))


def main():
    options = arguments()
    report = Report()
    with transaction(tracking_disable=True) as env:
        bookings = commune(env, options.families, options.days)
        count = len(bookings)
        profile = cProfile.Profile() if options.profile else None

        def measure(label, action, expected, limit=BUDGET):
            before = env["espace.charge"].search_count([])
            env.flush_all()
            env.invalidate_all()
            duration = seconds(lambda: flushed(env, action))
            report.budget(label, duration, limit, f"{duration / count * 1e3:.2f} ms")
            made = env["espace.charge"].search_count([]) - before
            report.expect("  charges made", made, expected)

        if profile:
            profile.enable()
        measure(f"{count} bookings settled", bookings._settle, count)
        if profile:
            profile.disable()
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        measure("settled again, nothing to do", bookings._settle, 0)
        # Written past the model, which would recompute by itself.
        env.cr.execute("UPDATE espace_family_income SET value = 300")
        env.invalidate_all()
        measure("recomputed at another quotient", bookings._recompute_prices, 2 * count)
        env.cr.rollback()
    report.end()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", type=int, default=250)
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--profile", action="store_true", help="print what takes long")
    return parser.parse_args()


def flushed(env, action):
    action()
    env.flush_all()


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
