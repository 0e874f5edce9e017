from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, SCHOOL_WEEK

from ..common import EspaceBillingCase


@tagged("post_install", "-at_install")
class TestAnalytic(EspaceBillingCase):
    def test_it_is_off_unless_the_commune_wants_it(self):
        self.assertFalse(self.company.espace_analytic)
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        line = self.invoices(self.martin).invoice_line_ids
        self.assertFalse(line.analytic_distribution)
        self.assertFalse(line.analytic_line_ids)

    def test_each_activity_has_its_analytic_account_in_one_plan(self):
        self.company.espace_analytic = True
        accounts = (self.canteen | self.evening).analytic_account_id
        self.assertEqual(accounts.mapped("name"), ["Cantine", "Garderie du soir"])
        self.assertEqual(accounts.plan_id.mapped("name"), ["Services"])
        self.assertEqual(accounts.company_id, self.company)
        new = self.env["espace.activity"].create({"name": "Étude", **SCHOOL_WEEK})
        self.assertEqual(new.analytic_account_id.name, "Étude")
        self.assertEqual(new.analytic_account_id.plan_id, accounts.plan_id)

    def test_wanting_it_again_opens_no_second_account(self):
        self.company.espace_analytic = True
        before = self.canteen.analytic_account_id
        self.company.espace_analytic = False
        self.company.espace_analytic = True
        self.assertEqual(self.canteen.analytic_account_id, before)
        plans = self.env["account.analytic.plan"].search([("name", "=", "Services")])
        self.assertEqual(len(plans), 1)

    def test_what_each_activity_brings_in_can_be_read(self):
        self.company.espace_analytic = True
        self.book(
            self.martin, (self.nina, self.meal, MONDAY), (self.tom, self.t1, MONDAY)
        )
        invoice = self.invoices(self.martin)
        self.assertEqual(invoice.state, "posted")
        lines = invoice.invoice_line_ids.analytic_line_ids
        column = self.canteen.analytic_account_id.plan_id._column_name()
        self.assertEqual(
            {line[column].name: line.amount for line in lines},
            {"Cantine": 3.60, "Garderie du soir": 0.65},
        )

    def test_no_longer_wanted_it_stops(self):
        self.company.espace_analytic = True
        self.company.espace_analytic = False
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        line = self.invoices(self.martin).invoice_line_ids
        self.assertFalse(line.analytic_distribution)
