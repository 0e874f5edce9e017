"""Two families that are one are merged in the middle of a year of bookings and money.

What was posted is compared row by row; the account of the family that is left, and
all that it owes, is reckoned anew by `tests/recompute.py`.
"""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_recompute import MONTHS
from .test_recompute_money import MoneyStoryCase

AFTER = "2027-03-03 09:00:00"
DAY = date(2027, 3, 2)


@tagged("post_install", "-at_install")
class TestMergeMoney(MoneyStoryCase):
    def setUp(self):
        super().setUp()
        for first in MONTHS[:2]:
            self.month(first)
            self.invoice(first)
        self.start_clock()
        for family in self.families:
            lines = family._espace_open_lines("debit")
            if lines:
                self.Payment._espace_register(
                    family,
                    self.journals["card"],
                    {lines[-1]: min(2.5, lines[-1].amount_residual)},
                    DAY,
                )
        self.check_all("before")

    def start_clock(self):
        clock = freeze_time(AFTER)
        clock.start()
        self.addCleanup(clock.stop)

    def posted(self):
        """Return what is posted, all columns but whose family account it is."""
        self.env.flush_all()
        found = []
        for table, condition in (
            ("account_move", "state = 'posted'"),
            ("account_move_line", "parent_state = 'posted'"),
            ("account_payment", "TRUE"),
            ("account_partial_reconcile", "TRUE"),
        ):
            self.env.cr.execute(
                f"SELECT to_jsonb(t) - 'espace_family_id' - 'write_date' - 'write_uid' "
                f"FROM {table} t WHERE company_id = %s AND {condition} ORDER BY id",
                (self.company.id,),
            )
            found.append([row for (row,) in self.env.cr.fetchall()])
        return found

    def merge(self, kept, gone, **choices):
        wizard = self.env["espace.merge.wizard"].browse(
            self.env["espace.merge.wizard"]._open(kept, gone)["res_id"]
        )
        wizard.write(choices)
        wizard.action_show()
        self.assertFalse(wizard.problems, wizard.problems)
        preview = wizard.preview
        self.assertTrue(gone.exists(), "showing has merged")
        wizard.action_merge()
        merge = self.env["espace.merge"].search([("subject", "=", "family")], limit=1)
        self.assertEqual(merge.details, preview)
        self.assertFalse(gone.exists())
        return merge

    def balance(self, *families):
        return round(sum(family._espace_balance() for family in families), 2)

    def test_what_is_posted_stays_and_the_account_is_one(self):
        before, owed = self.posted(), self.balance(self.durand, self.petit)
        moves = self.petit.espace_move_ids
        payments = self.petit.espace_payment_ids
        payer = self.petit.partner_id
        bookings = (self.durand | self.petit).reservation_ids
        self.assertTrue(moves and payments and owed)
        merge = self.merge(self.durand, self.petit)
        self.assertEqual(self.posted(), before)
        self.assertEqual(self.balance(self.durand), owed)
        self.assertLessEqual(moves, self.durand.espace_move_ids)
        self.assertLessEqual(payments, self.durand.espace_payment_ids)
        self.assertEqual(moves.partner_id, payer)
        self.assertEqual(merge.partner_id, payer)
        self.assertEqual(bookings, self.durand.reservation_ids)
        self.assertEqual(self.zoe.family_id, self.durand)
        account = self.env["espace.account.line"].search(
            [("family_id", "=", self.durand.id)]
        )
        self.assertEqual(account[-1:].balance, owed)
        self.assertLessEqual(
            moves.filtered(lambda m: m.state == "posted"), account.move_id
        )
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])
        # The quotient of one counts for both now: what is invoiced is corrected.
        self.assertTrue(self.durand.income_ids)
        for first in MONTHS[:2]:
            self.invoice(first, kind="corrective")
        self.families = self.martin | self.durand
        self.check_all("once what costs something else was corrected")

    def test_the_same_prices_leave_nothing_to_correct(self):
        twin = self._create_family("Martin", ["Claire"])
        before = self.posted()
        self.merge(self.martin, twin)
        self.assertEqual(self.posted(), before)
        self.assertEqual(len(self.martin.guardian_ids), 2)
        self.check_all("merged")

    def test_the_merged_family_lives_on(self):
        self.merge(self.durand, self.petit)
        self.families = self.martin | self.durand
        payer = (
            self.env["espace.merge"]
            .search([("subject", "=", "family")], limit=1)
            .partner_id
        )
        lines = self.durand._espace_open_lines("debit")
        old = lines.filtered(lambda line: line.partner_id == payer)
        self.assertTrue(old)
        payment = self.Payment._espace_register(
            self.durand,
            self.journals["card"],
            {line: line.amount_residual for line in lines},
            DAY,
        )
        self.assertEqual(payment.espace_family_id, self.durand)
        self.assertEqual(self.balance(self.durand), 0)
        self.month(MONTHS[3])
        self.invoice(MONTHS[3])
        for first in MONTHS[:2]:
            self.invoice(first, kind="corrective")
        self.check_all("a month later")
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])
        with self.assertRaisesRegex(UserError, "stays below"):
            payer.parent_id = self.martin.partner_id
        with self.assertRaisesRegex(UserError, "stays below"):
            payer.is_company = True

    def test_a_closed_collection_says_what_it_said(self):
        statement = self.env["espace.collection.statement"].create(
            {
                "regie_id": self.regie.id,
                "date_from": date(2027, 3, 1),
                "date_to": DAY,
            }
        )
        statement.action_close()
        content = statement.content, statement.content_hash
        allocations = statement.allocation_ids.mapped("amount")
        self.merge(self.durand, self.petit)
        self.assertEqual((statement.content, statement.content_hash), content)
        self.assertEqual(statement.allocation_ids.mapped("amount"), allocations)
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_two_quotients_want_a_choice(self):
        self._set_quotient(self.durand, 900)
        wizard = self.env["espace.merge.wizard"].browse(
            self.env["espace.merge.wizard"]._open(self.durand, self.petit)["res_id"]
        )
        self.assertIn("whose quotients count", wizard.problems)
        merge = self.merge(self.durand, self.petit, quotient="kept")
        self.assertEqual(self.durand.income_ids.mapped("value"), [900])
        self.assertIn("333,33", merge.details)
        for first in MONTHS[:2]:
            self.invoice(first, kind="corrective")
        self.families = self.martin | self.durand
        self.check_all("merged")

    def test_shared_custody_is_no_duplicate(self):
        with self.assertRaisesRegex(UserError, "two households on purpose"):
            self.env["espace.merge"]._merge(self.martin, self.durand)

    def test_a_run_that_is_going_on_comes_first(self):
        run = self.env["espace.billing.run"].create(
            {"date_from": MONTHS[2], "date_to": date(2027, 3, 31)}
        )
        self.month(MONTHS[2])
        run.action_prepare()
        with self.assertRaisesRegex(UserError, "not finished"):
            self.env["espace.merge"]._merge(self.durand, self.petit)
