from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import TODAY

from ...models.core.amounts import to_decimal
from ..common_regie import CounterCase


@tagged("post_install", "-at_install")
class TestFamilyAccount(CounterCase):
    """Relevé de compte: line by line what the ledger says."""

    def history(self):
        """Pay by cheque, have it rejected, pay a part, write off the rest."""
        cheque = self.pay(means="cheque")
        cheque.with_user(self.clerk)._espace_reject("unpaid_cheque", TODAY)
        self.pay(amount=4)
        account = self.env["account.account"].create(
            {"name": "6541", "code": "6541", "account_type": "expense"}
        )
        parts = {self.martin._espace_open_lines("debit"): 0.90}
        return self.Move.with_user(self.clerk)._espace_write_off(
            self.martin, parts, TODAY, "D12", TODAY, account
        )

    def rows(self, family, **period):
        account = family._espace_account(**period)
        return [
            (line.kind, to_decimal(line.debit - line.credit), to_decimal(line.balance))
            for line in account["lines"]
        ]

    def test_each_movement_is_a_line_with_the_balance_after_it(self):
        self.history()
        cents = [
            ("invoice", "3.6", "3.6"),
            ("invoice", "1.3", "4.9"),
            ("receipt", "-4.9", "0.0"),
            ("rejection", "4.9", "4.9"),
            ("receipt", "-4.0", "0.9"),
            ("write_off", "-0.9", "0.0"),
        ]
        self.assertEqual(
            self.rows(self.martin),
            [
                (kind, to_decimal(float(amount)), to_decimal(float(balance)))
                for kind, amount, balance in cents
            ],
        )
        self.assertEqual(self.receivable(self.martin), 0)

    def test_the_account_closes_on_the_ledger(self):
        self.pay(amount=2)
        for family in (self.martin, self.durand):
            account = family._espace_account()
            self.assertEqual(to_decimal(account["closing"]), self.receivable(family))
            self.assertEqual(family._espace_balance(), account["closing"])

    def test_a_write_off_that_is_undone_is_two_lines(self):
        move = self.history()
        move.with_user(self.clerk).action_espace_undo_write_off()
        kinds = [kind for kind, _amount, _balance in self.rows(self.martin)]
        self.assertEqual(kinds[-2:], ["write_off", "write_off_undone"])
        self.assertEqual(self.martin._espace_account()["closing"], 0.90)

    def test_a_period_begins_with_what_was_owed_before(self):
        self.history()
        with self.at("2027-01-20"):
            self.pay(self.durand, amount=1)
            account = self.durand._espace_account(date_from=TODAY.replace(day=5))
        self.assertEqual(account["opening"], 3.60)
        self.assertEqual(account["lines"].mapped("kind"), ["receipt"])
        self.assertEqual((account["debit"], account["credit"]), (0, 1))
        self.assertEqual(account["closing"], 2.60)
        before = self.durand._espace_account(date_to=TODAY.replace(day=19))
        self.assertEqual(before["closing"], 3.60)

    def test_a_draft_is_no_line(self):
        self._publish_provider()
        self.booked(self.lina, self.t1, TODAY.replace(day=12))
        self.assertEqual(self.durand._espace_account()["closing"], 3.60)

    def test_the_statement_prints_every_line(self):
        self.history()
        wizard = self.env["espace.account.wizard"].with_user(self.clerk)
        record = wizard.create({"family_id": self.martin.id})
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.clerk)
            ._render_qweb_html("espace_famille_billing.account_statement", record.ids)
        )
        html = content.decode()
        for words in (
            self.meal_move.name,
            self.evening_move.name,
            "RS-2027-00001",
            "RS-2027-00002",
            "Rejected payment",
            "Admitted as irrecoverable, still owed",
            "though it is no longer asked for",
        ):
            self.assertIn(words, html)

    def test_the_regie_reads_all_accounts_and_others_none(self):
        Line = self.env["espace.account.line"]
        lines = Line.with_user(self.clerk).search([])
        self.assertEqual(lines.family_id, self.martin | self.durand)
        lines[0].action_open_document()
        for role in ("manager", "animation"):
            with self.assertRaises(AccessError):
                Line.with_user(self._create_staff(role)).search([])
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        with self.assertRaises(AccessError):
            Line.with_user(parent).search([])

    def test_another_commune_sees_no_line(self):
        other = self.env["res.company"].create(
            {"name": "Voisine", "espace_is_commune": True}
        )
        self.clerk.write({"company_ids": [(4, other.id)]})
        lines = self.env["espace.account.line"].with_user(self.clerk)
        lines = lines.with_context(allowed_company_ids=other.ids)
        self.assertFalse(lines.search([]))
