"""What the measurements share: Odoo, an invented commune, a stopwatch.

`./espace bench` gives each script a fresh database with our addons and names it in
ESPACE_DB, its configuration in ESPACE_CONF.
"""

import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

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
    """Prints one line a figure and remembers whether a budget was missed.

    Each figure is also written, as JSON, to the file that ESPACE_BENCH_JSON names.
    """

    def __init__(self):
        self.missed = []
        self._path = os.environ.get("ESPACE_BENCH_JSON")

    def figure(self, label: str, text: str, value: float | None = None, **more) -> None:
        """Print a figure as text.

        :param value: the same as a number; in seconds unless `unit` says otherwise
        :param more: `unit`, `budget`, `queries` and `verdict`, for the file
        """
        print(f"  {label:<46}{text}", flush=True)
        if not self._path:
            return
        figure = {
            "script": Path(sys.argv[0]).stem,
            "name": label,
            "value": value,
            "unit": None if value is None else "s",
            **dict.fromkeys(("budget", "queries", "verdict")),
            **more,
            "text": " ".join(text.split()),
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(figure, ensure_ascii=False) + "\n")

    def budget(
        self,
        label: str,
        value: float,
        limit: float,
        text: str = "",
        queries: int | None = None,
    ) -> None:
        """Print a duration in seconds beside its limit, and its queries."""
        verdict = self._judge(label, value <= limit)
        if queries is not None:
            text = f"{queries} queries {text}"
        self.figure(
            label,
            f"{ms(value):>8} of {ms(limit):<8} {verdict:<7}{text}",
            value,
            budget=limit,
            queries=queries,
            verdict=verdict,
        )

    def at_most(self, label: str, value: float, limit: float, unit: str) -> None:
        """Print what is no duration beside its limit: a ratio, queries, bytes."""
        verdict = self._judge(label, value <= limit)
        shown = f"{value:.2f}" if isinstance(value, float) else str(value)
        self.figure(
            label,
            f"{shown:>8} of {limit} {unit} {verdict}",
            value,
            unit=unit,
            budget=limit,
            verdict=verdict,
        )

    def expect(self, label: str, value: int, expected: int) -> None:
        """Print a count that has to be exact."""
        verdict = self._judge(label, value == expected)
        said = verdict if value == expected else f"MISSED, not {expected}"
        self.figure(
            label,
            f"{value:>8} {said}",
            value,
            unit="",
            budget=expected,
            verdict=verdict,
        )

    def _judge(self, label: str, kept: bool) -> str:
        if not kept:
            self.missed.append(label)
        return "ok" if kept else "MISSED"

    def end(self) -> None:
        """Exit with 1 if a budget was missed."""
        sys.exit(1 if self.missed else 0)
