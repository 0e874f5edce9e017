"""Time to pay that the public accountant granted: recorded, followed, never offered."""

from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import TODAY

from ..common_regie import CounterCase

LATER = TODAY + timedelta(days=61)
APRIL, MAY = date(2027, 4, 5), date(2027, 5, 5)


@tagged("post_install", "-at_install")
class TestTerms(CounterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "espace_collect_days": 60,
                "espace_title_minimum": 0,
                "espace_block_debt": True,
                "espace_block_days": 60,
                "espace_block_amount": 0,
            }
        )
        treasury = cls._create_journal(
            cls.env["espace.regie"], False, "TRES", "515900", "Trésor"
        )
        cls.regie.remittance_journal_id = treasury
        cls.startClassPatcher(cls.at(cls, LATER))
        transfer = cls.env["espace.debt.transfer"].with_user(cls.clerk)
        cls.transfer = transfer._prepare(cls.meal_move.with_user(cls.clerk))
        cls.transfer.action_send()
        cls.env.invalidate_all()
        cls.Terms = cls.env["espace.accountant.terms"].with_user(cls.clerk)

    def terms(self, moves=None, parts=((APRIL, 1.60), (MAY, 2.00)), **vals):
        return self.Terms.create(
            {
                "family_id": self.martin.id,
                "reference": "2027-15",
                "granted_on": LATER,
                "granted_by": "SGC de Castres",
                "move_ids": [Command.set((moves or self.meal_move).ids)],
                "line_ids": [
                    Command.create({"date": day, "amount": amount})
                    for day, amount in parts
                ],
                **vals,
            }
        )

    def recorded(self, *args, **vals):
        terms = self.terms(*args, **vals)
        terms.action_record()
        self.env.invalidate_all()
        return terms

    def pay(self, amount):
        action = self.meal_move.with_user(self.clerk).action_espace_treasury()
        wizard = self.env[action["res_model"]].with_user(self.clerk)
        wizard = wizard.with_context(**action["context"]).create(
            {
                "account_id": self.company._espace_treasury_account().id,
                "amount": amount,
                "date": LATER,
                "reference": "P503",
            }
        )
        wizard.line_ids.amount = amount
        wizard.action_record()
        self.env.invalidate_all()

    def test_they_are_followed_as_the_accountant_is_paid(self):
        terms = self.recorded()
        self.assertEqual((terms.amount, terms.left), (3.6, 3.6))
        self.assertEqual(terms.state, "in_force")
        self.assertTrue(self.meal_move.espace_under_terms)
        self.pay(2)
        self.assertEqual((terms.paid, terms.left), (2, 1.6))
        self.assertEqual(terms.line_ids.mapped("paid"), [1.6, 0.4])
        with self.at(MAY + timedelta(1)):
            self.env.invalidate_all()
            self.assertAlmostEqual(terms.overdue, 1.6)
        self.pay(1.6)
        self.assertEqual(terms.state, "settled")
        self.assertFalse(self.meal_move.espace_under_terms)

    def test_while_they_hold_the_debt_neither_reminds_nor_blocks(self):
        self.evening_move._espace_change_due_date(LATER, "Later")
        arrears = self.env["espace.arrears"]
        before = arrears._of_families(self.martin, LATER)[self.martin.id]
        self.assertTrue(before.may_be_blocked)
        block = self.env["espace.booking.block"].create(
            {
                "family_id": self.martin.id,
                "reason": "Nothing paid",
                "missing_reason": "Test",
            }
        )
        self.assertTrue(self.martin._debt_words(None))
        terms = self.recorded()
        self.assertFalse(self.martin._debt_words(None))
        after = arrears._of_families(self.martin, LATER)[self.martin.id]
        self.assertFalse(after.may_be_blocked or after.blocked)
        self.assertEqual(after.blocking_amount, 0)
        verdicts = self.env["espace.reminder"]._verdicts(
            self.company, LATER + timedelta(60)
        )
        keys = verdicts[self.martin][0].keys if self.martin in verdicts else ()
        self.assertNotIn(self.meal_move.id, keys)
        # The accountant revokes them: the debt counts again.
        terms.ended_reason = "Revoked"
        terms.action_end()
        self.env.invalidate_all()
        self.assertEqual((terms.state, block.state), ("ended", "in_force"))
        self.assertTrue(self.martin._debt_words(None))

    def test_the_family_reads_who_granted_what(self):
        self.recorded()
        words = self.meal_move._espace_transmitted_words()
        self.assertIn("granted by the public accountant", words)
        self.assertIn("2027-15", words)
        self.assertIn("5 April 2027", words)

    def test_only_what_is_with_the_accountant_to_the_cent_and_once(self):
        for words, args, vals in (
            ("is not with the public accountant", [self.evening_move], {}),
            ("no debt of this family", [self.lina_move], {}),
            ("add up", [], {"parts": [(APRIL, 3.59)]}),
            ("dates and sums", [], {"parts": []}),
            ("day of its own", [], {"parts": [(APRIL, 1.8), (APRIL, 1.8)]}),
            ("before the day", [], {"parts": [(TODAY, 3.6)]}),
            ("day to come", [], {"granted_on": APRIL}),
            ("number of the decision", [], {"reference": " "}),
            ("Choose the debts", [], {"move_ids": False}),
        ):
            with (
                self.subTest(words),
                self.assertRaisesRegex(UserError, words),
                self.env.cr.savepoint(),
            ):
                self.terms(*args, **vals).action_record()
        self.assertFalse(self.Terms.search([("recorded_on", "!=", False)]))
        self.recorded()
        with self.assertRaisesRegex(UserError, "already"):
            self.terms().action_record()

    def test_what_was_recorded_stays(self):
        terms = self.recorded()
        for act in (
            lambda: terms.write({"reference": "x"}),
            lambda: terms.write({"state": "ended"}),
            lambda: terms.write({"move_ids": [Command.clear()]}),
            lambda: terms.line_ids[0].write({"amount": 1}),
            lambda: terms.line_ids[0].unlink(),
            lambda: terms.unlink(),
            lambda: terms.action_record(),
            lambda: terms.action_end(),
            lambda: self.meal_move.write({"espace_under_terms": False}),
            lambda: self.meal_move.write({"espace_terms_ids": [Command.clear()]}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                act()
        draft = self.terms()
        draft.reference = "2027-16"
        draft.unlink()

    def test_a_debt_under_terms_is_not_taken_back(self):
        self.recorded()
        line = self.transfer.line_ids
        line.returned_reason = "By mistake"
        with self.assertRaisesRegex(UserError, "terms"):
            line.with_user(self.clerk).action_take_back()

    def test_the_regie_alone_records_them(self):
        manager = self._create_staff("manager")
        with self.assertRaises(AccessError):
            self.terms().with_user(manager).action_record()
