from datetime import date

from odoo.tests import BaseCase, tagged

from ..domain import cog, particulier
from ..particulier import is_safe
from .particulier_double import FAULTS

CLAIRE = particulier.Identity(
    "Petit", ("Claire", "Anne"), date(1988, 5, 7), cog.FRANCE, "81065", "F", "Martin"
)


def answer(**changes):
    quotient = {"fournisseur": "CNAF", "valeur": 750, "annee": 2026, "mois": 12}
    return {"data": {"quotient_familial": quotient | changes}}


@tagged("post_install", "-at_install")
class TestParticulierDomain(BaseCase):
    def test_what_is_asked_names_the_person_as_documented(self):
        self.assertEqual(
            particulier.query(CLAIRE, "21810123400019"),
            [
                ("recipient", "21810123400019"),
                ("nomNaissance", "Petit"),
                ("prenoms[]", "Claire"),
                ("prenoms[]", "Anne"),
                ("anneeDateNaissance", "1988"),
                ("moisDateNaissance", "5"),
                ("jourDateNaissance", "7"),
                ("codeCogInseePaysNaissance", "99100"),
                ("codeCogInseeCommuneNaissance", "81065"),
                ("sexeEtatCivil", "F"),
                ("nomUsage", "Martin"),
            ],
        )

    def test_of_those_born_abroad_no_commune_is_asked(self):
        abroad = particulier.Identity("A", ("B",), date(1990, 1, 1), "99350", "81065")
        asked = dict(particulier.query(abroad, "1"))
        self.assertNotIn("codeCogInseeCommuneNaissance", asked)
        self.assertFalse(particulier.missing(abroad))

    def test_what_is_missing(self):
        nobody = particulier.Identity("", (), None, cog.FRANCE)
        self.assertEqual(
            particulier.missing(nobody), ["name", "firstnames", "born", "commune"]
        )
        self.assertFalse(particulier.missing(CLAIRE))

    def test_only_the_quotient_its_month_and_its_source_are_read(self):
        self.assertEqual(
            particulier.read(answer()), particulier.Quotient(750, 2026, 12, "caf")
        )
        self.assertEqual(particulier.read(answer(fournisseur="MSA")).source, "msa")

    def test_nonsense_is_no_quotient(self):
        for payload in (
            None,
            [],
            {},
            {"data": None},
            {"data": {"quotient_familial": None}},
            answer(valeur="750"),
            answer(valeur=True),
            answer(valeur=-1),
            answer(valeur=750.5),
            answer(mois=13),
            answer(fournisseur="OTHER"),
        ):
            with self.assertRaises(particulier.Nonsense, msg=str(payload)):
                particulier.read(payload)

    def test_each_error_has_an_outcome(self):
        expected = {
            401: particulier.STOPPED,
            403: particulier.STOPPED,
            404: particulier.UNKNOWN,
            409: particulier.LATER,
            422: particulier.WRONG,
            429: particulier.LATER,
            502: particulier.LATER,
            504: particulier.LATER,
        }
        for name, (status, code, _retry) in FAULTS.items():
            self.assertEqual(particulier.outcome(status, code), expected[status], name)

    def test_what_the_service_says_of_waiting_is_done_within_bounds(self):
        for args, seconds in (
            ((504, 120.0), 120),
            ((504, None, "30"), 30),
            ((429, None), 60),
            ((502, None, "soon"), 600),
            ((504, 1e9), 3600),
            ((504, 0.01), 1),
        ):
            self.assertEqual(particulier.wait(*args), seconds)
        self.assertEqual(particulier.read_error({"errors": []}), ("", None))

    def test_codes_of_the_insee(self):
        for code, good in (
            ("81065", True),
            ("2A004", True),
            ("97411", True),
            ("99350", False),
            ("8106", False),
            ("81065 ", False),
        ):
            self.assertEqual(cog.is_commune(code), good, code)
        self.assertEqual(cog.COUNTRIES["FR"], cog.FRANCE)
        self.assertTrue(all(map(cog.is_country, cog.COUNTRIES.values())))

    def test_a_token_goes_over_tls_or_to_this_machine(self):
        for url, good in (
            ("https://particulier.api.gouv.fr", True),
            ("http://127.0.0.1:8099", True),
            ("http://particulier.api.gouv.fr", False),
            ("http://127.0.0.1.example.org", False),
            ("", False),
        ):
            self.assertEqual(is_safe(url), good, url)
