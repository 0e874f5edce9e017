from datetime import date
from decimal import Decimal as D

from odoo.tests import BaseCase, tagged

from ..domain import titles


@tagged("post_install", "-at_install")
class TestTitlesDomain(BaseCase):
    def test_all_that_a_family_owes_counts_together(self):
        debts = [(1, 7, D(9)), (2, 7, D(6)), (3, 8, D("14.99"))]
        makes, small = titles.split_small(debts, D(15))
        self.assertEqual(makes, {7: [1, 2]})
        self.assertEqual(small, {8: D("14.99")})

    def test_fifteen_euros_make_a_titre(self):
        self.assertEqual(titles.split_small([(1, 7, D(15))], D(15))[0], {7: [1]})

    def test_two_kinds_of_courts_are_found(self):
        for court, both in (
            ("Tribunal administratif de Toulouse", False),
            ("Tribunal judiciaire de Castres", False),
            ("Tribunal administratif ou tribunal judiciaire", True),
        ):
            self.assertEqual(titles.names_two_kinds(court), both, court)

    def test_the_code_of_all_activities_or_the_usual_one(self):
        self.assertEqual(titles.product_code(["A", "A"], "Z"), "A")
        self.assertEqual(titles.product_code(["A", "B"], "Z"), "Z")
        self.assertEqual(titles.product_code([None], None), "")

    def test_a_cell_is_no_formula_and_one_line(self):
        for value, expected in (
            ("=1+1", "'=1+1"),
            ("-5", "'-5"),
            ("1 rue\nd'En Haut", "1 rue d'En Haut"),
            (None, ""),
            (D("1234.5"), "1234,50"),
            (date(2027, 3, 1), "01/03/2027"),
        ):
            self.assertEqual(titles.cell(value), expected)

    def test_the_csv_opens_in_a_french_office(self):
        content = titles.written([{"nom": "Lévêque; et Cie", "montant": D(15)}])
        self.assertTrue(content.startswith(b"\xef\xbb\xbfexercice;bordereau;"))
        self.assertIn('"Lévêque; et Cie"', content.decode("utf-8-sig"))
        self.assertTrue(content.endswith(b"\r\n"))
