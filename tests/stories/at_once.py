"""The same steps by several people at the same instant: real transactions, committed.

Each has a thread and a connection of its own and goes through Odoo's own retry, as
requests do. What is committed stays in the test database, in a commune of its own.
"""

import random
import threading
import uuid
from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.models import BaseModel
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import NOW

from .commune import StoryCommune, wrong_books
from .steps import STEPS, Declined, Nothing
from .teller import Broken, Story, no_error_logged

BEGINS = datetime(2027, 1, 5, 8)

#: Steps that are told alone: those of the clock that move it.
ALONE = {"nobody_works_for_weeks"}


class Town(StoryCommune):
    """Builds the commune of the stories where it is committed; no test runs."""

    numcli = "900009"

    @classmethod
    def build(cls, env):
        cls.mark = uuid.uuid4().hex[:8]
        cls._create_commune(env, name=f"Commune {cls.mark}")
        cls._create_accounts()
        cls.tariff = cls._create_tariff()
        cls._set_quotient(cls.martin, 750)
        cls.Charge = cls.env["espace.charge"]
        cls.Move = cls.env["account.move"]
        cls._prepare()
        cls.env.flush_all()

    @classmethod
    def _create_user(cls, login, groups, **vals):
        return super()._create_user(f"{login}_{cls.mark}", groups, **vals)


class Place:
    """The town as one transaction sees it: its records, in that environment."""

    def __init__(self, env):
        self.env = env

    def __getattr__(self, name):
        return self.bound(getattr(Town, name))

    def bound(self, value):
        if isinstance(value, BaseModel):
            return value.with_env(self.env(user=value.env.uid, su=value.env.su))
        if isinstance(value, dict):
            return {self.bound(k): self.bound(v) for k, v in value.items()}
        return value

    def assertFalse(self, found, message=None):
        if found:
            raise AssertionError(message or found)


class Somebody(Story):
    """Who does one step, in a transaction of his own."""

    def __init__(self, env, dice, number):
        self.case, self.draw = Place(env), random.Random(dice)
        self.numbers, self.words, self.before = [number], "", {}

    @property
    def clock(self):
        raise Nothing

    def declined(self, why):
        raise Declined(why)


class AtOnceCase(BaseCase):
    """Tells stories in which several steps happen at the same time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        Town.setUpStories()
        cls.addClassCleanup(Town.doClassCleanups)
        with freeze_time(NOW), cls.registry.cursor() as cr:
            Town.build(api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True}))

    @classmethod
    @contextmanager
    def open(cls):
        """Give an environment of the town; it is committed at the end."""
        with cls.registry.cursor() as cr:
            context = {
                "allowed_company_ids": Town.company.ids,
                "tracking_disable": True,
                "lang": "en_US",
            }
            yield api.Environment(cr, SUPERUSER_ID, context)
            cr.flush()

    def tell_at_once(self, seed, rounds, most=3):
        """Tell a story of so many rounds; up to `most` do something in each."""
        plan = random.Random(f"at once {seed}")
        self.told, self.outcomes = [], Counter()
        with freeze_time(BEGINS) as clock:
            for number in range(rounds):
                clock.tick(timedelta(minutes=plan.randint(1, 1200)))
                self.round(plan, seed, number, plan.randint(2, most))
            self.give_seats_back()

    def round(self, plan, seed, number, many):
        steps = [s for s in STEPS.values() if s.name not in ALONE and Town.has(s.wants)]
        chosen = plan.choices(steps, [step.often for step in steps], k=many)
        if plan.random() < 0.3:
            # The same by two: a double click, or two agents.
            chosen[1] = chosen[0]
        alike = plan.random() < 0.5
        acts = [
            (step, f"{seed} {number} {0 if alike else n}", number * 10 + n)
            for n, step in enumerate(chosen)
        ]
        when = f"{datetime.now():%d/%m %H:%M}"
        try:
            with no_error_logged():
                outcomes = self.race(acts)
        except AssertionError as error:
            self.told.append(f"{number:3} {when} " + ", ".join(s.name for s in chosen))
            raise self.broken(seed, str(error)) from error
        self.told.append(f"{number:3} {when} {'; '.join(outcomes)}")
        try:
            self.check()
        except AssertionError as error:
            raise self.broken(seed, str(error)) from error

    def broken(self, seed, why):
        lines = "\n".join(self.told)
        return Broken(f"at once, ESPACE_SEED={seed}\n{lines}\n\n{why}")

    def race(self, acts):
        """Do these at once; return what became of each."""
        start = threading.Barrier(len(acts))
        outcomes, errors = [""] * len(acts), []

        def run(number, step, dice, order):
            try:
                outcome = self.act(start, step, dice, order)
            except Exception as error:  # noqa: BLE001 - told by the main thread
                errors.append(error)
                outcome = "broke"
            self.outcomes[outcome] += 1
            outcomes[number] = f"{step.name} {outcome}"

        threads = [
            threading.Thread(target=run, args=(number, *act))
            for number, act in enumerate(acts)
        ]
        # Two that meet are begun again by Odoo, which says so.
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=240)
        if errors:
            raise errors[0]
        return outcomes

    def act(self, start, step, dice, order):
        try:
            with self.open() as env:
                # The picture of the data is taken before any of them begins.
                Place(env).families.read(["name"])
                start.wait(timeout=60)
                retrying(lambda: step.tell(Somebody(env, dice, order)), env)
        except Nothing:
            return "had nothing to do"
        except (Declined, UserError, IntegrityError):
            return "was refused"
        return "was done"

    def check(self):
        """All holds that holds after a step of one alone."""
        with self.open() as env:
            found = env["espace.check"]._problems(Town.company.with_env(env))
            self.assertEqual([one for one in found if not one.notice], [])
            self.assertEqual(wrong_books(env.cr, Town.company.id), {})

    def give_seats_back(self):
        """Leave no held seat to tests that look at all communes."""
        with self.open() as env:
            held = env["espace.reservation"].search(
                [
                    ("company_id", "=", Town.company.id),
                    ("state", "=", "pending_payment"),
                ]
            )
            held._cancel(datetime.now(), staff=True)
