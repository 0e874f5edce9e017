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
NEXT_THURSDAY = THURSDAY + timedelta(days=7)
NEXT_FRIDAY = FRIDAY + timedelta(days=7)
LATER = MONDAY + timedelta(days=7)
DAYS = (MONDAY, TUESDAY, THURSDAY, FRIDAY, NEXT_THURSDAY, NEXT_FRIDAY, LATER)


@tagged("post_install", "-at_install", "committed")
class TestRace(Commune, BaseCase):
    """A commune of its own, committed: its records stay in the test database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            cls._create_commune(env, name=f"Course {uuid.uuid4().hex[:8]}")
            cls.canteen.waiting_list = True
            cls.contenders = [cls._create_contender(number) for number in range(12)]
            cls.ids = {
                "product": cls.meal.id,
                "company": cls.company.id,
                "siblings": (cls.martin.id, cls.nina.id, cls.tom.id),
                "session": {day: cls._session(cls.canteen, day).id for day in DAYS},
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

        :param requests: list of (family id, what it asks for: see `act`)
        :return: list of lists of statuses, in order
        """
        start = threading.Barrier(len(requests))
        results = [None] * len(requests)
        errors = []

        def run(number, family_id, asked):
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    env["espace.family"].browse(family_id).read(["name"])  # snapshot
                    start.wait(timeout=30)
                    results[number] = retrying(
                        lambda: self.act(env, family_id, asked), env
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

    def act(self, env, family_id, asked):
        """Do what one request asks for.

        :param asked: the items to book, or (“cancel”, day), or (“wait”, item)
        :return: list of statuses or states
        """
        if asked[0] in ("cancel", "wait"):
            verb, what = asked
            return getattr(self, verb)(env, family_id, what)
        return self.book(env, family_id, asked)

    def book(self, env, family_id, items):
        family = env["espace.family"].browse(family_id)
        quotes = env["espace.reservation"]._book(family, items, now=NOW)
        return [quote.status for quote in quotes]

    def cancel(self, env, family_id, day):
        """Cancel what the family has on a day."""
        live = env["espace.reservation"].search(
            [
                ("family_id", "=", family_id),
                ("date", "=", day),
                ("state", "=", "confirmed"),
            ]
        )
        live._cancel(NOW, staff=True)
        return live.mapped("state")

    def wait(self, env, family_id, item):
        """Join the list of a full day."""
        family = env["espace.family"].browse(family_id)
        quotes = env["espace.reservation"]._join_waiting(family, [item], NOW)
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

    def test_places_left_at_once_go_to_those_who_wait_and_to_nobody_twice(self):
        self.places(NEXT_THURSDAY, 3)
        seated, queue = self.contenders[:3], self.contenders[3:5]
        for family, child in seated:
            self.race([(family, [(child, self.ids["product"], NEXT_THURSDAY)])])
        for family, child in queue:
            item = (child, self.ids["product"], NEXT_THURSDAY)
            self.assertEqual(self.race([(family, ("wait", item))]), [["waiting"]])
        # Two leave, one joins and one tries to book, all at the same instant.
        leaving = [(family, ("cancel", NEXT_THURSDAY)) for family, _child in seated[:2]]
        items = [
            (child, self.ids["product"], NEXT_THURSDAY)
            for _family, child in self.contenders[5:7]
        ]
        joining = (self.contenders[5][0], ("wait", items[0]))
        booking = (self.contenders[6][0], items[1:])
        results = self.race([*leaving, joining, booking])
        self.assertEqual(results[:3], [["cancelled"], ["cancelled"], ["waiting"]])
        self.assertEqual(results[3], ["full"])
        self.assertEqual(self.taken(NEXT_THURSDAY), (3, 3))
        self.assertEqual(
            [self.states(family, NEXT_THURSDAY) for family, _child in queue],
            [["confirmed"], ["confirmed"]],
        )

    def test_a_place_left_while_the_first_joins_is_lost_to_nobody(self):
        day = NEXT_FRIDAY
        family, child = self.contenders[7]
        self.places(day, 1)
        self.race([(family, [(child, self.ids["product"], day)])])
        rival, rival_child = self.contenders[8]
        item = (rival_child, self.ids["product"], day)
        results = self.race([(family, ("cancel", day)), (rival, ("wait", item))])
        self.assertEqual(results[0], ["cancelled"])
        # Either the place was seen free, or the list was joined and then served.
        if results[1] == ["available"]:
            self.assertEqual(self.taken(day), (0, 0))
        else:
            self.assertEqual(results[1], ["waiting"])
            self.assertEqual(self.states(rival, day), ["confirmed"])
            self.assertEqual(self.taken(day), (1, 1))

    def states(self, family_id, day):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return (
                env["espace.reservation"]
                .search([("family_id", "=", family_id), ("date", "=", day)])
                .mapped("state")
            )

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
