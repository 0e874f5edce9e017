"""A school's register from its file to its families, in a browser, with the keyboard.

Its pictures stand in the agents' guide: ESPACE_PICTURES names their folder.
"""

import io
import re
import unittest
from base64 import b64decode, b64encode

import openpyxl

from odoo.tests import HttpCase, tagged

from odoo.addons.espace_famille.tests.common import MONDAY
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .accessibility import RULES, axe
from .browser import chromium, open_browser

REGISTER = """Nom élève;Prénom élève;Date naissance;Classe;Adr.;CP;Ville;\
Civilité resp 1;Nom resp 1;Prénom resp 1;Courriel resp 1;Tél resp 1;INE
ROUX;Élise;14/03/2018;CE1-CE2 Mme Brun;3 chemin des Vignes;81090;Valdurenque;\
Mme;ROUX;Sandrine;s.roux@example.org;612345678;
ROUX;Hugo;02/11/2020;GS;3 chemin des Vignes;81090;Valdurenque;\
Mme;ROUX;Sandrine;s.roux@example.org;612345678;
PONS;Noé;29/02/2016;CM2;11 rue du Moulin;81090;Valdurenque;\
Mme;VIALA;Nadège;n.viala@example.org;;
BLANC;Mila;31/02/2018;GS;2 impasse des Lilas;81090;Valdurenque;\
Mme;BLANC;Chloé;;;
MARTIN;Nina;02/05/2019;CP;5 rue du Lavoir;81090;Valdurenque;\
Mme;MARTIN;Claire;claire.martin@example.org;;
"""
# What axe finds in our part of Odoo's page.
LOOK = """([selector, rules]) => axe
    .run(selector, {runOnly: {type: "tag", values: rules}})
    .then((found) => found.violations.map((one) => {
        const where = one.nodes.map((node) => node.html.slice(0, 200));
        return `${one.id}: ${where.join(" | ")}`;
    }))"""
# What of it is Odoo's own: the signs of tooltips, the frame of a dialog.
ODOO = re.compile(r"text-info|o_content")
SCREEN = "/odoo/action-espace_famille.espace_register_action"
NARROW = {"width": 1024, "height": 768}


@tagged("post_install", "-at_install")
@unittest.skipUnless(chromium(), "Chromium is not installed")
class TestRegisterScreen(EspaceBillingCase, HttpCase):
    maxDiff = None
    test_cursor_lock_timeout = 120

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_french_staff("manager", "finance")
        cls.company.city = "Valdurenque"
        cls._work_at_once()
        cls.login = cls.manager.login
        cls.env.flush_all()

    @classmethod
    def _work_at_once(cls):
        """Have what is accepted be written without waiting for the scheduled job."""
        Import = cls.env.registry["espace.register.import"]
        accept = Import.action_accept

        def accept_and_work(one):
            result = accept(one)
            while one.state == "running":
                one.sudo()._work_batch()
                one.invalidate_recordset()
            return result

        cls.classPatch(Import, "action_accept", accept_and_work)

    def setUp(self):
        super().setUp()
        self.found = {}

    def look(self, visit, name):
        """Take pictures at both sizes, and ask axe."""
        page = visit.page
        page.wait_for_selector(".o_espace_register[aria-busy=false]")
        for size in (NARROW, {"width": 1280, "height": 900}):
            page.set_viewport_size(size)
            page.wait_for_timeout(300)
            visit.picture(f"registre-{name}-{size['width']}", full_page=False)
            wide = page.evaluate(
                "() => { const one = document.querySelector('.o_content');"
                " return one.scrollWidth - one.clientWidth; }"
            )
            self.assertLessEqual(wide, 0, f"{name} is wider than {size['width']}")
        if found := self.findings(page, ".o_espace_register"):
            self.found[name] = found

    def findings(self, page, selector):
        page.evaluate(axe())
        return page.evaluate(LOOK, [selector, RULES])

    def figure(self, page, tab):
        return int(page.inner_text(f".o_tabs [name={tab}] b").strip())

    def load(self, page, content):
        page.set_input_files(
            ".o_espace_register input[type=file]",
            [
                {
                    "name": "registre-moulin.csv",
                    "mimeType": "text/csv",
                    "buffer": content.encode("cp1252"),
                }
            ],
        )
        page.wait_for_selector("text=registre-moulin.csv")

    def test_from_the_file_to_the_families_and_back(self):
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            page = visit.page
            visit.log_in(self.login, self.login)
            page.goto(SCREEN)
            page.wait_for_selector(".o_espace_register")
            self.files(visit)
            self.columns(visit)
            self.preview(visit)
            self.report(visit)
            self.again(visit)
            self.assertEqual(visit.errors, [])
        self.assertEqual(self.found, {})
        self.env.invalidate_all()
        children = self.env["espace.child"].search(
            [("company_id", "=", self.company.id), ("lastname", "=", "ROUX")]
        )
        self.assertEqual(children.mapped("firstname"), ["Hugo", "Élise"])
        self.assertEqual(children.family_id.guardian_ids.phone, "06 12 34 56 78")
        self.assertEqual(self.nina.birth_date.isoformat(), "2019-05-02")

    def files(self, visit):
        page = visit.page
        page.set_input_files(
            ".o_espace_register input[type=file]",
            [{"name": "liste.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1"}],
        )
        page.wait_for_selector("text=liste.pdf")
        self.assertIn("tableau", page.inner_text(".o_rows"))
        self.load(page, REGISTER)
        self.look(visit, "fichiers")
        # On with the keyboard alone.
        page.focus(".o_espace_register [name=is_whole]")
        page.keyboard.press("Space")
        page.focus(".o_espace_register [name=continue]")
        page.keyboard.press("Enter")

    def columns(self, visit):
        page = visit.page
        page.wait_for_selector("select[aria-label^='Adr.']")
        self.assertTrue(
            page.evaluate("document.activeElement.tagName === 'H1'"),
            "the focus is lost between two steps",
        )
        page.select_option("select[aria-label^='Adr.']", "family.street")
        page.wait_for_selector(".o_espace_register .alert-success")
        self.look(visit, "colonnes")
        page.focus(".o_espace_register [name=continue]")
        page.keyboard.press("Enter")

    def preview(self, visit):
        page = visit.page
        page.wait_for_selector(".o_tabs")
        self.assertEqual(
            {tab: self.figure(page, tab) for tab in ("new", "problem", "same")},
            {"new": 3, "problem": 1, "same": 0},
        )
        self.assertGreaterEqual(self.figure(page, "decide"), 1)
        self.look(visit, "apercu")
        visit.picture("registre", full_page=False)
        for tab in ("new", "problem", "changed", "place"):
            page.focus(f".o_tabs [name={tab}]")
            page.keyboard.press("Enter")
            page.wait_for_selector(f".o_tabs [name={tab}][aria-pressed=true]")
            self.look(visit, f"apercu-{tab}")
        with page.expect_download() as download:
            page.click("a[href*=problems_file]")
        content = io.BytesIO(download.value.path().read_bytes())
        book = openpyxl.load_workbook(content)
        self.assertIn("31/02/2018", [c.value for c in book.worksheets[0][2]])
        page.focus(".o_espace_register [name=import]")
        page.keyboard.press("Enter")

    def report(self, visit):
        page = visit.page
        page.wait_for_selector(".o_figures")
        self.look(visit, "compte-rendu")
        self.assertEqual(page.inner_text(".o_figures b >> nth=0").strip(), "3")

    def again(self, visit):
        """The same file once more: the columns are known, and nothing is new."""
        page = visit.page
        page.click("text=Importer un autre registre")
        page.wait_for_selector(".o_drop")
        self.load(page, REGISTER)
        page.uncheck(".o_espace_register [name=is_whole]")
        page.click(".o_espace_register [name=continue]")
        page.wait_for_selector(".o_espace_register .alert-success")
        page.click(".o_espace_register [name=continue]")
        page.wait_for_selector(".o_tabs")
        self.assertEqual(
            {tab: self.figure(page, tab) for tab in ("new", "changed", "same")},
            {"new": 0, "changed": 0, "same": 4},
        )
        self.assertTrue(page.is_disabled(".o_espace_register [name=import]"))

    def test_duplicates_are_listed_and_merged(self):
        self.martin.write({"street": "5 rue du Lavoir", "zip": "81090"})
        twin = self._create_family("Martin", ["Claire"])
        twin.write({"street": "5, rue du Lavoir", "zip": "81090"})
        double = self._create_child(twin, "Nina", self.class_cp)
        booking = self.booked(double, self.meal, MONDAY)
        self.env.flush_all()
        action = "/odoo/action-espace_famille.espace_duplicate_action"
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            page = visit.page
            visit.log_in(self.login, self.login)
            page.goto(action)
            row = page.locator(".o_data_row", has_text="Foyer").first
            row.get_by_role("button", name="Fusionner…").click()
            page.wait_for_selector(".modal .alert-info")
            for size in (NARROW, {"width": 1280, "height": 900}):
                page.set_viewport_size(size)
                page.wait_for_timeout(400)
                visit.picture(f"doublons-{size['width']}", full_page=False)
            visit.picture("doublons", full_page=False)
            words = page.inner_text(".modal .alert-info")
            self.assertIn("Déplacé : ", words)
            self.assertIn(twin.reference, words)
            found = self.findings(page, ".modal .o_form_view")
            page.locator(".modal footer button[name=action_merge]").click()
            page.wait_for_selector(".o_form_view:not(.modal *)")
            self.assertEqual(visit.errors, [])
        found = [one for one in found if not ODOO.search(one)]
        self.assertEqual(found, [])
        self.env.invalidate_all()
        self.assertFalse(twin.exists() or double.exists())
        self.assertEqual(
            (booking.family_id, booking.child_id), (self.martin, self.nina)
        )

    def test_a_quotient_that_may_be_two_is_refused(self):
        path = f"/odoo/action-espace_famille.espace_family_action/{self.durand.id}"
        with (
            self.allow_requests(all_requests=True),
            open_browser(self.base_url()) as visitor,
        ):
            visit = visitor()
            page = visit.page
            visit.log_in(self.login, self.login)
            page.goto(path)
            page.wait_for_selector(".o_form_view")
            for text, is_read in (
                ("1.000", False),
                ("1,111", False),
                ("1 000,5", True),
            ):
                self.type_quotient(page, text)
                if is_read:
                    continue
                page.click(".o_form_button_save")
                page.wait_for_selector(".o_notification")
                page.wait_for_selector(".o_field_invalid")
                page.click(".o_form_button_cancel")
                page.wait_for_timeout(300)
            page.click(".o_form_button_save")
            page.wait_for_selector(".o_form_saved")
        self.env.invalidate_all()
        self.assertEqual(self.durand.income_ids.mapped("value"), [1000.5])

    def type_quotient(self, page, text):
        page.click(".o_notebook .nav-link[name=incomes]")
        page.click("[name=income_ids] .o_field_x2many_list_row_add a")
        field = page.locator("[name=income_ids] [name=value] input")
        field.fill(text)
        field.press("Tab")

    def test_the_sheet_to_fill_in_is_read_without_a_question(self):
        template = self.env["espace.register.import"].with_user(self.manager)
        content = b64decode(template.get_template()["content"])
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book.active
        header = [cell.value for cell in sheet[1]]
        self.assertEqual(sheet.cell(2, 1).value, "EXEMPLE")
        row = dict.fromkeys(header, "") | {
            "Nom de l'enfant": "PONS",
            "Prénom de l'enfant": "Noé",
            "Date de naissance": "29/02/2016",
            "Classe": "CM1-CM2",
            "Niveau": "CM2",
            "Nom responsable 1": "VIALA",
            "Prénom responsable 1": "Nadège",
            "Téléphone responsable 1": "0612345678",
            "Téléphone domicile responsable 1": "0563501111",
            "Adresse": "11 rue du Moulin",
            "Quotient familial": "650",
            "Quotient familial depuis le": "01/01/2027",
        }
        sheet.append([row[name] for name in header])
        stream = io.BytesIO()
        book.save(stream)
        content = b64encode(stream.getvalue()).decode()
        one = template.browse(template.add_file(False, "rempli.xlsx", content)["id"])
        one.write({"school_id": self.school.id, "is_whole": False})
        one.action_read()
        self.assertEqual(one.asked_count, 0, one.column_ids.mapped("header"))
        one.action_preview()
        one.action_accept()
        self.assertEqual(one.state, "done")
        noe = self.env["espace.child"].search([("name", "=", "Noé PONS")])
        self.assertEqual((noe.level, noe.class_id.name), ("cm2", "CM1-CM2"))
        nadege = noe.family_id.guardian_ids
        self.assertEqual(
            (nadege.phone, nadege.phone2), ("06 12 34 56 78", "05 63 50 11 11")
        )
        income = noe.family_id.income_ids
        self.assertEqual((income.value, str(income.date_from)), (650, "2027-01-01"))
        self.assertFalse(self.env["espace.child"].search([("name", "=", "Élise ROUX")]))
