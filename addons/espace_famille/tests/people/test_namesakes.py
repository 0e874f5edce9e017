from datetime import date

from odoo.tests import tagged

from ..common import EspaceCase


@tagged("post_install", "-at_install")
class TestNamesakes(EspaceCase):
    """Of two people of one name, an agent sees which is which before choosing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_family("Martin", ["Claire"])
        cls.twin = cls._create_child(
            cls.other, "Nina", cls.class_cm1, birth_date=date(2017, 2, 3)
        )

    def found(self, model, words):
        """Return what a list of choices says, as `name_search` and as the screen."""
        Model = self.env[model]
        names = [name for _id, name in Model.name_search(words)]
        shown = Model.web_name_search(words, {"display_name": {}})
        return names, [one["__formatted_display_name"] for one in shown]

    def test_children_are_shown_with_class_and_birth_date(self):
        names, shown = self.found("espace.child", "Nina Martin")
        for words in (names, shown):
            self.assertEqual(len(words), 2)
            self.assertEqual(len(set(words)), 2)
            [twin] = [one for one in words if "CM1" in one]
            self.assertIn("02/03/2017", twin)
        self.assertIn("Nina Martin --", shown[0])

    def test_the_name_alone_stays_where_nothing_is_chosen(self):
        self.assertEqual(self.twin.display_name, "Nina Martin")
        self.assertEqual(self.other.display_name, "Martin")

    def test_families_and_guardians_are_shown_with_reference_and_children(self):
        for model, words in (
            ("espace.family", "Martin"),
            ("espace.guardian", "Claire"),
        ):
            with self.subTest(model=model):
                names, shown = self.found(model, words)
                for said in (names, shown):
                    self.assertEqual(len(said), 2)
                    [one] = [name for name in said if self.other.reference in name]
                    self.assertIn("Nina (CM1)", one)

    def test_the_day_agents_choose_children_too(self):
        agent = self._create_staff("animation")
        names = self.env["espace.child"].with_user(agent).name_search("Nina")
        self.assertTrue(any("CM1" in name for _id, name in names))

    def test_an_option_is_shown_with_its_activity(self):
        self.assertEqual(self.t1.display_name, "Garderie du soir – Tranche 1")
        self.assertEqual(
            self.t1.product_tmpl_id.display_name, "Garderie du soir – Tranche 1"
        )
        self.meal.name = "Cantine, repas"
        self.assertEqual(self.meal.display_name, "Cantine, repas", "not twice")

    def test_an_option_is_found_by_its_activity_and_by_both(self):
        Product = self.env["product.product"]
        by_activity = Product.search([("display_name", "ilike", "garderie du")])
        self.assertEqual(
            by_activity & (self.t1 | self.t2 | self.meal), self.t1 | self.t2
        )
        both = Product.search([("display_name", "=", "Garderie du soir – Tranche 1")])
        self.assertEqual(both, self.t1)
