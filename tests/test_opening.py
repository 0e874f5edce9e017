"""The minute when bookings open: nothing oversold, nobody passed over, ranks that hold.

Twenty-six parents at one instant on few places, over HTTP, with brothers and sisters,
answers that are lost, payments that nobody ends. `bench/rush.py` does it with hundreds
and thousands, and says how long it takes.
"""

from odoo.tests import tagged

from .opening import FULL, HELD, LEFT, PAID, WAITING, Opening
from .rush import COLLIDED, GIVEN_UP
from .served import ServedCase

PARENTS, PLACES = 26, 8


@tagged("post_install", "-at_install", "committed")
class TestOpening(ServedCase):
    workers = 3

    @classmethod
    def build(cls, env):
        cls.opening = Opening(lambda **_context: cls.transaction(), PLACES)
        cls.opening.build(PARENTS, f"Rentrée {cls.mark}")

    def test_an_opening(self):
        opening = self.opening
        opening.run(self.server, 0, patience=240)
        self.assertEqual(opening.strange(), [])
        self.assertEqual(len(opening.told(HELD)) + len(opening.told(FULL)), PARENTS)
        self.assertTrue(opening.told(PAID))
        self.assertGreater(len(opening.told(WAITING)), 5)
        with self.transaction() as env:
            self.assertEqual(opening.wrong(env), [])
            self.assertEqual(opening.doubled(env), 0)
            taken = sum(opening.seats(env).values())
            # Eight families ask for two places: one at most stays free.
            self.assertIn(taken, (PLACES - 1, PLACES))
            self.assertEqual(opening.passed_over(), 0)
            opening.queue(env)
            self.assertEqual(opening.worse(), 0, "a rank that was told is not held")
            self.assertEqual(opening.overtaken(), 0)
            self.assert_sound(env)
        # Everybody waits for those before: nobody is asked to try again.
        self.assertEqual(self.server.count(GIVEN_UP), 0)
        self.assertEqual(self.server.lines(COLLIDED), [])
        with self.transaction() as env:
            left = sum(one.children for one in opening.told(HELD) if LEFT in one.told)
            freed, _given, unfair = opening.let_holds_expire(env)
            self.assertEqual((freed, unfair), (left, 0))
            self.assertLessEqual(sum(opening.seats(env).values()), PLACES)
            self.assert_sound(env)

    def assert_sound(self, env):
        company = env["res.company"].browse(self.opening.company_id)
        self.assertEqual(env["espace.check"]._problems(company), [])
