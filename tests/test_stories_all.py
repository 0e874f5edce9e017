"""Two hundred random stories of thirty steps and more: see `test_stories.py`.

They are told in parts, each in a transaction of its own; a part takes minutes.
"""

from odoo.tests import tagged

from .stories import StoryCommune, seeds

MANY, PARTS = 200, 8


@tagged("post_install", "-at_install", "apart")
class TestAllStories(StoryCommune):
    def tell_part(self, part):
        told = seeds(MANY)[part::PARTS]
        if told:
            print(f"\nstories {told[0]}, each {PARTS}th, {len(told)} of them")
        self.tell_all(told)

    def test_part_1(self):
        self.tell_part(0)

    def test_part_2(self):
        self.tell_part(1)

    def test_part_3(self):
        self.tell_part(2)

    def test_part_4(self):
        self.tell_part(3)

    def test_part_5(self):
        self.tell_part(4)

    def test_part_6(self):
        self.tell_part(5)

    def test_part_7(self):
        self.tell_part(6)

    def test_part_8(self):
        self.tell_part(7)
