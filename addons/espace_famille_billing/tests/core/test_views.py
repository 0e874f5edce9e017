from datetime import timedelta
from decimal import Decimal

from lxml import etree

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille.tests.common import MONDAY, THURSDAY, TODAY, TUESDAY

from ...models.core.guards import STATING
from ..common_regie import Regie
from .test_rights import BillingRightsCase

# Of so few families nothing is shown.
MASKED = {"espace.quotient.spread"}
STAFF = ("animation", "manager", "finance", "admin")


@tagged("post_install", "-at_install")
class TestBillingViews(Regie, BillingRightsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regie, cls.journals, _treasury = cls._open_regie()
        cls.statement = cls.env["espace.collection.statement"].create(
            {"regie_id": cls.regie.id}
        )
        cls.remittance = cls.env["espace.remittance"].create(
            {"regie_id": cls.regie.id, "journal_id": cls.journals["cash"].id}
        )

    def test_every_view_loads_for_administrators(self):
        admin = self._create_user(
            "chief", "base.group_system,espace_famille.group_admin"
        )
        for view in self.of_addon("espace_famille_billing", "ir.ui.view").filtered(
            "model"
        ):
            with self.subTest(view=view.xml_id):
                view._check_xml()
                model = self.env[view.model].with_user(admin)
                whole = view
                while whole.inherit_id and whole.mode == "extension":
                    whole = whole.inherit_id
                model.get_views([(whole.id, whole.type)])

    def test_every_menu_opens_for_those_who_see_it(self):
        # One of each kind: a booking that the tariff has no price for, too.
        self.martin.income_ids.date_from = "2020-01-01"
        self.own.reservation_id.settlement_error = "No price"
        self.env["espace.billing.run"].create({})
        self.own.reservation_id.price_change = "to_correct"
        self.company._espace_setup_regie()
        self._fall_into_arrears()
        self._move_money()
        self._let_a_third_party_pay()
        self._subscribe()
        for role in STAFF:
            menus = self.as_(role, self.env["ir.ui.menu"])
            visible = menus.browse(menus._visible_menu_ids())
            own = visible & self.as_(
                role, self.of_addon("espace_famille_billing", "ir.ui.menu")
            )
            own = own.filtered(lambda menu, visible=visible: menu.parent_id in visible)
            # The Management has figures alone: hours of the CAF, quotients.
            self.assertEqual(bool(own), role != "animation")
            for menu in own.filtered(self._opens_a_list):
                with self.subTest(role=role, menu=menu.complete_name):
                    self._open(menu.action, role)

    def _opens_a_list(self, menu):
        action = menu.action and menu.action.sudo()
        return action and action._name == "ir.actions.act_window" and action.help

    def _fall_into_arrears(self):
        """Have the Martins pay one cent, be reminded, blocked, then spared.

        The debt of the Durands goes to the accountant, that of the Martins is to.
        """
        self._pay_a_cent()
        self.company.write(
            {
                "espace_block_debt": True,
                "espace_block_amount": 0,
                "espace_collect_days": 30,
                "espace_title_minimum": 0,
            }
        )
        invoices = (self.own | self.foreign).move_id
        lines = invoices.line_ids.filtered("date_maturity")
        allow(lines, STATING).date_maturity = "2026-10-01"
        self.env["espace.booking.block"].create(
            {
                "family_id": self.martin.id,
                "reason": "Nothing was paid",
                "missing_reason": "The steps were taken on paper",
            }
        )
        self._pay_the_accountant(self.foreign.move_id)
        with self.at("2027-01-31"):
            self.env["espace.reminder"]._send(
                self.company, self.company._espace_today(), self.martin
            )
        self.env["espace.arrears.exemption"].create(
            {"family_id": self.martin.id, "reason": "Plan"}
        )

    def _pay_the_accountant(self, move):
        """Send an invoice to the accountant, who receives a euro of it."""
        moves = move.with_user(self.users["finance"])
        transfer = self.env["espace.debt.transfer"].browse(
            moves.action_espace_transmit()["res_id"]
        )
        transfer.with_user(self.users["finance"]).action_send()
        account = self.env["account.account"].create(
            {"name": "515", "code": "5159", "account_type": "asset_cash"}
        )
        line = move._espace_receivable_lines()
        self.Move.sudo()._espace_paid_to_treasury(
            self.durand, {line: 1}, TODAY, "P503", account
        )
        self._be_granted_terms(move)

    def _be_granted_terms(self, move):
        """Let the accountant grant terms of a debt; agree on deposits of another."""
        finance = self.users["finance"]
        self.env["espace.accountant.terms"].with_user(finance).create(
            {
                "family_id": move.espace_family_id.id,
                "reference": "12",
                "granted_on": TODAY,
                "granted_by": "SGC",
                "move_ids": [Command.set(move.ids)],
                "line_ids": [
                    Command.create({"date": TODAY, "amount": move.amount_residual})
                ],
            }
        ).action_record()
        camp = self.Move.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.durand.partner_id.id,
                "invoice_date": TODAY,
                "invoice_date_due": TODAY + timedelta(days=60),
                "invoice_line_ids": [
                    Command.create({"product_id": self.meal.id, "price_unit": 30})
                ],
            }
        )
        camp.action_post()
        rule = self.env["espace.deposit.rule"].create(
            {"name": "Camp", "company_id": self.company.id, "least": 0}
        )
        left = Decimal(str(camp.amount_residual))
        parts = rule._schedule(left, TODAY, camp.invoice_date_due)
        self.env["espace.deposit.plan"]._agree(camp, parts, rule)

    def _pay_a_cent(self):
        debt = self.martin._espace_open_lines("debit")
        payment = self.env["account.payment"].sudo()
        payment._espace_register(
            self.martin, self.journals["cash"], {debt: 0.01}, TODAY
        )

    def _subscribe(self):
        self.tariff.line_ids = [
            Command.create(self._line(self.t1, "flat", 0, 0, 40)),
            Command.create(self._line(self.t1, "pack", 0, 0, 9)),
        ]
        carnet = self.env["espace.pack.formula"].create(
            {
                "name": "Pack",
                "company_id": self.company.id,
                "product_id": self.t1.id,
            }
        )
        self.env["espace.pack"].create(
            {
                "formula_id": carnet.id,
                "family_id": self.martin.id,
                "child_id": self.nina.id,
            }
        )
        formula = self.env["espace.flat.formula"].create(
            {
                "name": "Month",
                "company_id": self.company.id,
                "product_id": self.t1.id,
            }
        )
        self.env["espace.flat"].create(
            {
                "formula_id": formula.id,
                "family_id": self.martin.id,
                "child_id": self.nina.id,
            }
        )

    def _let_a_third_party_pay(self):
        """Invoice a third party for a meal; its part of another one waits."""
        self.env["espace.aid"].create(
            {
                "family_id": self.durand.id,
                "payer_id": self.env["res.partner"].create({"name": "CCAS"}).id,
                "share": 50,
                "date_from": TODAY,
                "number": "1",
                "decided_on": TODAY,
            }
        )
        Charge = self.Charge.with_user(self.users["finance"])
        for day in (TUESDAY, THURSDAY):
            Charge.action_invoice_payers()
            item = (self.lina, self.meal, day)
            self.book(self.durand, item, staff=True)

    def _move_money(self):
        """Write off a euro of the Martins' debt; another family pays in advance."""
        self.env["account.payment"].sudo().create(
            {
                "partner_type": "customer",
                "partner_id": self._create_family("Avance", ["Alix"]).partner_id.id,
                "amount": 20,
                "journal_id": self.journals["cash"].id,
            }
        ).action_post()
        debt = self.martin._espace_open_lines("debit")
        account = self.env["account.account"].create(
            {"name": "6541", "code": "6541", "account_type": "expense"}
        )
        self.Move.sudo()._espace_write_off(
            self.martin, {debt: 1}, TODAY, "D12", TODAY, account
        )

    def _open(self, action, role):
        action = action.sudo()
        model = self.as_(role, self.env[action.res_model])
        if model._transient:
            return Form(model)
        views = [(view_id, mode) for view_id, mode in action.views if mode != "search"]
        loaded = model.get_views([*views, (action.search_view_id.id, "search")])
        records = model.search_fetch(safe_eval(action.domain or "[]"), limit=5)
        self.assertTrue(records or action.res_model in MASKED)
        [first, *_others] = [mode for _view_id, mode in views]
        arch = etree.fromstring(loaded["views"][first]["arch"])
        names = {node.get("name") for node in arch.iterfind(".//field")}
        return records.read(sorted(names & model._fields.keys()))

    def test_whoever_may_read_a_record_opens_its_form(self):
        regie = self.company._espace_setup_regie()
        records = [
            regie,
            regie.journal_ids[0],
            self.martin,
            self.nina,
            self.own.reservation_id,
            self.canteen,
            self.own,
            self.tariff,
            self.martin.income_ids,
            self.own.move_id,
            self.env["espace.billing.run"].create({}),
            self.statement,
            self.remittance,
        ]
        opened = set()
        for role in STAFF:
            for record in records:
                own = self.as_(role, record)
                if own.has_access("read"):
                    with self.subTest(role=role, model=record._name):
                        Form(own)
                        opened.add(record._name)
        self.assertEqual(opened, {record._name for record in records})

    def test_an_accountant_opens_the_invoice_of_a_family(self):
        accountant = self._create_user("accountant", "account.group_account_invoice")
        form = Form(self.own.move_id.with_user(accountant))
        self.assertEqual(form.espace_family_id, self.martin)

    def test_every_empty_list_says_what_to_do(self):
        actions = self.of_addon("espace_famille_billing", "ir.actions.act_window")
        for action in actions.filtered(lambda action: "list" in action.view_mode):
            if self.env[action.res_model]._transient:
                continue
            with self.subTest(action=action.xml_id):
                self.assertTrue(action.help)

    def test_filters_and_groups_run(self):
        for view in self.of_addon("espace_famille_billing", "ir.ui.view").filtered(
            lambda v: v.type == "search"
        ):
            model = self.env[view.model]
            for node in view._get_combined_arch().iter("filter"):
                with self.subTest(view=view.xml_id, filter=node.get("name")):
                    if (domain := node.get("domain")) and "context" not in domain:
                        model.search_count(self._evaluate(domain))
                    if "group_by" in (context := node.get("context") or ""):
                        model.formatted_read_group(
                            [], [self._group(model, context)], ["__count"]
                        )

    def _group(self, model, context):
        """Return what a filter groups by; the client groups dates by month."""
        name = safe_eval(context)["group_by"]
        dated = name in model._fields and model._fields[name].type == "date"
        return f"{name}:month" if dated else name

    def _evaluate(self, domain):
        """Evaluate the domain of a filter, which may name the user or a date."""
        return safe_eval(domain, {"uid": self.env.uid})

    # === Forms === #

    def test_the_regie_enters_a_tariff(self):
        self.tariff.date_to = "2027-08-31"
        form = Form(self.as_("finance", self.env["espace.tariff"]))
        form.name = "Tarifs 2028"
        form.date_from = "2027-09-01"
        with form.line_ids.new() as line:
            line.product_id = self.meal
            line.amount = 3.80
        tariff = form.save()
        self.assertEqual(tariff.company_id, self.company)
        self.assertEqual(tariff.line_ids.event, "planned")
        with (
            self.assertRaises(ValidationError),
            Form(tariff) as form,
            form.line_ids.new() as line,
        ):
            line.product_id = self.meal
            line.amount = 4

    def test_management_enters_a_quotient_in_the_form_of_the_family(self):
        form = Form(self.as_("manager", self.durand))
        with form.income_ids.new() as income:
            income.value = 420
            income.date_from = MONDAY
        form.save()
        incomes = self.durand.income_ids
        self.assertEqual(incomes._in_force(MONDAY).value, 420)
        self.assertEqual(self.durand.current_qf, 300)

    def test_buttons_open_what_they_name(self):
        family = self.as_("finance", self.martin)
        action = family.action_open_charges()
        self.assertEqual(self.Charge.search(action["domain"]), self.own)
        action = family.action_open_invoices()
        self.assertEqual(self.Move.search(action["domain"]), self.invoices(self.martin))
