import hashlib
import io
import zipfile
from datetime import date

from openpyxl import load_workbook
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import MONDAY

from ..domain import titles
from ..hooks import uninstall_hook
from .common import ADDRESS, COURT, TitleCase

PDF = b"%PDF-1.4 of "


class ListCase(TitleCase):
    """Invoices are printed elsewhere: here their PDF is a mark that names them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.classPatch(
            cls.env.registry["account.move"],
            "_espace_pdf",
            lambda move: PDF + move.name.encode(),
        )


@tagged("post_install", "-at_install")
class TestTitleList(ListCase):
    def issued(self, **vals):
        self.evenings()
        self.title_run()
        with self.day():
            return self.sealed_list(**vals)

    # === What it says === #

    def test_one_debtor_a_line_with_all_that_the_treasury_asks(self):
        one = self.issued()
        durand, martin = self.rows(one)
        move = self.invoices(self.martin)
        self.assertEqual(tuple(martin), titles.COLUMNS)
        said = {
            "exercice": "2027",
            "bordereau": "1",
            "numero_titre": "2",
            "date_emission": "01/02/2027",
            "cat_tiers": "01",
            "nat_jur": "01",
            "civilite": "Mme",
            "nom": "Martin",
            "prenom": "Claire",
            "adresse_1": "1 rue des Lilas",
            "code_postal": "81090",
            "commune": "Valdurenque",
            "pays": "FR",
            "montant": "2,60",
            "code_produit_local": "PERI",
            "factures": move.name,
            "compte_famille": self.martin.reference,
            "codebiteur_nom": "",
            "emetteur_prenom": "Anne",
            "emetteur_nom": "Rivière",
            "emetteur_qualite": "Maire",
        }
        self.assertEqual({name: martin[name] for name in said}, said)
        self.assertIn(move.name, martin["objet"])
        self.assertNotIn("Nina", martin["objet"])
        self.assertIn(COURT, martin["voies_et_delais_de_recours"])
        self.assertIn("L1617-5", martin["voies_et_delais_de_recours"])
        self.assertEqual((durand["numero_titre"], durand["montant"]), ("1", "0,80"))
        self.assertEqual(one.amount, 3.40)

    def test_the_workbook_holds_numbers_and_days(self):
        one = self.issued()
        sheet = load_workbook(io.BytesIO(one._sealed("xlsx"))).active
        head, durand, martin = sheet.iter_rows(values_only=True)
        self.assertEqual(head, titles.COLUMNS)
        row = dict(zip(head, martin, strict=True))
        self.assertEqual(row["montant"], 2.60)
        self.assertEqual(row["date_emission"].date(), date(2027, 2, 1))
        self.assertEqual(row["code_postal"], "81090")
        self.assertEqual(len(durand), len(titles.COLUMNS))

    def test_the_archive_holds_each_invoice_and_the_sums_of_all(self):
        one = self.issued()
        with zipfile.ZipFile(io.BytesIO(one._sealed("zip"))) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        sums = files.pop("empreintes-sha256.txt").decode().splitlines()
        self.assertEqual(
            dict(reversed(line.split("  ")) for line in sums),
            {name: hashlib.sha256(own).hexdigest() for name, own in files.items()},
        )
        self.assertEqual(files["titres-2027-001.csv"], one._sealed("csv"))
        move = self.invoices(self.martin)
        number = move.name.replace("/", "-")
        self.assertEqual(
            files[f"factures/2027-2_{number}.pdf"], PDF + move.name.encode()
        )

    def test_an_activity_may_have_its_own_code(self):
        self.evening.title_product_code = "SOIR"
        self.assertEqual(self.rows(self.issued())[0]["code_produit_local"], "SOIR")

    def test_what_a_spreadsheet_would_reckon_is_text(self):
        self.martin.partner_id.street = '=HYPERLINK("http://a")'
        one = self.issued()
        self.assertTrue(self.rows(one)[1]["adresse_1"].startswith("'="))
        sheet = load_workbook(io.BytesIO(one._sealed("xlsx"))).active
        column = titles.COLUMNS.index("adresse_1") + 1
        self.assertEqual(sheet.cell(3, column).data_type, "s")

    # === Numbers === #

    def test_numbers_follow_each_other_and_begin_anew_each_year(self):
        one = self.issued()
        self.assertEqual((one.exercise, one.number), (2027, 1))
        self.assertEqual(one.title_ids.sorted("number").mapped("number"), [1, 2])
        self.came(self.nina, self.t2, date(2027, 2, 4))
        self.launched(
            by_title=True,
            date_from=date(2027, 2, 1),
            date_to=date(2027, 2, 28),
            invoice_date=date(2027, 3, 1),
        )
        with self.day(40):
            two = self.sealed_list()
        self.assertEqual((two.number, two.title_ids.number), (2, 3))

    def test_a_list_of_an_earlier_day_is_refused(self):
        self.evenings()
        self.title_run()
        with self.day(2):
            one = self.prepared_list()
            self.title(one, self.durand).unlink()
            one.action_seal()
        with self.day(3):
            late = self.List.with_user(self.clerk).create({"date": date(2027, 2, 1)})
            self.refused("later day", late.action_seal)

    def test_a_list_that_fails_uses_no_number(self):
        self.evenings()
        self.title_run()
        self.durand.partner_id.zip = False
        with self.day():
            one = self.prepared_list()
            self.assertEqual(one.problem_count, 1)
            self.refused("postal code", one.action_seal)
            self.durand.partner_id.write(ADDRESS)
            one.invalidate_recordset()
            one.action_seal()
        self.assertEqual(one.title_ids.sorted("number").mapped("number"), [1, 2])

    def test_the_numbers_go_with_the_addon(self):
        self.issued()
        sequences = self.company.sudo().espace_title_sequence_id
        self.assertTrue(sequences)
        uninstall_hook(self.env)
        self.assertFalse(sequences.exists())

    # === Sealed === #

    def test_sealed_twice_says_so_and_gives_the_same_file(self):
        one = self.issued()
        before = {kind: one._sealed(kind) for kind in ("csv", "xlsx", "zip")}
        with self.day(5):
            self.refused("was sealed on Monday 1 February 2027", one.action_seal)
            self.refused("Nothing is sent twice", one.action_gather)
            self.company.espace_title_lastname = "Autre"
            self.martin.partner_id.street = "2 rue Neuve"
            one.invalidate_recordset()
            self.assertIn("zip_file", one.action_download()["url"])
            for kind, content in before.items():
                self.assertEqual(one._sealed(kind), content)
                self.assertEqual(
                    one[f"{kind}_hash"], hashlib.sha256(content).hexdigest()
                )

    def test_nothing_of_it_changes_or_goes(self):
        one = self.issued()
        title = one.title_ids[0]
        for act in (
            lambda: one.write({"date": date(2027, 2, 2)}),
            lambda: title.write({"object": "Other"}),
            lambda: title.write({"debtor_id": False}),
            one.unlink,
            title.unlink,
            one.sudo().unlink,
            title.sudo().unlink,
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                act()
        for vals in ({"number": 9}, {"csv_hash": "0"}, {"state": "draft"}):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                one.write(vals)

    def test_a_file_that_is_not_the_sealed_one_is_found(self):
        one = self.issued()
        find = self.env["espace.check"]._find_title_files
        self.assertFalse(find(self.company))
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", one._name),
                    ("res_id", "=", one.id),
                    ("res_field", "=", "csv_file"),
                ]
            )
        )
        kept = attachment.raw
        attachment.raw = b"exercice"
        self.env.invalidate_all()
        self.assertEqual(find(self.company), one.sudo())
        attachment.raw = kept

    def test_a_gap_is_found(self):
        one = self.issued()
        find = self.env["espace.check"]._find_title_gap
        self.env.flush_all()
        self.env.cr.execute("UPDATE espace_title SET number = 5 WHERE number = 2")
        self.assertEqual(find(self.company), one.sudo())
        self.env.cr.execute("UPDATE espace_title SET number = 2 WHERE number = 5")
        self.env.invalidate_all()

    # === Who and what === #

    def test_only_the_regie_issues_titres(self):
        self.evenings()
        self.title_run()
        manager = self._create_staff("manager")
        with self.day():
            one = self.prepared_list()
            for act in ("action_gather", "action_seal", "action_download"):
                with self.assertRaises(AccessError):
                    getattr(one.with_user(manager), act)()

    def test_without_the_issuer_nothing_is_sealed(self):
        self.evenings()
        self.title_run()
        self.company.espace_title_firstname = False
        with self.day():
            one = self.prepared_list()
            self.assertIn("first name", one.missing_words)
            self.refused("does not bind", one.action_seal)

    def test_an_empty_list_is_not_sealed(self):
        with self.day():
            one = self.prepared_list()
            self.refused("no titre on this list", one.action_seal)

    def test_what_is_paid_or_contested_meanwhile_is_not_asked(self):
        self.evenings()
        self.title_run()
        with self.day():
            one = self.prepared_list()
            self.invoices(self.durand).write(
                {"espace_disputed": True, "espace_dispute_reason": "Was ill"}
            )
            self.pay_accountant(self.invoices(self.martin), amount=1)
            one.action_seal()
            self.assertEqual(one.title_ids.family_id, self.martin)
            self.assertEqual(one.amount, 1.60)

    def test_an_agent_leaves_out_whom_it_wants(self):
        self.evenings()
        self.title_run()
        with self.day():
            one = self.prepared_list()
            self.title(one, self.durand).unlink()
            one.action_seal()
            self.assertEqual(one.title_ids.family_id, self.martin)
            self.assertEqual(self.prepared_list().title_ids.family_id, self.durand)

    def test_a_debt_is_on_one_list(self):
        self.evenings()
        self.title_run()
        with self.day():
            one, two = self.prepared_list(), self.prepared_list()
            self.assertEqual(len(one.title_ids), 2)
            self.assertFalse(two.title_ids)
            move = self.invoices(self.martin)
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(UniqueViolation),
                self.env.cr.savepoint(),
            ):
                self.env["espace.title"].sudo().create(
                    {
                        "list_id": two.id,
                        **self.env["espace.title"]._prepare(self.martin, move),
                    }
                )
                self.env.flush_all()

    # === In solidum === #

    def test_the_other_parent_is_named_where_an_agent_chooses_it(self):
        """Separated: each household is invoiced, both are bound (LAW.md 9)."""
        self.env["espace.custody"].create(
            {"child_id": self.nina.id, "family_id": self.durand.id, "pattern": "odd"}
        )
        self.came(self.nina, self.t2, MONDAY)
        self.title_run()
        with self.day():
            one = self.prepared_list()
            title = self.title(one, self.martin)
            marc = self.martin.guardian_ids[1]
            sofia = self.durand.guardian_ids
            self.assertEqual(title.holder_ids, self.martin.guardian_ids | sofia)
            self.assertFalse(title.codebtor_id)
            title.codebtor_id = sofia
            one.action_seal()
        [row] = self.rows(one)
        self.assertEqual(
            [row[f"codebiteur_{name}"] for name in ("civilite", "nom", "prenom")],
            ["Mme", "Durand", "Sofia"],
        )
        self.assertEqual(row["codebiteur_commune"], "Valdurenque")
        self.assertNotIn(marc.firstname, one._sealed("csv").decode())

    # === Cancelled === #

    def test_a_cancelled_titre_keeps_its_number_and_frees_its_debt(self):
        one = self.issued()
        title = self.title(one, self.martin)
        with self.day(3):
            self.refused("why", title.action_cancel)
            title.cancelled_reason = "Wrong debtor"
            title.action_cancel()
            self.assertEqual((title.state, title.left), ("cancelled", 0))
            two = self.sealed_list()
        self.assertEqual(two.title_ids.mapped("number"), [3])
        self.assertEqual(two.amount, 2.60)
        self.assertIn(
            "No. 3 of 2027", self.invoices(self.martin)._espace_transmitted_words()
        )


@tagged("post_install", "-at_install")
class TestTitleDownload(ListCase, HttpCase):
    # For `HttpCase` this is the session of the browser.
    session = None

    def test_the_archive_is_given_over_http_to_the_regie_alone(self):
        self.came(self.nina, self.t2, MONDAY)
        self.title_run()
        with self.day():
            one = self.sealed_list()
        url = one.action_download()["url"]
        self.authenticate(self.clerk.login, self.clerk.login)
        first, second = self.url_open(url), self.url_open(url)
        self.assertEqual(first.content, one._sealed("zip"))
        self.assertEqual(first.content, second.content)
        self.assertIn("titres-2027-001.zip", first.headers["Content-Disposition"])
        manager = self._create_staff("manager")
        self.authenticate(manager.login, manager.login)
        self.assertNotEqual(self.url_open(url).content, first.content)
