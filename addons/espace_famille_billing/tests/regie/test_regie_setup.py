from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW

from ...models.regie.account_journal import MEANS
from ..common import EspaceBillingCase

# What the setup makes, to be counted.
MADE = (
    "espace.regie",
    "account.journal",
    "account.account",
    "account.payment.method.line",
    "product.template",
)


class RegieSetupCase(EspaceBillingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regie = cls.company._espace_setup_regie()
        cls.journals = {
            journal.espace_means: journal for journal in cls.regie.journal_ids
        }

    def counts(self):
        return {
            model: self.env[model].with_context(active_test=False).search_count([])
            for model in MADE
        }


class OnAnyChart:
    """What holds on any chart of accounts."""

    income, leisure, write_off = None, None, None

    def test_each_means_of_payment_has_one_journal_with_its_own_account(self):
        self.assertEqual(set(self.journals), {means for means, _name in MEANS})
        self.assertEqual(len(self.regie.journal_ids), len(MEANS))
        accounts = self.regie.journal_ids.default_account_id
        self.assertEqual(len(accounts), len(MEANS))
        self.assertEqual(set(accounts.mapped("account_type")), {"asset_cash"})
        for means, journal in self.journals.items():
            self.assertEqual(journal.type, "cash" if means == "cash" else "bank")

    def test_money_received_is_booked_and_paid_at_once(self):
        for means, journal in self.journals.items():
            payment = self.env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_id": self.martin.partner_id.id,
                    "amount": 4.20,
                    "journal_id": journal.id,
                }
            )
            payment.action_post()
            with self.subTest(means=means):
                self.assertEqual(payment.state, "paid")
                self.assertEqual(
                    payment.move_id.line_ids.account_id,
                    journal.default_account_id
                    | self.martin.partner_id.property_account_receivable_id,
                )

    def test_setting_up_again_makes_nothing_more(self):
        before = self.counts()
        self.assertEqual(self.company._espace_setup_regie(), self.regie)
        self.assertEqual(self.counts(), before)

    def test_setting_up_makes_only_what_misses(self):
        lost, kept = self.journals["cesu"], self.journals["cash"]
        kept.name = "Caisse de la mairie"
        kept.inbound_payment_method_line_ids.payment_account_id = False
        lost.write({"espace_regie_id": False, "espace_means": False})
        self.company._espace_setup_regie()
        means = self.regie.journal_ids.mapped("espace_means")
        self.assertEqual(sorted(means), sorted(name for name, _label in MEANS))
        self.assertEqual(kept.name, "Caisse de la mairie")
        lines = kept.inbound_payment_method_line_ids
        self.assertEqual(lines.payment_account_id, kept.default_account_id)

    def test_what_the_accountant_chose_stays(self):
        other = self.env["account.account"].create(
            {"name": "Other losses", "code": "659000", "account_type": "expense"}
        )
        income = self.env["account.account"].create(
            {"name": "Meals", "code": "706900", "account_type": "income"}
        )
        self.company.espace_writeoff_account_id = other
        self.canteen.income_account_id = income
        self.company._espace_setup_regie()
        self.assertEqual(self.company.espace_writeoff_account_id, other)
        self.assertEqual(self.canteen.income_account_id, income)

    def test_services_have_no_tax(self):
        self.assertFalse(self.canteen.product_ids.taxes_id)
        self.assertFalse(self.company.espace_fee_product_id.taxes_id)

    def test_a_new_option_has_no_tax_and_the_income_account_of_its_activity(self):
        option = self._create_option(self.canteen, "Goûter")
        self.assertFalse(option.taxes_id)
        self.assertEqual(option._get_product_accounts()["income"].code, self.income)

    def test_a_new_activity_has_the_income_account_of_its_kind(self):
        centre = self.env["espace.activity"].create(
            {"name": "Centre de loisirs", "category": "leisure"}
        )
        self.assertEqual(centre.income_account_id.code, self.leisure)
        centre.category = "canteen"
        self.assertEqual(centre.income_account_id.code, self.income)

    def test_an_option_may_have_an_income_account_of_its_own(self):
        own = self.env["account.account"].create(
            {"name": "Outings", "code": "706800", "account_type": "income"}
        )
        self.meal.property_account_income_id = own
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        line = self.invoices(self.martin).invoice_line_ids
        self.assertEqual(line.account_id, own)

    def test_write_offs_have_their_account(self):
        self.assertEqual(self.company.espace_writeoff_account_id.code, self.write_off)

    def test_rejected_payments_have_a_fee_that_costs_nothing_yet(self):
        fee = self.company.espace_fee_product_id
        self.assertEqual(fee.list_price, 0)
        self.assertIn(
            fee._get_product_accounts()["income"].account_type,
            ("income", "income_other"),
        )


@tagged("post_install", "-at_install")
class TestRegieOnM57(OnAnyChart, RegieSetupCase):
    chart = "fr_m57"
    income, leisure, write_off = "7067", "70632", "6541"

    def test_it_takes_the_journals_of_the_chart(self):
        self.assertEqual(
            {
                means: journal.default_account_id.code
                for means, journal in self.journals.items()
            },
            {
                "cash": "54121",
                "cheque": "54122",
                "card": "54123",
                "online": "54124",
                "cesu": "54125",
                "direct_debit": "54126",
                "transfer": "54127",
            },
        )

    def test_the_fee_is_booked_on_sundry_income(self):
        fee = self.company.espace_fee_product_id
        self.assertEqual(fee._get_product_accounts()["income"].code, "75888")


@tagged("post_install", "-at_install")
class TestRegieOnTheGeneralFrenchChart(OnAnyChart, RegieSetupCase):
    chart = "fr"
    income, leisure, write_off = "706000", "706000", "654100"

    def test_the_accounts_of_its_journals_are_cash_and_banks(self):
        for means, journal in self.journals.items():
            prefix = "53" if means == "cash" else "512"
            self.assertTrue(journal.default_account_id.code.startswith(prefix))


@tagged("post_install", "-at_install")
class TestRegieOnTheGenericChart(OnAnyChart, RegieSetupCase):
    income, leisure = "400000", "400000"

    def test_write_offs_have_their_account(self):
        """No account of this chart is known to be for them: the commune chooses."""
        self.assertFalse(self.company.espace_writeoff_account_id)


@tagged("post_install", "-at_install")
class TestRegieSetup(RegieSetupCase):
    def test_a_commune_without_accounts_is_told_to_choose_a_chart(self):
        other = self.env["res.company"].create(
            {"name": "Commune voisine", "espace_is_commune": True}
        )
        with self.assertRaisesRegex(UserError, "no chart of accounts"):
            other._espace_setup_regie()
        self.assertFalse(other._espace_default_regie())

    def test_the_books_of_another_commune_are_left_alone(self):
        other = self.env["res.company"].create(
            {"name": "Commune voisine", "espace_is_commune": True}
        )
        self.env["account.chart.template"].try_loading("generic_coa", other)
        regie = other._espace_setup_regie()
        self.assertEqual(regie.company_id, other)
        self.assertEqual(regie.journal_ids.company_id, other)
        self.assertEqual(self.company._espace_default_regie(), self.regie)
        self.assertEqual(len(self.regie.journal_ids), len(MEANS))

    def test_the_settings_set_it_up_and_open_it(self):
        admin = self._create_user(
            "chief", "base.group_system,espace_famille.group_admin"
        )
        settings = self.env["res.config.settings"].with_user(admin).create({})
        action = settings.action_espace_setup_regie()
        self.assertEqual(action["res_id"], self.regie.id)

    def test_only_administrators_set_it_up(self):
        system = self._create_user("system", "base.group_system")
        settings = self.env["res.config.settings"].with_user(system).create({})
        with self.assertRaises(AccessError):
            settings.action_espace_setup_regie()

    # === Journals === #

    def test_a_journal_that_joins_a_regie_books_at_once(self):
        journal = self.env["account.journal"].create(
            {"name": "Second till", "type": "cash", "code": "TILL2"}
        )
        lines = journal.inbound_payment_method_line_ids
        self.assertFalse(lines.payment_account_id)
        journal.write({"espace_regie_id": self.regie.id, "espace_means": "cash"})
        self.assertEqual(lines.payment_account_id, journal.default_account_id)

    def test_a_journal_of_sales_collects_for_no_regie(self):
        sales = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        with self.assertRaisesRegex(ValidationError, "bank or cash"):
            sales.write({"espace_regie_id": self.regie.id, "espace_means": "cash"})

    def test_a_journal_of_a_regie_says_its_means(self):
        with self.assertRaisesRegex(ValidationError, "means of payment"):
            self.journals["card"].espace_means = False

    # === Online === #

    def test_a_provider_pays_into_the_journal_online(self):
        provider = self.env["payment.provider"].search([("code", "=", "demo")], limit=1)
        if not provider:
            self.skipTest("needs payment_demo")
        provider = provider.copy({"company_id": self.company.id, "state": "test"})
        online = self.journals["online"]
        self.assertEqual(provider.journal_id, online)
        line = online.inbound_payment_method_line_ids.filtered(
            lambda line: line.payment_provider_id == provider
        )
        self.assertEqual(line.payment_account_id, online.default_account_id)

    def test_setting_up_moves_a_provider_that_was_there_before(self):
        provider = self.env["payment.provider"].search([("code", "=", "demo")], limit=1)
        if not provider:
            self.skipTest("needs payment_demo")
        provider = provider.copy({"company_id": self.company.id, "state": "test"})
        provider.journal_id = self.bank_journal
        self.company._espace_setup_regie()
        provider.invalidate_recordset(["journal_id"])
        self.assertEqual(provider.journal_id, self.journals["online"])

    # === Options === #

    def test_an_accountant_without_a_role_invoices_an_option(self):
        accountant = self._create_user("accountant", "account.group_account_invoice")
        invoice = (
            self.env["account.move"]
            .with_user(accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.martin.partner_id.id,
                    "invoice_line_ids": [(0, 0, {"product_id": self.meal.id})],
                }
            )
        )
        self.assertEqual(
            invoice.invoice_line_ids.account_id, self.canteen.income_account_id
        )

    def test_a_product_that_is_no_option_keeps_its_taxes(self):
        tax = self.company.account_sale_tax_id
        product = self.env["product.template"].create(
            {"name": "Chairs for hire", "taxes_id": [(6, 0, tax.ids)]}
        )
        self.assertTrue(tax and tax in product.taxes_id)
        product.espace_activity_id = self.canteen
        self.assertFalse(product.taxes_id)

    def test_booking_is_invoiced_before_the_regie_is_set_up(self):
        self.canteen.income_account_id = False
        self.Reservation._book(self.martin, [(self.nina, self.meal, MONDAY)], now=NOW)
        line = self.invoices(self.martin).invoice_line_ids
        self.assertEqual(line.account_id, self.company.income_account_id)
