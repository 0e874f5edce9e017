from datetime import date
from unittest import skipIf

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import MONDAY, EspaceCase
from .printed import MISSING, NO_PANGO, PrintedCase, print_report

LIST = "espace_famille.espace_list_report"


@tagged("post_install", "-at_install")
class TestPrintedLists(PrintedCase, EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls._create_staff("animation")
        cls.manager = cls._create_staff("manager")
        cls.nurse = cls._create_staff("animation", "health")
        cls.env["espace.school.class"].create(
            [
                {"name": name, "level": level, "school_id": cls.school.id}
                for name, level in (("PS", "ps"), ("CM2", "cm2"))
            ]
        )
        cls.ps, cls.cm2 = (
            cls.school.class_ids.filtered(lambda one, name=name: one.name == name)
            for name in ("PS", "CM2")
        )
        cls.louis = cls._create_child(cls.durand, "Louis", cls.ps)
        cls.agathe = cls._create_child(cls.durand, "Agathe", cls.cm2)
        cls.nina.write({"has_pai": True, "pai_details": "Stylo dans le sac"})
        cls.martin.guardian_ids[0].phone = "05 63 00 00 11"

    def wizard(self, kind, user=None, **vals):
        Wizard = self.env["espace.list.wizard"].with_user(user or self.agent)
        return Wizard.create({"kind": kind, **vals})

    def names(self, wizard):
        return [row.child.firstname for row in wizard._rows()]

    def printed(self, wizard, report=LIST):
        wizard.action_print()
        self.env.flush_all()
        return print_report(report, wizard)

    def test_classes_come_from_the_youngest_to_the_oldest(self):
        wizard = self.wizard("class", school_ids=self.school.ids)
        self.assertEqual(self.names(wizard), ["Louis", "Lina", "Nina", "Tom", "Agathe"])
        self.assertEqual(wizard.child_count, 5)
        wizard.class_ids = self.cm2
        self.assertEqual(self.names(wizard), ["Agathe"])

    @skipIf(MISSING, NO_PANGO)
    def test_each_class_is_numbered_from_one(self):
        printed = self.printed(self.wizard("class", school_ids=self.school.ids))
        self.assertEqual(len(printed.pages), 4)
        for page, name in zip(printed.pages, ("PS", "CP", "CM1", "CM2"), strict=True):
            self.assertIn(f"{name} – École des Tilleuls", page)
            self.assertIn("Page 1/1", page)

    @skipIf(MISSING, NO_PANGO)
    def test_a_long_class_repeats_its_headings_and_leaves_none_alone(self):
        self.env["espace.child"].create(
            [
                {
                    "lastname": f"Invented {number:02d}",
                    "firstname": "Child",
                    "family_id": self.durand.id,
                    "class_id": self.ps.id,
                }
                for number in range(70)
            ]
        )
        printed = self.printed(self.wizard("class", class_ids=self.ps.ids))
        self.assertGreater(len(printed.pages), 1)
        for number, page in enumerate(printed.pages, 1):
            self.assertIn("Born on", page)
            self.assertIn(f"Page {number}/{len(printed.pages)}", page)
            self.assertRegex(page, r"Invented \d\d Child")

    def test_evacuation_holds_who_is_expected_that_day(self):
        self.booked(self.lina, self.meal, MONDAY)
        self.booked(self.lina, self.t1, MONDAY)
        absent = self.booked(self.tom, self.meal, MONDAY)
        absent.sudo().attendance = "absent_justified"
        wizard = self.wizard("evacuation", date=MONDAY)
        self.assertEqual(self.names(wizard), ["Lina"])
        self.env["espace.school.adult"].create(
            {"name": "Ana Roux", "role": "cook", "school_id": self.school.id}
        )
        [sheet] = wizard._sheets()
        self.assertEqual(sheet["adults"].name, "Ana Roux")
        self.assertEqual(len(sheet["parts"][0][1][0].bookings), 2)
        wizard.activity_id = self.evening
        self.assertEqual(len(wizard._rows()[0].bookings), 1)
        with self.assertRaisesRegex(UserError, "Choose the day"):
            self.wizard("evacuation").action_print()
        with self.assertRaisesRegex(UserError, "Nobody is on this list"):
            self.wizard("evacuation", date=MONDAY, class_ids=self.ps.ids).action_print()

    def test_groups_are_those_of_the_options(self):
        self.booked(self.lina, self.t1, MONDAY)
        self.booked(self.nina, self.t2, MONDAY)
        wizard = self.wizard("group", date=MONDAY)
        with self.assertRaisesRegex(UserError, "Choose the activity"):
            wizard.action_print()
        wizard.activity_id = self.evening
        first, second = wizard._sheets()
        self.assertIn(self.t1.name, first["title"])
        self.assertEqual([r.child for r in first["parts"][0][1]], [self.lina])
        self.assertEqual([r.child for r in second["parts"][0][1]], [self.nina])

    @skipIf(MISSING, NO_PANGO)
    def test_whom_to_call_is_printed_by_management(self):
        with self.assertRaisesRegex(AccessError, "Management"):
            self.wizard("contacts").action_print()
        with self.assertRaises(AccessError):
            print_report(LIST, self.wizard("contacts"))
        printed = self.printed(
            self.wizard("contacts", self.manager, class_ids=self.class_cp.ids)
        )
        self.assert_order(printed, "Martin Nina", "05 63 00 00 11 Claire Martin")

    @skipIf(MISSING, NO_PANGO)
    def test_care_plans_are_printed_by_right_and_recorded(self):
        for user in (self.agent, self.manager):
            wizard = self.wizard("pai", user)
            self.assertTrue(wizard.needs_words)
            with self.assertRaisesRegex(AccessError, "Health"):
                wizard.action_print()
            with self.assertRaises(AccessError):
                print_report(LIST, wizard)
        self.env.cr.precommit.run()
        rows = [("child_id", "=", self.nina.id)]
        Reading = self.env["espace.health.reading"]
        self.assertFalse(Reading.search(rows))
        printed = self.printed(self.wizard("pai", self.nurse))
        self.assert_order(printed, "Nina Martin", "Stylo dans le sac", "05 63 00 00 11")
        self.assertEqual(len(printed.pages), 1)
        self.env.cr.precommit.run()
        self.assertEqual(Reading.search(rows).mapped("kind"), ["pai"])
        self.assertEqual(Reading.search(rows).user_id, self.nurse)

    @skipIf(MISSING, NO_PANGO)
    def test_labels_skip_those_that_are_used(self):
        wizard = self.wizard("label", skipped=20)
        self.assertEqual([len(sheet) for sheet in wizard._labels()], [21, 4])
        printed = self.printed(wizard, "espace_famille.espace_label_report")
        self.assertEqual(len(printed.pages), 2)
        self.assertIn("Louis", printed.pages[0])
        self.assertNotIn("Louis", printed.pages[1])

    def test_cards_are_those_of_the_commune_that_has_them(self):
        with self.assertRaisesRegex(UserError, "option of the commune"):
            self.wizard("card", self.manager).action_print()
        self.company.espace_attendance_cards = True
        action = self.wizard("card", self.manager).action_print()
        self.assertEqual(action["report_name"], "espace_famille.child_cards")

    def test_another_commune_is_not_on_it(self):
        other = self.env["res.company"].create({"name": "Autre commune"})
        self.assertFalse(self.wizard("class", company_id=other.id)._rows())

    def test_french_says_the_first_of_a_month_as_it_is_spoken(self):
        say = self.env["ir.qweb.field.espace_day"].with_context(lang="fr_FR")
        self.env["res.lang"]._activate_lang("fr_FR")
        options = {"format": "EEEE d MMMM y"}
        first, fourth = date(2027, 2, 1), date(2027, 2, 4)
        self.assertEqual(say.value_to_html(first, options), "lundi 1er février 2027")
        self.assertEqual(say.value_to_html(fourth, options), "jeudi 4 février 2027")
        self.assertEqual(say.value_to_html(False, options), "")
