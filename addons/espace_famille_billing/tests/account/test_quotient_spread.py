from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestQuotientSpread(EspaceBillingCase):
    """Brackets of five families at least, whoever asks and however."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["espace.family.income"].search([]).unlink()
        (cls.martin | cls.durand).active = False
        cls.clerk = cls._create_staff("finance", "manager")
        cls.Spread = cls.env["espace.quotient.spread"].with_user(cls.clerk)

    def families(self, *quotients):
        for number, quotient in enumerate(quotients):
            family = self._create_family(f"Famille {quotient}-{number}", ["Claire"])
            self._create_child(family, "Un", self.class_cp)
            if quotient is not None:
                self._set_quotient(family, quotient)

    def shown(self):
        return [
            (row.bracket, row.families)
            for row in self.Spread.search([("company_id", "=", self.company.id)])
        ]

    def test_small_brackets_are_joined_to_their_neighbours(self):
        self.families(100, 150, 199, 250, 300, 900, 900, 950, 980, 999, 1500)
        self.assertEqual(self.shown(), [("0000 – 0399 €", 5), ("0400 € and more", 6)])

    def test_too_few_families_show_nothing(self):
        self.families(100, 100, 900, 1900)
        self.assertFalse(self.shown())
        self.families(None, None, None, None)
        self.assertFalse(self.shown())

    def test_families_without_a_quotient_are_shown_from_five_on(self):
        self.families(*[None] * 5, *[700] * 5)
        self.assertEqual(
            self.shown(), [("0000 € and more", 5), ("Without a quotient", 5)]
        )

    def test_no_group_filter_export_or_call_sees_less_than_five(self):
        self.families(100, 150, 199, 250, 300, 900, 900, 950, 980, 999, 1500)
        for group in self.Spread.formatted_read_group(
            [], ["bracket"], ["families:sum", "families:min"]
        ):
            self.assertGreaterEqual(group["families:min"], 5)
        rows = self.Spread.search([]).export_data(["bracket", "families"])["datas"]
        self.assertTrue(rows)
        for _bracket, families in rows:
            self.assertGreaterEqual(families, 5)
        # Nothing of it can be divided by what is known of a family.
        self.assertEqual(
            {name for name, field in self.Spread._fields.items() if field.relational},
            {"company_id"},
        )

    def test_the_quotient_of_today_counts(self):
        self.families(*[700] * 5)
        family = self.env["espace.family"].search([("name", "like", "Famille 700")])[0]
        self._set_quotient(family, 1200, self.year.date_to)
        self.assertEqual(self.shown(), [("0000 € and more", 5)])

    def test_who_may_read_it(self):
        self.families(*[700] * 5)
        with self.assertRaises(AccessError):
            self.Spread.with_user(self._create_staff("animation")).search([])
        for verb in ("write", "create", "unlink"):
            self.assertFalse(self.Spread.has_access(verb))
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "espace_is_commune": True}
        )
        user = self._create_staff("manager")
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        env = self.env(user=user, context={"allowed_company_ids": other.ids})
        self.assertFalse(env["espace.quotient.spread"].search([]))
