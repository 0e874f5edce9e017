from odoo.tests import tagged

from odoo.addons.espace_famille_portal.tests.common import EspacePortalCase

URL = "/my/foyer/quotient"


@tagged("post_install", "-at_install")
class TestQuotientPortal(EspacePortalCase):
    def setUp(self):
        super().setUp()
        self.guardian = self.martin.guardian_ids[0]

    def send(self, page, **values):
        return self.post(f"{URL}/{page}", **values)

    def test_a_guardian_reads_what_is_asked_and_types_the_identity(self):
        page = self.url_open(URL).text
        self.assertIn("L114-8", page)
        self.send(
            "identite",
            birth_name="Petit",
            civil_firstnames="Claire Anne",
            birth_date="1988-05-17",
            birth_country_id=self.env.ref("base.fr").id,
            birth_commune_code="2a004",
        )
        self.guardian.invalidate_recordset()
        self.assertEqual(self.guardian.birth_commune_code, "2A004")
        self.assertEqual(str(self.guardian.birth_date), "1988-05-17")
        self.assertTrue(self.guardian.is_identified)
        self.assertFalse(self.martin.guardian_ids[1].birth_name)

    def test_nonsense_is_refused_in_words(self):
        answer = self.send(
            "identite",
            birth_date="1988-05-17",
            birth_country_id=self.env.ref("base.fr").id,
            birth_commune_code="Cast",
        )
        self.assertIn("is not the code of a commune", answer.text)
        self.assertFalse(self.guardian.birth_commune_code)

    def test_the_family_gives_it_on_paper_or_not(self):
        self.send("choix", paper="1")
        self.martin.invalidate_recordset()
        self.assertTrue(self.martin.qf_refused_on)
        self.send("choix")
        self.martin.invalidate_recordset()
        self.assertFalse(self.martin.qf_refused_on)
        self.assertTrue(self.martin.qf_informed_on)
