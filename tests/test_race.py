"""The last places, asked for at the same instant by real transactions.

Each contender has a connection and a thread of its own and goes through Odoo's own
retry, as a request does.
"""

import threading
import uuid
from collections import Counter
from datetime import timedelta

from psycopg2 import InterfaceError, OperationalError

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    NOW,
    THURSDAY,
    TUESDAY,
    Commune,
)

FRIDAY = THURSDAY + timedelta(days=1)
LATER = MONDAY + timedelta(days=7)


@tagged("post_install", "-at_install")
class TestRace(Commune, BaseCase):
    """A commune of its own, committed: its records stay in the test database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            cls._create_commune(env, name=f"Course {uuid.uuid4().hex[:8]}")
            cls.contenders = [cls._create_contender(number) for number in range(12)]
            cls.ids = {
                "product": cls.meal.id,
                "company": cls.company.id,
                "siblings": (cls.martin.id, cls.nina.id, cls.tom.id),
                "session": {
                    day: cls._session(cls.canteen, day).id
                    for day in (MONDAY, TUESDAY, THURSDAY, FRIDAY, LATER)
                },
            }
            env.flush_all()
        cls.env = None

    @classmethod
    def _create_contender(cls, number):
        """Return the ids of a family and its only child."""
        family = cls._create_family(f"Rival {number}", ["Alix"])
        child = cls._create_child(family, "Sam", cls.class_cp)
        return family.id, child.id

    @classmethod
    def _session(cls, activity, day):
        return activity.session_ids.filtered(lambda session: session.date == day)

    def tearDown(self):
        super().tearDown()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env["res.company"].browse(self.ids["company"])
            self.assertEqual(env["espace.check"]._problems(company), [])

    # === Running === #

    def race(self, requests):
        """Book all requests at once, each in its own transaction.

        :param requests: list of (family id, [(child id, product id, date)])
        :return: list of lists of statuses, in order
        """
        start = threading.Barrier(len(requests))
        results = [None] * len(requests)
        errors = []

        def run(number, family_id, items):
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    env["espace.family"].browse(family_id).read(["name"])  # snapshot
                    start.wait(timeout=30)
                    results[number] = retrying(
                        lambda: self.book(env, family_id, items), env
                    )
            except Exception as error:  # noqa: BLE001 - told by the main thread
                errors.append(error)

        threads = [
            threading.Thread(target=run, args=(number, *request))
            for number, request in enumerate(requests)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        self.assertFalse(errors)
        return results

    def book(self, env, family_id, items):
        family = env["espace.family"].browse(family_id)
        quotes = env["espace.reservation"]._book(family, items, now=NOW)
        return [quote.status for quote in quotes]

    def places(self, day, capacity):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["espace.session"].browse(self.ids["session"][day]).capacity = capacity

    def taken(self, day):
        """Return (counter of the session, seats really held), from the database."""
        session_id = self.ids["session"][day]
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT booked_count FROM espace_session WHERE id = %s", [session_id]
            )
            [counter] = cr.fetchone()
            cr.execute(
                """SELECT count(*) FROM espace_reservation
                   WHERE session_id = %s AND state IN
                   ('confirmed', 'pending_payment', 'pending_approval')""",
                [session_id],
            )
            return counter, cr.fetchone()[0]

    # === Races === #

    def test_two_parents_racing_for_the_last_place_end_with_one_booking(self):
        self.places(MONDAY, 1)
        results = self.race(
            [
                (family, [(child, self.ids["product"], MONDAY)])
                for family, child in self.contenders[:2]
            ]
        )
        self.assertEqual(sorted(results), [["booked"], ["full"]])
        self.assertEqual(self.taken(MONDAY), (1, 1))

    def test_twelve_parents_racing_for_five_places_end_with_five_bookings(self):
        self.places(TUESDAY, 5)
        results = self.race(
            [
                (family, [(child, self.ids["product"], TUESDAY)])
                for family, child in self.contenders
            ]
        )
        statuses = Counter(status for [status] in results)
        self.assertEqual(statuses, {"booked": 5, "full": 7})
        self.assertEqual(self.taken(TUESDAY), (5, 5))

    def test_siblings_racing_with_others_are_never_split(self):
        self.places(THURSDAY, 3)
        family, *children = self.ids["siblings"]
        together = [(child, self.ids["product"], THURSDAY) for child in children]
        alone = [
            (rival, [(child, self.ids["product"], THURSDAY)])
            for rival, child in self.contenders[:4]
        ]
        siblings, *others = self.race([(family, together), *alone])
        self.assertEqual(len(set(siblings)), 1, siblings)
        counter, held = self.taken(THURSDAY)
        self.assertEqual(counter, held)
        self.assertLessEqual(held, 3)
        booked = [*siblings, *(status for [status] in others)].count("booked")
        self.assertEqual(booked, held)

    def test_the_same_cart_sent_twice_books_once(self):
        self.places(FRIDAY, 50)
        family, child = self.contenders[5]
        item = (child, self.ids["product"], FRIDAY)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["espace.reservation"]._add_to_cart(
                env["espace.family"].browse(family), [item], now=NOW
            )
        before = self.taken(FRIDAY)[1]
        results = self.race([(family, [item]), (family, [item])])
        self.assertEqual(results, [["booked"], ["booked"]])
        self.assertEqual(self.taken(FRIDAY), (before + 1, before + 1))

    # === Faults === #

    def cut(self, cr):
        """Kill the connection of a transaction, as a crash of its worker does."""
        pid = cr.connection.get_backend_pid()
        with self.registry.cursor() as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])

    def test_a_connection_lost_before_the_commit_leaves_nothing_half_done(self):
        self.places(LATER, 1)
        [(family, child), (rival, rival_child)] = self.contenders[6:8]
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises((OperationalError, InterfaceError)),
            self.registry.cursor() as cr,
        ):
            env = api.Environment(cr, SUPERUSER_ID, {})
            item = (child, self.ids["product"], LATER)
            self.assertEqual(self.book(env, family, [item]), ["booked"])
            env.flush_all()
            self.cut(cr)
            cr.commit()
        self.assertEqual(self.taken(LATER), (0, 0))
        item = (rival_child, self.ids["product"], LATER)
        self.assertEqual(self.race([(rival, [item])]), [["booked"]])
        self.assertEqual(self.taken(LATER), (1, 1))
