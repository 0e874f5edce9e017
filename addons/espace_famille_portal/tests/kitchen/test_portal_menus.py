from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY

from ..common import EspacePortalCase

URL = "/my/menus"
WEEK = f"{URL}?date={MONDAY.isoformat()}"


@tagged("post_install", "-at_install")
class TestPortalMenus(EspacePortalCase):
    def setUp(self):
        super().setUp()
        (self.martin | self.durand).lang = "en_US"
        milk, mustard = (
            self.env.ref(f"espace_famille.allergen_{code}")
            for code in ("milk", "mustard")
        )
        self.env["espace.menu"].create(
            {
                "date": MONDAY,
                "company_id": self.company.id,
                "dish_ids": [
                    Command.create(vals)
                    for vals in (
                        {
                            "course": "main",
                            "name": "Roast pork",
                            "allergen_ids": mustard.ids,
                            "other_diet_ids": self._no_pork().ids,
                        },
                        {
                            "course": "dessert",
                            "name": "Custard",
                            "allergen_ids": milk.ids,
                        },
                        {"course": "starter", "name": "Soup"},
                        {"course": "side", "name": "Rice", "no_allergen": True},
                    )
                ],
            }
        )
        self.nina.allergies = "Protéines de lait de vache"
        self.tom.allergen_ids = mustard
        self.tom.diet_id = self._no_pork()
        self.login(self.claire)

    def dish(self, tree, name):
        [dish] = [dd for dd in tree.xpath("//dd") if name in dd.text_content()]
        return self.words(dish)

    def test_dishes_with_the_allergens_of_ones_children_marked(self):
        page = self.page(WEEK)
        self.assertEqual(
            self.dish(page, "Roast pork"),
            "Roast pork Allergens: Mustard Tom: Mustard "
            f"Replaced for Tom ({self._no_pork().name})",
        )
        self.assertEqual(
            self.dish(page, "Custard"), "Custard Allergens: Milk Nina: Milk"
        )
        self.assertEqual(self.dish(page, "Soup"), "Soup Allergens: not entered")
        self.assertEqual(
            self.dish(page, "Rice"), "Rice Allergens: none of the 14 declared"
        )
        courses = [self.words(dt) for dt in page.xpath("//dt")]
        self.assertEqual(courses, ["Starter", "Main course", "Side dish", "Dessert"])

    def test_the_list_never_stands_for_a_care_plan(self):
        page = self.page(WEEK)
        [warning] = page.xpath("//*[@data-block='warning']")
        words = self.words(warning)
        self.assertIn("do not replace a care plan (PAI)", words)
        self.assertIn("Nina (Milk)", words)
        self.assertNotIn("safe", self.words(page.xpath("//main")[0]).lower())

    def test_nobody_reads_of_the_children_of_others(self):
        self.lina.allergies = "Moutarde"
        self.assertNotIn("Lina", self.words(self.page(WEEK)))
        self.login(self.sofia)
        page = self.page(WEEK)
        self.assertNotIn("Nina", self.words(page))
        self.assertIn("Lina: Mustard", self.dish(page, "Roast pork"))

    def test_parents_do_not_leave_rows_of_reading(self):
        self.page(WEEK)
        self.assertFalse(
            self.env["espace.health.reading"].search(
                [("child_id", "in", (self.nina | self.tom).ids)]
            )
        )

    def test_who_eats_there_stands_with_the_day(self):
        self.booked(self.nina, self.meal, MONDAY)
        self.assertIn("Eats there: Nina", self.words(self.page(WEEK)))

    def test_a_week_without_menus_says_so(self):
        later = MONDAY + timedelta(days=7)
        page = self.page(f"{URL}?date={later.isoformat()}")
        self.assertTrue(page.xpath("//*[@data-empty]"))
        for wrong in ("x", "2027-13-01", "9999-12-31"):
            self.assertTrue(self.page(f"{URL}?date={wrong}").xpath("//h1"))

    def test_the_menus_of_another_commune_stay_there(self):
        other = self.env["res.company"].create({"name": "Autre commune"})
        self.env["espace.menu"].create(
            {
                "date": MONDAY + timedelta(days=1),
                "company_id": other.id,
                "dish_ids": [Command.create({"name": "Foreign"})],
            }
        )
        self.assertNotIn("Foreign", self.words(self.page(WEEK)))
