"""What pages keep of the règlement is what the database holds, whatever changes it."""

from odoo.fields import Command
from odoo.tests import tagged

from ..common import EspaceCase


@tagged("post_install", "-at_install")
class TestRulebook(EspaceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paper = cls.env["espace.document.type"].create({"name": "Assurance"})
        cls.criterion = cls.env["espace.waiting.criterion"].create(
            {"activity_id": cls.evening.id, "criterion": "resident"}
        )

    def of_company(self):
        return self.env["espace.rulebook"]._of_company(self.company)

    def as_a_new_page(self):
        """Forget what this transaction has read, as the next request has."""
        self.env.flush_all()
        self.env.invalidate_all()

    def content(self):
        """Return {(model, id): {name of field: value}} as it is read now."""
        return {
            (model, record.id): {
                name: record[name].ids
                if record._fields[name].relational
                else record[name]
                for name in record._rulebook_fields()
            }
            for model, records in self.of_company().items()
            for record in records
        }

    def assertKept(self):
        """What is kept must be what the database says."""
        self.as_a_new_page()
        kept = self.content()
        # Whatever is read from here on is read from the database.
        self.env.registry.clear_cache()
        self.as_a_new_page()
        self.assertEqual(kept, self.content())
        return kept

    def test_a_page_reads_nothing_again(self):
        self.content()
        sentence = self.evening.booking_rule_id.sentence
        self.assertIn("17h", sentence)
        self.as_a_new_page()
        self.assertTrue(self.company.espace_revision)
        with self.assertQueryCount(0):
            names = {a.name for a in self.of_company()["espace.activity"]}
            self.assertEqual(self.evening.booking_rule_id.sentence, sentence)
            self.assertEqual(self.evening.waiting_criterion_ids, self.criterion)
            self.assertEqual(self.meal.sudo().espace_activity_id, self.canteen)
            self.assertEqual(self.meal.sudo().name, "Repas")
            self.assertEqual(self.evening._slot_start(), 16.5)
        self.assertLessEqual({"Cantine", "Garderie du soir"}, names)

    def test_every_change_is_seen(self):
        line = self.rule_weekly.line_ids
        changes = {
            "an activity": lambda: self.canteen.write({"name": "Restaurant"}),
            "its translation": lambda: self.canteen.update_field_translations(
                "name", {"en_US": "Dining hall"}
            ),
            "its limit": lambda: self.canteen.write(
                {"booking_rule_id": self.rule_eve.id}
            ),
            "a rule": lambda: self.rule_eve.write({"time": 16.5}),
            "a line of a rule": lambda: line.write({"cutoff_weekday": "3"}),
            "a line through its rule": lambda: self.rule_weekly.write(
                {"line_ids": [Command.update(line.id, {"time": 10})]}
            ),
            "a criterion more": lambda: self.evening.write(
                {"waiting_criterion_ids": [Command.create({"criterion": "sibling"})]}
            ),
            "a criterion less": lambda: self.criterion.unlink(),
            "a type of document": lambda: self.paper.write({"blocking": True}),
            "its activities": lambda: self.paper.write(
                {
                    "needed_for": "activities",
                    "activity_ids": [Command.link(self.canteen.id)],
                }
            ),
            "a type less": lambda: self.paper.action_archive(),
            "an option by its variant": lambda: self.meal.write({"name": "Déjeuner"}),
            "the hours of an option": lambda: self.t1.product_tmpl_id.write(
                {"espace_time_to": 18}
            ),
            "an option more": lambda: self._create_option(self.evening, "Tranche 3"),
            "an option archived": lambda: self.t2.product_tmpl_id.action_archive(),
            "an option that leaves": lambda: self.t1.product_tmpl_id.write(
                {"espace_activity_id": False}
            ),
            "an activity archived": lambda: self.evening.action_archive(),
        }
        before = self.assertKept()
        for name, change in changes.items():
            with self.subTest(name):
                change()
                after = self.assertKept()
                self.assertNotEqual(before, after)
                before = after

    def test_a_change_that_is_rolled_back_leaves_nothing(self):
        before = self.assertKept()
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.canteen.name = "Restaurant"
            self.as_a_new_page()
            self.assertEqual(
                self.content()["espace.activity", self.canteen.id]["name"], "Restaurant"
            )
            raise ZeroDivisionError
        self.assertEqual(self.assertKept(), before)

    def test_another_commune_has_its_own(self):
        company = self.env["res.company"].create(
            {"name": "Elsewhere", "espace_is_commune": True}
        )
        activity = self.env["espace.activity"].create(
            {"name": "Cantine", "company_id": company.id}
        )
        mine = self.of_company()["espace.activity"]
        other = self.env["espace.rulebook"]._of_company(company)["espace.activity"]
        self.assertIn(activity, other)
        self.assertFalse(mine & other)

    def test_a_change_leaves_the_pages_of_other_communes_as_they_are(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "espace_is_commune": True}
        )
        before = self.company.espace_revision
        activity = self.env["espace.activity"].create(
            {"name": "Cantine", "company_id": other.id}
        )
        self.assertTrue(other.espace_revision)
        self.assertEqual(self.company.espace_revision, before)
        activity.company_id = self.company
        self.assertNotEqual(self.company.espace_revision, before)
