"""Random stories of families, agents, the régie and banks: some of them each day.

After each step the promises of `espace.check` are looked at, and `tests/recompute.py`
reckons anew, by plain SQL, what each family was asked, has paid and owes. A story that
breaks is told again with fewer and fewer steps; what is printed then is enough to fix
it, and its seed tells it again:

    ESPACE_SEED=740000123 ./espace test tests/test_stories.py

ESPACE_STORY_COUNT=n tells so many. All of them: `test_stories_all.py`.
"""

from odoo.tests import tagged

from .stories import StoryCommune, seeds

MANY = 8


@tagged("post_install", "-at_install")
class TestStories(StoryCommune):
    def test_no_cent_is_lost_whatever_happens(self):
        told = seeds(MANY)
        print(f"\nstories {told[0]} … {told[-1]}")
        self.tell_all(told)
