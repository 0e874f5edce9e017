"""Tells a story: draws its steps, tells them, looks after each whether all holds."""

import logging
import os
import random
import traceback
from collections import Counter
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from .steps import STEPS, Declined, Nothing

# Read before any clock is stopped: other stories are told each day.
DAY = date.today().toordinal()

#: How many steps a story has, at least: those that only looked are not counted.
LENGTH = 30

# January was lived before. From April on, there are other prices.
BEGINNINGS = (datetime(2027, 2, 1, 8), datetime(2027, 2, 8, 17), datetime(2027, 3, 22))

# What a step that is refused, or declined, must have left as it was.
LEDGER = {
    "account_move": "count(*), count(*) FILTER (WHERE state = 'posted'), "
    "sum(amount_residual)",
    "account_move_line": "count(*), sum(balance), sum(amount_residual)",
    "account_partial_reconcile": "count(*), sum(amount)",
    "account_payment": "count(*), sum(amount)",
    "espace_charge": "count(*), sum(amount), count(invoice_line_id)",
    "espace_reservation": "count(*) FILTER (WHERE state != 'draft'), "
    "count(*) FILTER (WHERE state = 'confirmed')",
}


class Broken(AssertionError):
    """Something does not hold after a step; says the seed and all steps up to it."""


def seeds(many: int) -> list[int]:
    """Return the seeds of the stories to tell, other ones each day.

    ESPACE_SEED=n tells that one alone, ESPACE_STORY_COUNT=n tells so many.
    """
    if seed := os.environ.get("ESPACE_SEED"):
        return [int(seed)]
    many = int(os.environ.get("ESPACE_STORY_COUNT") or many)
    return [DAY * 1000 + n for n in range(many)]


@contextmanager
def no_error_logged():
    """Fail if our code logs an error: scheduled jobs go on after one, and only say so.

    :raise AssertionError: with the first of them
    """
    records = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = records.append
    logger = logging.getLogger("odoo.addons")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
    for record in records:
        why = record.exc_info and "".join(traceback.format_exception(*record.exc_info))
        raise AssertionError(f"logged: {record.getMessage()}\n{why or ''}")


class Story:
    """What happens in a commune, from some day on.

    :ivar draw: the dice of the step that is told
    :ivar told: what happened so far, a line each
    :ivar happened: how often each step did something, was refused or declined
    """

    def __init__(self, case, seed, only=None):
        """:param only: numbers of the steps to tell, all if None"""
        self.case, self.seed, self.only = case, seed, only
        self.plan = random.Random(f"plan {seed}")
        self.draw = random.Random(seed)
        self.told, self.numbers = [], []
        self.happened, self.refused = Counter(), Counter()
        self.words = self.planned = ""
        self.begins = self.plan.choice(BEGINNINGS)
        # Whether the minute has passed after which credits are set against debts.
        self.is_settled = False

    # === What steps find === #

    @property
    def env(self):
        return self.case.env

    @property
    def now(self):
        return datetime.now()

    @property
    def today(self):
        return self.case.company._espace_today()

    @property
    def clerk(self):
        """Who works at the régie."""
        return self.case.clerk

    def tell(self, *words):
        """Say what the step does, for those who read of it."""
        self.words = ", ".join(str(word) for word in words)

    def one_of(self, choices):
        """Draw one of these.

        :raise Nothing: there are none
        """
        if not choices:
            raise Nothing
        return self.draw.choice(choices)

    def some_of(self, choices, most):
        """Draw some of these, at least one, in their order."""
        if not choices:
            raise Nothing
        many = self.draw.randint(1, min(most, len(choices)))
        drawn = sorted(self.draw.sample(range(len(choices)), many))
        return [choices[n] for n in drawn]

    def chance(self, odds):
        return self.draw.random() < odds

    def cents(self, least, most):
        """Draw euros between two numbers of cents."""
        return self.draw.randint(least, most) / 100

    def part_of(self, amount):
        """Draw a part of some euros, at least a cent, at most all."""
        return self.cents(1, max(round(float(amount) * 100), 1))

    def family(self):
        return self.draw.choice(self.case.families)

    def logged_in(self, family):
        """Return a family as the portal has it: a parent asks, the server reads."""
        return family.with_user(self.case.parents[family]).sudo()

    def child(self):
        return self.draw.choice(self.case.children)

    def bookings(self, *states, **more):
        """Return the bookings of the commune in these states, the oldest first."""
        domain = [("company_id", "=", self.case.company.id), ("state", "in", states)]
        domain += [(name, "=", value) for name, value in more.items()]
        return self.env["espace.reservation"].search(domain, order="id")

    def invoices(self, *domain):
        """Return posted invoices of families, the oldest first."""
        return self.env["account.move"].search(
            [
                ("company_id", "=", self.case.company.id),
                ("espace_family_id", "!=", False),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                *domain,
            ],
            order="id",
        )

    def payments(self, *domain):
        """Return what families paid with a receipt and was not rejected."""
        return self.env["account.payment"].search(
            [
                ("company_id", "=", self.case.company.id),
                ("espace_receipt_number", "!=", False),
                ("espace_rejected", "=", False),
                *domain,
            ],
            order="id",
        )

    # === Telling === #

    def run(self):
        """Tell the story.

        :raise Broken: something does not hold
        """
        with freeze_time(self.begins) as self.clock:
            for number in range(LENGTH * 4):
                if self.only is None and sum(self.happened.values()) >= LENGTH:
                    break
                self.turn(number)
            self.case.check_end(self)
        return self

    def turn(self, number):
        """Tell the next step, some time later."""
        names = [s.name for s in STEPS.values() if self.case.has(s.wants)]
        often = [STEPS[name].often for name in names]
        [name] = self.plan.choices(names, often)
        later = self.some_time()
        follows = [s.name for s in STEPS.values() if self.planned in s.follows]
        if follows and self.plan.random() < 0.5:
            name = self.plan.choice([n for n in follows if n in names] or [name])
            later = timedelta(minutes=self.plan.randint(1, 40))
        self.planned = name
        if self.only is not None and number not in self.only:
            return
        before = self.now
        self.clock.move_to(before + later)
        self.draw = random.Random(f"{self.seed} {number}")
        self.numbers.append(number)
        self.words, self.before = "", self.ledger()
        try:
            with no_error_logged():
                outcome = self.outcome(STEPS[name])
        except Exception as error:
            raise self.broken(name, traceback.format_exc()) from error
        if outcome is None:
            self.numbers.pop()
            self.clock.move_to(before)
            return
        self.note(name, outcome)
        try:
            self.case.check_step(self, STEPS[name])
        except AssertionError as error:
            raise self.broken(None, str(error)) from error

    def some_time(self):
        """Draw how much time passes before a step: minutes, hours, sometimes days."""
        kind = self.plan.random()
        if kind < 0.45:
            return timedelta(minutes=self.plan.randint(1, 90))
        if kind < 0.8:
            return timedelta(hours=self.plan.randint(2, 20))
        return timedelta(days=self.plan.randint(1, 4))

    def outcome(self, step):
        """Tell a step; return what became of it, None if there was nothing to do."""
        was_settled, self.is_settled = self.is_settled, False
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                step.tell(self)
                self.env.flush_all()
        except Nothing:
            self.is_settled = was_settled
            return None
        except Declined as declined:
            outcome, why = "declined", declined
        except (UserError, IntegrityError) as error:
            # What the database refuses, Odoo says in the words of the constraint.
            outcome, why = "refused", error
        else:
            self.happened[step.name] += 1
            return ""
        self.refused[step.name] += 1
        self.env.invalidate_all()
        self.case.assertEqual(self.ledger(), self.before, f"{outcome}: {why}")
        return f"{outcome}: {' '.join(str(why).split())}"

    def declined(self, why):
        """End a step that the product declined; nothing of the ledger has changed.

        What it did is looked at before it is undone: a request would keep it.
        """
        self.env.flush_all()
        self.case.assertEqual(self.ledger(), self.before, f"declined: {why}")
        raise Declined(why)

    def ledger(self):
        """Return what a refused step must leave as it is."""
        parts = " UNION ALL ".join(
            f"SELECT '{table}', concat_ws(' ', {what}) FROM {table} "
            f"WHERE company_id = %(company)s"
            for table, what in LEDGER.items()
        )
        self.env.flush_all()
        self.env.cr.execute(parts, {"company": self.case.company.id})
        return dict(self.env.cr.fetchall())

    def note(self, name, outcome):
        when = f"{datetime.now():%d/%m %H:%M}"
        said = f"{self.numbers[-1]:3} {when} {name}: {self.words} {outcome}"
        self.told.append(said.rstrip(": "))

    def broken(self, name, why):
        if name:
            self.note(name, "…")
        lines = "\n".join(self.told)
        return Broken(f"ESPACE_SEED={self.seed}\n{lines}\n\n{why}")


def shrunk(case, seed, broken):
    """Return the shortest story that is found by leaving steps out, and its failure.

    Steps draw by dice of their own, so that the others stay as they were.
    """
    last = broken
    kept = last_numbers(broken)
    size = max(len(kept) // 2, 1)
    while size:
        start = 0
        while start < len(kept):
            shorter = kept[:start] + kept[start + size :]
            error = case.tell(seed, shorter)
            if error and same(error, broken):
                kept, last = shorter, error
            else:
                start += size
        size //= 2
    return last


def last_numbers(broken):
    """Return the numbers of the steps of a story that broke."""
    lines = str(broken).split("\n\n")[0].splitlines()[1:]
    return [int(line.split()[0]) for line in lines]


def same(one, other):
    """Tell whether two stories broke for the same reason, as far as words tell."""
    return reason(one) == reason(other)


def reason(broken):
    why = str(broken).split("\n\n", 1)[1].strip()
    found = [line for line in why.splitlines() if line and not line.startswith(" ")]
    return (found[-1] if "Traceback" in why else found[0])[:40]


__all__ = ["Broken", "Story", "seeds", "shrunk"]
