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

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

CONF = os.environ["ESPACE_CONF"]
DATABASE = os.environ["ESPACE_DB"]

config.parse_config(["-c", CONF, "-d", DATABASE, "--log-level=error"])

# The addons are found once the configuration is read.
from tests.town import Town  # noqa: F401


@contextmanager
def transaction(user: int = SUPERUSER_ID, **context) -> Iterator[api.Environment]:
    """Open an environment as a request does: nothing is read yet; commit at the end."""
    with Registry(DATABASE).cursor() as cr:
        env = api.Environment(cr, user, context)
        yield env
        env.flush_all()


# === Stopwatch === #


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes, without the garbage of the one before."""
    return seconds_and_cpu(action)[0]


def seconds_and_cpu(action: Callable[[], object]) -> tuple[float, float]:
    """Return also what it takes of our processor, which a busy machine tells less of.

    PostgreSQL's part is not in it.
    """
    gc.collect()
    start, cpu = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - start, time.process_time() - cpu


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

    def expect(self, label: str, value: int, expected: int) -> None:
        """Print a count that has to be exact."""
        if value != expected:
            self.missed.append(label)
        verdict = "ok" if value == expected else f"MISSED, not {expected}"
        self.figure(label, f"{value:>8} {verdict}")

    def end(self) -> None:
        """Exit with 1 if a budget was missed."""
        sys.exit(1 if self.missed else 0)
