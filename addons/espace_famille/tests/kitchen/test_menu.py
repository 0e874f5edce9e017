import base64
import io
from datetime import timedelta

import openpyxl
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import MONDAY, TUESDAY, EspaceCase

PASTED = """\
\tlundi 11\tmardi 12\tjeudi 14
Entrée\tCarottes râpées (moutarde)\tPotage (lait, céleri)\tSalade (-)
Plat\tRôti de porc (sauf No pork)\tColin (poisson)\t"Omelette (œufs)
Riz (-)"
Dessert\tPomme (-)\tFlan (lait, œufs)\tGâteau (gluten, 7)
"""


@tagged("post_install", "-at_install")
class TestMenus(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_staff("manager")
        cls.agent = cls._create_staff("animation")
        cls.Menu = cls.env["espace.menu"].with_user(cls.manager)
        cls.Week = cls.env["espace.menu.week"].with_user(cls.manager)

    def week(self, **vals):
        return self.Week.create({"day": MONDAY, **vals})

    def saved(self, pasted=PASTED):
        week = self.week(pasted=pasted)
        week.action_read()
        week.action_save()
        return week

    def menus(self):
        return self.Menu.search([("company_id", "=", self.company.id)])

    def test_the_fourteen_are_there_in_their_order(self):
        allergens = self.env["espace.allergen"].search([])
        self.assertEqual(allergens.mapped("number"), list(range(1, 15)))
        self.assertEqual(allergens[0].code, "gluten")

    def test_a_pasted_week_is_saved_with_its_allergens(self):
        week = self.week(pasted=PASTED)
        week.action_read()
        self.assertFalse(week.problems)
        self.assertFalse(self.menus(), "reading saves nothing")
        week.action_save()
        menus = self.menus()
        self.assertEqual(
            menus.mapped("date"), [MONDAY, TUESDAY, MONDAY + timedelta(days=3)]
        )
        carrots, roast, apple = menus[0].dish_ids
        self.assertEqual(carrots.allergen_ids.mapped("code"), ["mustard"])
        self.assertEqual(roast.other_diet_ids, self._no_pork())
        self.assertFalse(roast.allergens_known)
        self.assertEqual(roast._allergen_words(), "not entered")
        self.assertTrue(apple.no_allergen)
        thursday = menus[2]
        self.assertEqual(
            thursday.dish_ids.mapped("name"), ["Salade", "Omelette", "Riz", "Gâteau"]
        )
        self.assertEqual(thursday.summary, "Salade, Omelette, Riz, Gâteau")
        # What was saved is shown again as it was typed, and may be saved again.
        again = self.week()
        self.assertIn("Rôti de porc (except No pork)", again.line_ids[1].monday)
        again.action_save()
        self.assertEqual(len(self.menus()), 3)

    def test_a_file_is_read(self):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["Menus"])
        sheet.append([None, MONDAY, TUESDAY])
        sheet.append(["Plat", "Poulet", "Colin (4)"])
        content = io.BytesIO()
        book.save(content)
        week = self.week(
            file=base64.b64encode(content.getvalue()), file_name="menus.xlsx"
        )
        week.action_read()
        self.assertEqual(week.line_ids[1].tuesday, "Colin (4)")
        wrong = self.week(file=base64.b64encode(b"%PDF-1.7 \x00\x01"), file_name="m")
        with self.assertRaisesRegex(UserError, "no table"):
            wrong.action_read()
        with self.assertRaisesRegex(UserError, "Paste a table"):
            self.week().action_read()

    def test_dishes_without_a_day_and_a_day_twice_are_said(self):
        week = self.week(pasted="\tlundi\t\tlundi\nPlat\tPoulet\tColin\tBœuf")
        week.action_read()
        self.assertIn("“Colin” stands under no day", week.problems)
        self.assertIn("lundi stands twice", week.problems)
        self.assertEqual(week.line_ids[1].monday, "Poulet")
        lost = self.week(pasted="Plat\tPoulet")
        lost.action_read()
        self.assertIn("No day was found", lost.problems)
        self.assertEqual(lost.pasted, "Plat\tPoulet", "nothing is lost")

    def test_a_menu_has_one_day_and_a_day_one_menu(self):
        self.Menu.create({"date": MONDAY})
        with (
            self.assertRaisesRegex(IntegrityError, "one_a_day"),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.Menu.create({"date": MONDAY})
        with (
            self.assertRaisesRegex(IntegrityError, 'null value in column "date"'),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.Menu.create({"note": "Sans jour"})

    def test_a_word_that_is_no_allergen_saves_nothing(self):
        week = self.week(pasted="\tlundi\tmardi\nPlat\tFlan (lait, vanile)\tRiz")
        week.action_read()
        with self.assertRaisesRegex(UserError, "vanile"):
            week.action_save()
        self.assertFalse(self.menus())

    def test_brackets_of_a_name_are_kept_and_said(self):
        week = self.week(pasted="\tlundi\tmardi\nPlat\tYaourt (du Moulin)\tRiz")
        week.action_read()
        week.action_save()
        self.assertIn("du Moulin", week.problems)
        dish = self.menus()[0].dish_ids
        self.assertEqual(dish.name, "Yaourt (du Moulin)")
        self.assertFalse(dish.allergens_known)

    def test_nothing_of_a_colleague_is_overwritten(self):
        week = self.week(pasted=PASTED)
        week.action_read()
        self.Menu.create({"date": TUESDAY}).dish_ids = [
            (0, 0, {"name": "Poulet", "course": "main"})
        ]
        with self.assertRaisesRegex(UserError, "meanwhile"):
            week.action_save()
        self.assertEqual(self.menus().dish_ids.name, "Poulet")

    def test_a_day_that_is_emptied_has_no_menu_any_more(self):
        self.saved()
        week = self.week()
        week.line_ids.tuesday = False
        week.action_save()
        self.assertNotIn(TUESDAY, self.menus().mapped("date"))

    def test_a_dish_cannot_hold_some_and_none(self):
        self.saved()
        dish = self.menus()[0].dish_ids[0]
        with self.assertRaisesRegex(ValidationError, "none of the 14"):
            dish.no_allergen = True

    def test_agents_read_and_do_not_type(self):
        self.saved()
        menus = self.env["espace.menu"].with_user(self.agent)
        self.assertEqual(menus.search_count([]), 3)
        with self.assertRaises(AccessError):
            self.env["espace.kitchen"].with_user(self.agent).open_menus(
                MONDAY.isoformat()
            )
        kitchen = self.env["espace.kitchen"].with_user(self.agent)
        week = kitchen.load_week(MONDAY.isoformat())
        self.assertFalse(week["may_type"])
        self.assertEqual(
            week["menus"][0]["dishes"][0],
            {"name": "Carottes râpées", "allergens": "Mustard"},
        )

    def test_the_poster_says_what_is_not_known_and_never_that_it_is_safe(self):
        week = self.saved()
        action = week.action_print()
        self.assertEqual(len(action["context"]["active_ids"]), 3)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "espace_famille.menu_poster", self.menus().ids
        )
        shown = " ".join(html.decode().split())
        for words in (
            "Carottes râpées",
            "Allergens: Mustard",
            "Allergens: not entered",
            "Replaced for: No pork",
            "does not replace a care plan",
        ):
            self.assertIn(words, shown)
        self.assertNotIn("safe", shown)
        with self.assertRaisesRegex(UserError, "no menu yet"):
            self.week(day=MONDAY + timedelta(days=7)).action_print()


@tagged("post_install", "-at_install")
class TestAllergensOfAChild(EspaceCase):
    def test_who_reads_them_is_recorded_and_they_are_not_searched(self):
        health = self._create_staff("animation", "health")
        milk = self.env.ref("espace_famille.allergen_milk")
        self.lina.allergen_ids = milk
        self.env.flush_all()
        self.env.invalidate_all()
        child = self.lina.with_user(health)
        self.assertEqual(child.allergen_ids.code, "milk")
        self.env.cr.precommit.run()
        read = self.env["espace.health.reading"].search(
            [("user_id", "=", health.id), ("child_id", "=", self.lina.id)]
        )
        self.assertEqual(read.mapped("kind"), ["allergies"])
        children = self.env["espace.child"].with_user(health)
        with self.assertRaisesRegex(AccessError, "child by child"):
            children.search([("allergen_ids", "in", milk.ids)])
        with self.assertRaisesRegex(AccessError, "child by child"):
            children._read_group([], ["allergen_ids"])
        agent = self._create_staff("animation")
        with self.assertRaises(AccessError):
            self.lina.with_user(agent).read(["allergen_ids"])

    def test_they_are_said_with_what_is_written_and_erased_with_it(self):
        self.lina.allergies = "Lait de vache"
        self.lina.allergen_ids = self.env.ref("espace_famille.allergen_milk")
        self.assertEqual(self.lina._allergy_words(), "Milk\nLait de vache")
        self.assertTrue(self.lina._has_health())
        self.lina._erase_health()
        self.assertFalse(self.lina._allergy_words())
