"""The opening of bookings through real HTTP workers: exact, and without any error.

What parents see is the promise here: places are never sold twice, nobody meets an
error, those who come too late read so. How fast it is, bench/rush.py measures.
"""

import os
import uuid

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import config

from espace_cli.process import wait_for

from .rush import ERROR, GIVEN_UP, LIVE, Crowd, Parent, Server, open_session
from .town import Town

PARENTS, PLACES, WORKERS = 24, 6, 4


@tagged("post_install", "-at_install", "committed")
class TestRush(BaseCase):
    """A commune of its own, committed: its records stay in the test database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            town = Town.build(env, f"Rentrée {uuid.uuid4().hex[:8]}")
            cls.days = town.coming_days(3)
            cls.product = town.add_service("Centre", cls.days, capacity=PLACES).id
            cls.families = [
                cls.open_family(town, number) for number in range(PARENTS + 1)
            ]
            cls.company_id = town.company.id
            env.flush_all()
        conf = os.environ.get("ESPACE_CONF") or config["config"]
        serving = Server(get_db_name(), conf, WORKERS).running()
        cls.server = cls.enterClassContext(serving)

    @classmethod
    def open_family(cls, town, number):
        """Return (family id, ids of two children, session id of its parent)."""
        family = town.add_family(f"{number} {town.company.name}")
        session_id = open_session(town.env, town.add_parent(family))
        return family.id, family.child_ids.ids, session_id

    # === Shortcuts === #

    def parent(self, number):
        return Parent(self.server, self.families[number][2])

    def items(self, number, day, count=1):
        children = self.families[number][1]
        return [(child, self.product, day) for child in children[:count]]

    def fill_carts(self, numbers, day, count=1):
        """Have parents put the day of `count` children in their carts."""
        parents = {number: self.parent(number) for number in numbers}
        fill = [
            lambda number=number, parent=parent: parent.put_in_cart(
                self.items(number, day, count)
            )[-1]
            for number, parent in parents.items()
        ]
        for answer in Crowd(fill).run():
            self.assertFalse(answer.trouble)
        return parents

    def validate(self, parents):
        """Have all parents validate at once; return their answers, all proper."""
        answers = Crowd([parent.validate for parent in parents]).run()
        self.assertEqual([a.trouble for a in answers if a.trouble], [])
        return answers

    def taken(self, day):
        """Return {family id: number of seats it holds} on a day."""
        with self.registry.cursor() as cr:
            cr.execute(
                """SELECT family_id, count(*) FROM espace_reservation
                   WHERE company_id = %s AND date = %s AND state = 'confirmed'
                   GROUP BY family_id""",
                [self.company_id, day],
            )
            return dict(cr.fetchall())

    def assert_sound(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env["res.company"].browse(self.company_id)
            self.assertEqual(env["espace.check"]._problems(company), [])
        self.assertEqual(self.server.count(GIVEN_UP), 0)
        self.assertEqual(self.server.count(ERROR), 0, self.server.log.read_text())

    # === Server === #

    def test_live_notifications_have_their_process(self):
        """Odoo starts it beside the workers; if it dies, it starts it again."""
        self.assertTrue(wait_for(lambda: self.server.count(LIVE), 60, pause=0.3))
        self.assertEqual(self.server.count(LIVE), 1)

    # === Rushes === #

    def test_many_parents_on_few_places(self):
        day = self.days[0]
        parents = self.fill_carts(range(PARENTS), day)
        answers = self.validate(parents.values())
        taken = self.taken(day)
        self.assertEqual(sum(taken.values()), PLACES)
        for number, answer in zip(parents, answers, strict=True):
            booked = self.families[number][0] in taken
            self.assertEqual("/confirmation" in answer.url, booked, answer.shown)
            words = "Demande validée" if booked else "Complet"
            self.assertIn(words, answer.shown)
        self.assert_sound()

    def test_siblings_are_booked_together_or_not_at_all(self):
        day = self.days[1]
        together = self.fill_carts(range(4), day, count=2)
        alone = self.fill_carts(range(4, 8), day)
        self.validate([*together.values(), *alone.values()])
        taken = self.taken(day)
        for number in together:
            self.assertIn(taken.get(self.families[number][0], 0), (0, 2))
        # Eight families ask for 12 of the 6 places: one at most stays free.
        self.assertIn(sum(taken.values()), (PLACES - 1, PLACES))
        self.assert_sound()

    def test_the_same_cart_posted_twice_books_once(self):
        day, number = self.days[2], PARENTS
        [parent] = self.fill_carts([number], day).values()
        other = self.parent(number)
        other.token = parent.token
        answers = self.validate([parent, other])
        self.assertEqual(self.taken(day), {self.families[number][0]: 1})
        self.assertTrue(any("Demande validée" in a.shown for a in answers))
        self.assert_sound()
