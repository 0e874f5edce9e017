"""The sessions of a school year are opened: 12 activities, about 2,100 days.

Promise: at most 5 s, limits and places of every session stored; and opening them
again, when there is nothing to do, at most 1 s. The yardstick is what bare Odoo takes
to create as many rows of a model without any logic.
"""

import argparse
import gc
import os
import statistics
import sys
import time
from datetime import date

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import config

DATABASE = os.environ["ESPACE_DB"]
config.parse_config(
    ["-c", os.environ["ESPACE_CONF"], "-d", DATABASE, "--log-level=error"]
)

# The addons are found once the configuration is read.
from odoo.addons.espace_famille.tests.common import Commune

BUDGET, BUDGET_AGAIN = 5.0, 1.0
ACTIVITIES = 12
YEAR = date(2026, 9, 1), date(2027, 8, 31)
RULES = (
    {"kind": "offset", "time": 17},
    {"kind": "offset", "offset_count": 2, "offset_calendar": "working", "time": 12},
    {"kind": "offset", "offset_count": 3, "offset_calendar": "school", "time": 9},
    {"kind": "offset", "offset_count": 2, "offset_calendar": "service", "time": 9},
    {"kind": "monthly", "month_day": 20, "time": 24},
    {
        "kind": "weekly",
        "public_holiday_shift": True,
        "line_ids": [Command.create({"cutoff_weekday": "1", "time": 12})],
    },
)


class Town(Commune):
    """The commune of the tests, with twelve activities open from Monday to Friday."""

    @classmethod
    def _create_activities(cls):
        rules = cls.env["espace.deadline.rule"].create(
            [{"name": f"Rule {n}", **vals} for n, vals in enumerate(RULES)]
        )
        cls.activities = cls.env["espace.activity"].create(
            [
                {
                    "name": f"Activity {number}",
                    "on_wednesdays": True,
                    "saturday": False,
                    "sunday": False,
                    "booking_rule_id": rules[number % len(rules)].id,
                    "cancel_rule_id": rules[(number + 1) % len(rules)].id,
                    "late_rule_id": rules[0].id,
                }
                for number in range(ACTIVITIES)
            ]
        )
        for activity in cls.activities:
            cls._create_option(
                activity, "Option", espace_time_from=16.5, espace_time_to=18.5
            )

    @classmethod
    def _create_families(cls):
        """Sessions need none."""


def main():
    options = arguments()
    with Registry(DATABASE).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        Town._create_commune(env, "Opening sessions")
        samples = [measure(Town.env) for _time in range(options.times + 1)][1:]
        cr.rollback()
    stick, first, again, count = map(statistics.median, zip(*samples, strict=True))
    print(f"  {count:.0f} bare rows (yardstick)  {stick:6.2f} s")
    missed = [
        report(f"{count:.0f} sessions opened", first, BUDGET, stick),
        report("opened again, nothing to do", again, BUDGET_AGAIN, stick),
    ]
    sys.exit(1 if any(missed) else 0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="measurements")
    return parser.parse_args()


def measure(env):
    """Open a year, open it again, undo; return (yardstick, first, again, sessions)."""
    savepoint = env.cr.savepoint()
    counted = []

    def generate():
        counted.append(len(Town.activities._generate_sessions(*YEAR)))
        env.flush_all()

    first, again = seconds(env, generate), seconds(env, generate)
    assert counted[0] >= 2000 and counted[1] == 0, counted
    stick = seconds(env, lambda: bare_rows(env, counted[0]))
    savepoint.close(rollback=True)
    env.invalidate_all()
    return stick, first, again, counted[0]


def bare_rows(env, count):
    env["ir.logging"].create(
        [
            {
                "name": f"Row {n}",
                "type": "server",
                "dbname": DATABASE,
                "level": "info",
                "message": "A row like another",
                "path": "bench",
                "func": "bare_rows",
                "line": str(n),
            }
            for n in range(count)
        ]
    )
    env.flush_all()


def seconds(env, action):
    """Return how long an action takes that finds nothing in memory."""
    env.flush_all()
    env.invalidate_all()
    gc.collect()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def report(label, value, limit, stick):
    """Print a line; return whether the budget was missed."""
    verdict = "ok" if value <= limit else "MISSED"
    print(
        f"  {label:<30}{value:6.2f} s of {limit:.0f} s  {verdict}, "
        f"{value / stick:.1f} yardsticks"
    )
    return value > limit


if __name__ == "__main__":
    main()
