from datetime import date

from odoo.tests import tagged

from ..common import EspacePortalCase

NOTICE = "/espace-famille/mentions-legales"
PRIVACY = "/espace-famille/donnees-personnelles"
ACCESSIBILITY = "/espace-famille/accessibilite"
SCHEME = f"{ACCESSIBILITY}/schema"
SITE_MAP = "/espace-famille/plan"
PRICES = "/espace-famille/tarifs"
COMFORT = "/espace-famille/affichage"
QUESTION = "/espace-famille/question"
PAGES = (NOTICE, PRIVACY, ACCESSIBILITY)
OWN_TEXTS = {
    NOTICE: "espace_legal_notice",
    PRIVACY: "espace_privacy_notice",
    ACCESSIBILITY: "espace_accessibility_statement",
    SCHEME: "espace_accessibility_scheme",
}


@tagged("post_install", "-at_install")
class TestLegal(EspacePortalCase):
    """The pages that the law asks of a commune's online service."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"name": "Mairie d’Ici", "email": "mairie@example.org"})
        cls.other = cls.env.ref("base.main_company")
        cls.other.write(
            {"name": "Mairie d’Ailleurs", **dict.fromkeys(OWN_TEXTS.values(), False)}
        )

    def setUp(self):
        super().setUp()
        # Visitors: nobody has to log in to read what the law wants public.
        self.authenticate(None, None)

    def at(self, path, company=None):
        return self.page(f"{path}?commune={(company or self.company).id}")

    def text(self, path, company=None):
        return self.words(self.at(path, company).xpath("//main")[0])

    def part(self, tree, name):
        """Return the text of the part of a page with that data attribute."""
        [element] = tree.xpath(f"//main//*[@data-{name}]")
        return self.words(element)

    def legal_links(self, tree):
        [nav] = tree.xpath("//nav[@aria-label='Legal information']")
        return {link.get("href"): self.words(link) for link in nav.iter("a")}

    # === For everybody, of the right commune === #

    def test_everybody_reads_them_without_logging_in(self):
        titles = {}
        for path in PAGES:
            tree = self.at(path)
            [title] = tree.xpath("//h1")
            titles[path] = self.words(title)
            self.assertEqual(
                tree.findtext(".//title"), f"{titles[path]} – {self.company.name}"
            )
        self.assertEqual(
            titles,
            {
                NOTICE: "Legal notice",
                PRIVACY: "Personal data",
                ACCESSIBILITY: "Accessibility",
            },
        )

    def test_each_commune_has_its_own(self):
        self.company.espace_publisher = "Jeanne Martin, maire"
        self.other.espace_publisher = "Louis Durand, maire"
        for company, other in (
            (self.company, self.other),
            (self.other, self.company),
        ):
            for path in PAGES:
                tree = self.at(path, company)
                everything = self.words(tree)
                self.assertIn(company.name, everything)
                self.assertNotIn(other.name, everything)
                self.assertIn(f"{NOTICE}?commune={company.id}", self.legal_links(tree))
            shown = self.part(self.at(NOTICE, company), "publisher")
            self.assertEqual(shown, company.espace_publisher)

    def test_a_commune_that_is_not_there_gives_that_of_the_site(self):
        for asked in ("", "?commune=999999", "?commune=abc", f"?commune={'9' * 30}"):
            for path in PAGES:
                with self.subTest(f"{path}{asked}"):
                    text = self.words(self.page(path + asked).xpath("//main")[0])
                    self.assertIn(self.other.name, text)

    def test_a_question_is_asked_of_the_commune_in_the_header(self):
        tree = self.at(QUESTION)
        self.assertIn(self.company.name, self.words(tree.xpath("//header")[0]))
        self.assertNotIn(self.other.name, self.words(tree))
        [link] = tree.xpath(f"//form//a[starts-with(@href, '{PRIVACY}')]")
        self.assertEqual(link.get("href"), f"{PRIVACY}?commune={self.company.id}")

    def test_a_parent_keeps_the_menu_of_the_family(self):
        self.login(self.claire)
        for path in PAGES:
            tree = self.at(path)
            self.assertTrue(tree.xpath("//nav//a[@href='/my/reservations']"))
            self.assertEqual(len(tree.xpath("//h1")), 1)

    # === What is filled in, and what is not === #

    def test_what_the_commune_entered_is_shown(self):
        self.company.write(
            {
                "espace_publisher": "Jeanne Martin, maire",
                "espace_host": "Syndicat numérique\n1 place du Marché",
                "espace_dpo_email": "dpo@example.org",
                "espace_accessibility": "partial",
                "espace_accessibility_date": date(2027, 1, 4),
            }
        )
        notice = self.at(NOTICE)
        self.assertEqual(self.part(notice, "publisher"), "Jeanne Martin, maire")
        self.assertEqual(
            self.part(notice, "host"), "Syndicat numérique 1 place du Marché"
        )
        officer = self.at(PRIVACY)
        self.assertTrue(officer.xpath("//main//a[@href='mailto:dpo@example.org']"))
        statement = self.at(ACCESSIBILITY)
        self.assertIn("partially compliant", self.part(statement, "state"))
        self.assertTrue(self.part(statement, "stated").endswith("4 January 2027"))

    def test_what_is_missing_leaves_no_hole(self):
        self.company.write(
            {
                "email": False,
                "phone": False,
                "street": False,
                "zip": False,
                "city": False,
                "company_registry": False,
            }
        )
        notice = self.at(NOTICE)
        self.assertIn("legal representative", self.part(notice, "publisher"))
        self.assertIn("Ask the publisher", self.part(notice, "host"))
        self.assertNotIn("SIRET", self.words(notice))
        self.assertIn("write to the address above", self.part(self.at(PRIVACY), "dpo"))
        statement = self.at(ACCESSIBILITY)
        self.assertFalse(statement.xpath("//*[@data-stated]"))
        for path in PAGES:
            tree = self.at(path)
            self.assertNotIn("False", self.words(tree))
            for empty in tree.xpath("//main//*[self::p or self::li or self::h2]"):
                self.assertTrue(self.words(empty), "an empty paragraph")

    def test_parents_learn_their_rights_and_where_their_data_are(self):
        tree = self.at(PRIVACY)
        for where in ("/my/foyer/mes-donnees", "https://www.cnil.fr/fr/plaintes"):
            self.assertTrue(tree.xpath(f"//main//a[@href='{where}']"), where)
        text = self.words(tree.xpath("//main")[0])
        for words in ("public interest", "Ten years", "three years", "withdraw"):
            self.assertIn(words, text)

    def test_the_cookies_are_those_that_browsers_get(self):
        def listed():
            return set(self.at(PRIVACY).xpath("//main//@data-cookie"))

        self.assertLessEqual({"session_id", "frontend_lang", "td_id"}, listed())
        self.opener.cookies.clear()
        self.page("/")
        self.page(QUESTION)
        self.login(self.claire)
        self.page("/my")
        names = {cookie.name for cookie in self.opener.cookies}
        # That of tests lets requests through to a database that is being tested.
        self.assertEqual(names - {"test_request_key"} - listed(), set())
        self.assertIn("session_id", names)

    def test_the_life_of_the_session_is_the_real_one(self):
        self.assertIn("7 days after your last visit", self.text(PRIVACY))
        config = self.env["ir.config_parameter"].sudo()
        config.set_param("sessions.max_inactivity_seconds", str(24 * 60 * 60))
        self.assertIn("1 day after your last visit", self.text(PRIVACY))

    def test_problems_of_access_are_reported_and_taken_further(self):
        tree = self.at(ACCESSIBILITY)
        for where in (
            f"{QUESTION}?commune={self.company.id}",
            "https://formulaire.defenseurdesdroits.fr/",
            "mailto:mairie@example.org",
        ):
            self.assertTrue(tree.xpath(f"//main//a[@href='{where}']"), where)

    # === The commune's own texts === #

    def test_an_own_text_replaces_ours_and_runs_no_script(self):
        for path, field in OWN_TEXTS.items():
            ours = self.text(path)
            self.company[field] = (
                "<h1>Chez nous</h1><p onclick='alert(1)'>Nos <b>mots</b></p>"
                "<script>alert(2)</script>"
            )
            tree = self.at(path)
            [main] = tree.xpath("//main")
            self.assertIn("Nos mots", self.words(main))
            self.assertEqual([self.words(h2) for h2 in main.iter("h2")], ["Chez nous"])
            self.assertEqual(len(tree.xpath("//h1")), 1)
            self.assertFalse(main.xpath(".//script | .//*[@onclick]"))
            self.assertNotIn("alert(", main.text_content())
            self.company[field] = "<p><br></p>"
            self.assertEqual(self.text(path), ours)

    def test_an_own_text_of_one_commune_is_not_that_of_the_other(self):
        self.company.espace_legal_notice = "<p>Nos mots</p>"
        self.assertIn("Nos mots", self.text(NOTICE))
        self.assertNotIn("Nos mots", self.text(NOTICE, self.other))

    def test_staff_enter_them_in_the_settings(self):
        settings = self.env["res.config.settings"].with_company(self.company)
        settings.create(
            {
                "espace_publisher": "Jeanne Martin, maire",
                "espace_accessibility": "full",
                "espace_privacy_notice": "<p>Nos mots</p><script>alert(1)</script>",
            }
        ).execute()
        self.assertEqual(self.company.espace_publisher, "Jeanne Martin, maire")
        self.assertEqual(self.company.espace_accessibility, "full")
        self.assertEqual(self.company.espace_privacy_notice, "<p>Nos mots</p>")

    # === Under every page === #

    def test_the_state_of_accessibility_is_under_every_page(self):
        self.assertEqual(self.company.espace_accessibility, "audit")
        self.login(self.claire)
        for state, words in (
            ("none", "Accessibility: not compliant"),
            ("partial", "Accessibility: partially compliant"),
            ("full", "Accessibility: fully compliant"),
        ):
            self.company.espace_accessibility = state
            for path in ("/my", "/my/panier", ACCESSIBILITY):
                links = self.legal_links(self.page(path))
                self.assertEqual(
                    links,
                    {
                        f"{NOTICE}?commune={self.company.id}": "Legal notice",
                        f"{PRIVACY}?commune={self.company.id}": "Personal data",
                        f"{ACCESSIBILITY}?commune={self.company.id}": words,
                        f"{PRICES}?commune={self.company.id}": "Prices",
                        f"{COMFORT}?commune={self.company.id}": "Comfort of reading",
                        f"{SITE_MAP}?commune={self.company.id}": "Site map",
                    },
                )

    def test_visitors_find_them_under_their_pages(self):
        for path in ("/", "/web/login", "/espace-famille/activation"):
            links = self.legal_links(self.page(path))
            for legal in PAGES:
                self.assertIn(f"{legal}?commune={self.other.id}", links, path)

    def test_the_footer_reads_one_row_and_no_long_text(self):
        self.company.espace_legal_notice = "<p>Nos mots</p>"
        self.env.flush_all()
        self.env.invalidate_all()
        company = self.company.sudo()
        with self.assertQueryCount(1):
            self.assertTrue(company.name)
            self.assertEqual(company.espace_accessibility, "audit")
        for name in OWN_TEXTS.values():
            self.assertNotIn(company.id, company._fields[name]._get_cache(company.env))
