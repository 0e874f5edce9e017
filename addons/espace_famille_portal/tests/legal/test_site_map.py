from odoo.tests import tagged

from ...models.legal.espace_portal_rgaa import read_audit
from ..common import EspacePortalCase

ACCESSIBILITY = "/espace-famille/accessibilite"


@tagged("post_install", "-at_install")
class TestSiteMap(EspacePortalCase):
    """A second way to each page, and what is said of who cannot use one."""

    def main(self, path):
        [main] = self.page(f"{path}?commune={self.company.id}").xpath("//main")
        return main

    def test_each_link_of_the_map_opens_its_page(self):
        links = self.main("/espace-famille/plan").xpath(".//li/a/@href")
        self.assertGreater(len(links), 20)
        for link in links:
            with self.subTest(link):
                self.assertEqual(self.url_open(link).status_code, 200)

    def test_the_map_has_all_of_the_menu(self):
        links = self.main("/espace-famille/plan").xpath(".//li/a/@href")
        for entry in self.env["espace.family"]._portal_menu():
            self.assertIn(entry.url, links)

    def test_the_declaration_says_what_the_table_says(self):
        audit = read_audit()
        main = self.main(ACCESSIBILITY)
        [said] = main.xpath(".//*[@data-state]/@data-state")
        self.assertEqual(said, audit.state)
        rate = " ".join(map(self.words, main.xpath(".//*[@data-rate]")))
        self.assertIn(f"{audit.rate}", rate)
        for state, count in audit.counts.items():
            self.assertIn(str(count), rate, state)
        gaps = [self.words(one) for one in main.xpath(".//*[@data-gaps]/li")]
        self.assertEqual(len(gaps), len(audit.gaps))
        for gap, words in zip(audit.gaps, gaps, strict=True):
            self.assertIn(gap.number, words)
            self.assertIn(gap.gap, words)

    def test_a_commune_that_found_something_else_says_so(self):
        self.company.espace_accessibility = "none"
        main = self.main(ACCESSIBILITY)
        self.assertEqual(main.xpath(".//*[@data-state]/@data-state"), ["none"])
        self.assertFalse(main.xpath(".//*[@data-rate] | .//*[@data-gaps]"))

    def test_the_scheme_has_a_plan_a_year_for_three_years(self):
        def years():
            main = self.main(f"{ACCESSIBILITY}/schema")
            return main.xpath(".//section/@data-year")

        self.assertEqual(years(), ["2027", "2028", "2029"])
        self.company.espace_accessibility_date = "2025-06-01"
        self.assertEqual(years(), ["2025", "2026", "2027"])
        self.company.espace_accessibility_date = "2023-06-01"
        self.assertEqual(years(), ["2026", "2027", "2028"])
