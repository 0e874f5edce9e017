"""What the measurements share: Odoo, an invented commune, a stopwatch.

`./espace bench` gives each script a fresh database with our addons and names it in
ESPACE_DB, its configuration in ESPACE_CONF.
"""

import gc
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

CONF = os.environ["ESPACE_CONF"]
DATABASE = os.environ["ESPACE_DB"]

config.parse_config(["-c", CONF, "-d", DATABASE, "--log-level=error"])

# The addons are found once the configuration is read.
from odoo.addons.espace_famille_billing.tests.common import (  # noqa: E402
    EspaceBillingCase,
)

ALL_WEEK = {"wednesday": True, "saturday": True, "sunday": True}


@contextmanager
def transaction(user: int = SUPERUSER_ID, **context) -> Iterator[api.Environment]:
    """Open an environment as a request does: nothing is read yet; commit at the end."""
    with Registry(DATABASE).cursor() as cr:
        env = api.Environment(cr, user, context)
        yield env
        env.flush_all()


class Town(EspaceBillingCase):
    """The commune of the tests, with its prices, around today instead of 2027.

    Its class methods build it; no test runs.
    """

    @classmethod
    def build(cls, env, name="Commune de Mesure"):
        """Create the company, its school, its two families and its books."""
        cls.today = date.today()
        cls._create_commune(env, name)
        cls._create_accounts()
        cls.prices = cls.env["espace.tariff"].create(
            {"name": "Tarifs", "company_id": cls.company.id, "date_from": cls.today}
        )
        return cls

    @classmethod
    def add_family(cls, number, children=2):
        """Create a family with a quotient; its children are enrolled everywhere."""
        family = cls._create_family(f"Famille {number}", ["Claire"])
        cls._set_quotient(family, 750, cls.today)
        for rank in range(children):
            cls._create_child(family, f"Enfant {rank + 1}", cls.class_cp)
        return family

    @classmethod
    def _create_calendar(cls):
        super()._create_calendar()
        # Children are enrolled for the years that hold today and the days to come.
        cls.year.write(
            {
                "date_from": cls.today - timedelta(days=30),
                "date_to": cls.today + timedelta(days=400),
            }
        )

    @classmethod
    def add_service(cls, name, days, price=3.60, **vals):
        """Open an activity of one option, every one of `days`; return the option."""
        activity = cls.env["espace.activity"].create(
            {
                "name": name,
                "code": "bench",
                "capacity": 500,
                "on_holidays": True,
                **ALL_WEEK,
                **vals,
            }
        )
        option = cls._create_option(activity, name)
        cls.env["espace.tariff.line"].create(
            {
                "tariff_id": cls.prices.id,
                **cls._line(option, "planned", 0, 0, price),
            }
        )
        cls.env["espace.session"].create(
            [
                {
                    "activity_id": activity.id,
                    "date": day,
                    "capacity": activity.capacity,
                    "seats_limited": activity.seats_limited,
                }
                for day in days
            ]
        )
        return option

    @classmethod
    def _enrol(cls, child, activities):
        return super()._enrol(child, activities | cls.services())

    @classmethod
    def services(cls):
        """Return the activities of `add_service`."""
        return cls.env["espace.activity"].search(
            [("company_id", "=", cls.company.id), ("code", "=", "bench")]
        )

    @classmethod
    def coming_days(cls, count):
        return [cls.today + timedelta(days=number) for number in range(2, count + 2)]


# === Stopwatch === #


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes, without the garbage of the one before."""
    gc.collect()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def median(samples: list[float]) -> float:
    return statistics.median(samples)


def percentile(samples: list[float], percent: int) -> float:
    """Return the smallest sample that `percent` of them do not exceed."""
    ranked = sorted(samples)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]


def ms(duration: float) -> str:
    return f"{duration * 1000:.0f} ms"


class Report:
    """Prints one line a figure and remembers whether a budget was missed."""

    def __init__(self):
        self.missed = []

    def figure(self, label: str, text: str) -> None:
        print(f"  {label:<46}{text}", flush=True)

    def budget(self, label: str, value: float, limit: float, text: str = "") -> None:
        """Print a duration in seconds beside its limit."""
        kept = value <= limit
        if not kept:
            self.missed.append(label)
        verdict = "ok" if kept else "MISSED"
        self.figure(label, f"{ms(value):>8} of {ms(limit):<8} {verdict:<7}{text}")

    def end(self) -> None:
        """Exit with 1 if a budget was missed."""
        sys.exit(1 if self.missed else 0)
