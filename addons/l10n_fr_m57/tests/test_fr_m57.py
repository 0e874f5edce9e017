from pathlib import Path
from runpy import run_path

from odoo.tests import TransactionCase, tagged

from ..models.template_fr_m57 import REGIE_JOURNALS

# What a régie and its accountant book on, with the type that reports read.
ACCOUNTS = {
    "4111": "asset_receivable",
    "4116": "asset_receivable",
    "4191": "liability_current",
    # Alike: receipts that are owed to somebody until they are classified.
    "4711": "liability_current",
    "4713": "liability_current",
    "4718": "liability_current",
    # LAW.md 4: values for collection and returned ones; labels to be signed.
    "5112": "asset_current",
    "5113": "asset_current",
    "5115": "asset_current",
    "5117": "asset_current",
    "5118": "asset_current",
    "4671": "liability_current",
    "5412": None,
    "54121": "asset_cash",
    "515": "asset_cash",
    "6541": "expense",
    "6542": "expense",
    "673": "expense",
    "7066": "income",
    "7067": "income",
    "70632": "income",
    "7083": "income",
    "75888": "income_other",
}


@tagged("post_install", "post_install_l10n", "-at_install")
class TestFrM57(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["account.chart.template"]
        cls.france = cls.env.ref("base.fr")
        cls.company = cls.env["res.company"].create(
            {"name": "Commune de Valdurenque", "country_id": cls.france.id}
        )
        cls.env.user.write(
            {"company_ids": [(4, cls.company.id)], "company_id": cls.company.id}
        )
        cls.template.try_loading("fr_m57", cls.company)
        cls.env = cls.env(context={"allowed_company_ids": cls.company.ids})
        cls.company = cls.company.with_env(cls.env)

    def accounts(self):
        return self.env["account.account"].search(
            [("company_ids", "in", self.company.ids)]
        )

    def account(self, code):
        return self.accounts().filtered(lambda account: account.code == code)

    def journal(self, name):
        return self.env.ref(f"account.{self.company.id}_{name}")

    # === Choosing it === #

    def test_a_french_company_may_choose_it(self):
        choices = dict(self.template._select_chart_template(self.france))
        self.assertIn("M57", choices["fr_m57"])

    def test_odoo_proposes_the_general_french_chart_first(self):
        self.assertEqual(self.template._guess_chart_template(self.france), "fr")

    def test_it_may_replace_another_chart_as_long_as_nothing_is_booked(self):
        self.template.try_loading("generic_coa", self.company)
        self.template.try_loading("fr_m57", self.company)
        self.assertEqual(self.company.chart_template, "fr_m57")
        self.assertFalse(self.account("400000"))
        self.assertFalse(self.company.account_sale_tax_id)

    def test_it_may_be_loaded_again(self):
        before = self.accounts()
        self.template.try_loading("fr_m57", self.company)
        self.assertEqual(self.accounts(), before)

    def test_a_commune_that_chose_it_before_gets_what_is_new(self):
        """The migration of 19.0.1.2 adds accounts and makes 4711, 4713, 4718 alike."""
        self.env["res.lang"]._activate_lang("fr_FR")
        for code in ("5112", "5113"):
            self.account(code).unlink()
        mine = self.account("5117")
        self.account("4718").account_type = "asset_current"
        folder = Path(__file__).parents[1] / "migrations/19.0.1.2.0"
        run_path(str(folder / "post-migrate.py"))["migrate"](self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        for code in ("4711", "4713", "4718", "5112", "5113"):
            with self.subTest(code=code):
                self.assertEqual(self.account(code).account_type, ACCOUNTS[code])
        self.assertEqual(self.account("5117"), mine)
        self.assertEqual(
            self.account("5113").with_context(lang="fr_FR").name,
            "Titres spéciaux de paiement et assimilés à l’encaissement",
        )

    # === Accounts === #

    def test_codes_are_those_of_the_nomenclature(self):
        for code, kind in ACCOUNTS.items():
            with self.subTest(code=code):
                self.assertEqual(self.account(code).account_type or None, kind)

    def test_odoo_makes_up_no_account(self):
        given = self.template._get_chart_template_data("fr_m57")["account.account"]
        self.assertEqual(
            set(self.accounts().mapped("code")),
            {f"{vals['code']:0<3}" for vals in given.values()},
        )

    def test_every_account_has_a_french_name(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.template._load_translations(langs=["fr_FR"], companies=self.company)
        self.assertEqual(
            self.account("7067").with_context(lang="fr_FR").name,
            "Redevances et droits des services périscolaires et d’enseignement",
        )
        for account in self.accounts():
            with self.subTest(code=account.code):
                self.assertNotEqual(
                    account.with_context(lang="fr_FR").name,
                    account.with_context(lang="en_US").name,
                )

    def test_every_account_is_in_a_group_of_the_nomenclature(self):
        for account in self.accounts():
            with self.subTest(code=account.code):
                prefix = account.group_id.code_prefix_start
                self.assertTrue(prefix and account.code.startswith(prefix))

    def test_what_families_owe_is_on_4111(self):
        family = self.env["res.partner"].create({"name": "Famille Vasseur"})
        self.assertEqual(family.property_account_receivable_id.code, "4111")
        self.assertEqual(family.property_account_payable_id.code, "4011")

    def test_there_is_no_tax(self):
        self.assertFalse(
            self.env["account.tax"]
            .with_context(active_test=False)
            .search([("company_id", "=", self.company.id)])
        )
        product = self.env["product.template"].create({"name": "Cantine"})
        # Odoo gives a product the taxes of all companies that may sell it.
        own = product.taxes_id.filtered(lambda tax: tax.company_id == self.company)
        self.assertFalse(own)

    # === Journals === #

    def test_each_means_of_payment_has_a_journal_and_an_account(self):
        accounts = set()
        for means, (code, *_others) in REGIE_JOURNALS.items():
            journal = self.journal(f"regie_{means}")
            with self.subTest(means=means):
                self.assertEqual(journal.default_account_id.code, code)
                self.assertEqual(journal.type, "cash" if means == "cash" else "bank")
                lines = (
                    journal.inbound_payment_method_line_ids
                    | journal.outbound_payment_method_line_ids
                )
                self.assertEqual(len(lines), 2)
                self.assertEqual(lines.payment_account_id, journal.default_account_id)
            accounts.add(journal.default_account_id)
        self.assertEqual(len(accounts), len(REGIE_JOURNALS))

    def test_a_payment_of_the_regie_is_booked_and_paid_at_once(self):
        family = self.env["res.partner"].create({"name": "Famille Vasseur"})
        for means in REGIE_JOURNALS:
            for kind, sign in (("inbound", 1), ("outbound", -1)):
                payment = self.env["account.payment"].create(
                    {
                        "payment_type": kind,
                        "partner_type": "customer",
                        "partner_id": family.id,
                        "amount": 12.34,
                        "journal_id": self.journal(f"regie_{means}").id,
                    }
                )
                payment.action_post()
                with self.subTest(means=means, kind=kind):
                    self.assertEqual(payment.state, "paid")
                    self.assertEqual(
                        {
                            line.account_id.code: line.balance
                            for line in payment.move_id.line_ids
                        },
                        {
                            REGIE_JOURNALS[means][0]: sign * 12.34,
                            "4111": -sign * 12.34,
                        },
                    )

    def test_an_invoice_is_booked_on_4111_and_7067(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.env["res.partner"].create({"name": "Vasseur"}).id,
                "invoice_date": "2027-01-31",
                "invoice_line_ids": [
                    (0, 0, {"name": "Cantine", "quantity": 3, "price_unit": 3.60})
                ],
            }
        )
        invoice.action_post()
        self.assertEqual(
            {line.account_id.code: line.balance for line in invoice.line_ids},
            {"4111": 10.80, "7067": -10.80},
        )
