"""Random stories in which families, agents, the régie and banks act at the same time.

Their seed is printed, and says who does what when; which of two transactions is first
is the machine's: ESPACE_SEED=n tells the same, not always with the same end.
"""

from odoo.tests import tagged

from .stories import seeds
from .stories.at_once import AtOnceCase

ROUNDS = 30


@tagged("post_install", "-at_install", "committed")
class TestStoriesAtOnce(AtOnceCase):
    def test_no_cent_is_lost_whoever_acts_at_the_same_time(self):
        [seed, *_more] = seeds(1)
        print(f"\nat once: story {seed}")
        self.tell_at_once(seed, ROUNDS)
        self.assertGreater(self.outcomes["was done"], ROUNDS // 3)
