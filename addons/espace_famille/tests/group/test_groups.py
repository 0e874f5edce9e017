from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..common import MONDAY, EspaceCase


@tagged("post_install", "-at_install")
class TestGroups(EspaceCase):
    """Groups and lines of the evening, in which Nina and Tom stay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls._create_staff("animation")
        cls.manager = cls._create_staff("manager")
        cls.Group = cls.env["espace.group"].with_user(cls.manager)
        cls.small = cls.Group.create(
            {
                "name": "Les Petits",
                "activity_ids": cls.evening.ids,
                "child_ids": cls.nina.ids,
            }
        )
        cls.line = cls.Group.create(
            {
                "name": "Ligne 2",
                "kind": "transport",
                "activity_ids": cls.evening.ids,
                "child_ids": (cls.nina | cls.tom).ids,
                "stop": "Place du Village",
                "leaves_at": 17.25,
                "leader": "M. Invented",
                "places": 2,
            }
        )

    def refused(self, words, act, *args):
        with self.assertRaisesRegex(ValidationError, words), self.cr.savepoint():
            act(*args)

    def test_a_child_is_in_one_group_and_one_transport_of_an_activity(self):
        vals = {"name": "Les Grands", "child_ids": self.nina.ids}
        big = {**vals, "activity_ids": self.evening.ids}
        self.refused("Nina.*Les Petits", self.Group.create, big)
        with self.subTest("in another activity it may"):
            self.Group.create(
                {**vals, "name": "Table 1", "activity_ids": self.canteen.ids}
            )
        with self.subTest("from the form of the child too"):
            other = self.Group.create({**big, "child_ids": self.tom.ids})
            nina = self.nina.with_user(self.manager)
            self.refused("Nina", nina.write, {"group_ids": [(4, other.id)]})
        with self.subTest("an archived one takes nobody"):
            self.small.active = False
            other.child_ids += self.nina
            self.refused("Nina", self.small.write, {"active": True})

    def test_a_bus_takes_no_more_than_its_places(self):
        self.refused("2 places", self.line.write, {"child_ids": [(4, self.lina.id)]})
        self.refused("activities", self.line.write, {"activity_ids": False})

    def test_agents_read_them_and_change_nothing(self):
        line = self.line.with_user(self.agent)
        self.assertEqual(line.name, "Ligne 2")
        with self.assertRaises(AccessError):
            line.name = "Ligne 3"

    def test_the_page_of_agents_says_them(self):
        names = self.Group._names_by_child(self.evening | self.canteen)
        self.assertEqual(
            names,
            {
                (self.evening.id, self.nina.id): ["Les Petits", "Ligne 2"],
                (self.evening.id, self.tom.id): ["Ligne 2"],
            },
        )

    def test_a_sheet_for_each(self):
        for child, option in ((self.nina, self.t1), (self.tom, self.t1)):
            family = child.family_id
            self.env["espace.reservation"]._book(
                family, [(child, option, MONDAY)], staff=True
            )
        wizard = (
            self.env["espace.list.wizard"]
            .with_user(self.agent)
            .create({"kind": "group", "date": MONDAY, "activity_id": self.evening.id})
        )
        sheets = [
            (sheet["title"], [row.child for row in sheet["parts"][0][1]])
            for sheet in wizard._sheets()
        ]
        self.assertEqual(
            sheets,
            [
                ("Garderie du soir, Les Petits", [self.nina]),
                ("Garderie du soir, Ligne 2", [self.nina, self.tom]),
            ],
        )
        self.assertIn(
            "Place du Village – leaves at 17h15 – M. Invented",
            [sheet["head"] for sheet in wizard._sheets()],
        )
        with self.subTest("who is in none comes last"):
            self.line.child_ids -= self.tom
            last = wizard._sheets()[-1]
            self.assertEqual(last["title"], "Garderie du soir, in no group")
            self.assertEqual(last["parts"][0][1][0].child, self.tom)
