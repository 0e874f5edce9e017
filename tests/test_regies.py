"""A month of a commune with two régies, from the bookings to two closed collections.

Each régie invoices, collects, hands over and states what is its own, and nothing else;
`tests/recompute.py` finds the same total as the ledger at each step.
"""

from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import NOW
from odoo.addons.espace_famille_billing.tests.common_regie import SeveralRegiesCase

from . import recompute

JANUARY = date(2027, 1, 1), date(2027, 1, 31)
FEBRUARY = date(2027, 2, 1), date(2027, 2, 28)
DAYS = [date(2027, 1, day) for day in (18, 19, 21, 22, 25, 26, 28, 29)]


@tagged("post_install", "-at_install")
class TestAMonthOfTwoRegies(SeveralRegiesCase):
    def differences(self):
        self.env.flush_all()
        return recompute.differences(self.env.cr, self.company.id)

    def on(self, day, hour=9):
        return freeze_time(datetime(2027, *day, hour))

    def book_and_come(self):
        """Eat at the canteen and stay in the evening; one does not come."""
        for booking in (self.meal_move | self.evening_move | self.lina_move).mapped(
            "espace_reservation_ids"
        ):
            self.point(booking, "present")
        (self.canteen | self.evening).billing_mode = "consumption"
        self.evening.capacity = 5
        bookings = self.Reservation
        for child in (self.nina, self.tom, self.lina):
            family = child.family_id
            items = [(child, p, day) for day in DAYS for p in (self.meal, self.t2)]
            for quote in self.Reservation._book(family, items, now=NOW):
                bookings |= self.Reservation.browse(quote.reservation_id or [])
        self.assertGreater(len(bookings), 30)
        with self.on((1, 31)):
            bookings[:1]._set_attendance("absent_unjustified")
            bookings[1:]._set_attendance("present")
        return bookings

    def run_january(self):
        with self.on((2, 1)):
            run = self.env["espace.billing.run"].create(
                {"date_from": JANUARY[0], "date_to": JANUARY[1], "is_last": True}
            )
            run.action_prepare()
            run.action_launch_anyway()
            run._work_all()
        self.assertFalse(run.failed_count)
        return run

    def collect(self, run):
        """Pay at both: by cheque at one, in cash at the other, one part later."""
        for move in run.move_ids:
            regie = move.espace_regie_id
            agent = self.clerks[regie.code]
            journals = self.journals if regie == self.regie else self.leisure_journals
            if move.espace_family_id == self.durand and regie == self.leisure:
                self.register(move, journals["cash"], 1, agent, date=date(2027, 2, 10))
                continue
            means = "cheque" if regie == self.regie else "cash"
            vals = {"espace_cheque_number": "77"} if means == "cheque" else {}
            self.register(
                move, journals[means], user=agent, date=date(2027, 2, 10), **vals
            )
        others = (self.meal_move | self.lina_move).filtered(
            lambda move: move.amount_residual
        )
        for move in others:
            self.register(
                move,
                self.journals["cash"],
                user=self.clerks["RS"],
                date=date(2027, 2, 11),
            )

    def hand_over(self, regie, day):
        for journal in regie.journal_ids:
            held = regie._balances(journal, day)[journal]
            if held <= 0:
                continue
            remittance = self.env["espace.remittance"].create(
                {
                    "regie_id": regie.id,
                    "journal_id": journal.id,
                    "date": day,
                    "amount": held,
                }
            )
            if remittance.means == "cheque":
                remittance.action_all_cheques()
            remittance.action_confirm()
            self.assertTrue(remittance.name.startswith(f"{regie.code}-V-2027-"))

    def state(self, regie):
        collection = self.env["espace.collection.statement"].create(
            {"regie_id": regie.id}
        )
        self.assertEqual((collection.date_from, collection.date_to), FEBRUARY)
        collection.action_close()
        return collection

    def test_each_regie_has_its_own_money_from_the_booking_to_the_statement(self):
        self.book_and_come()
        self.assertEqual(self.differences(), [])
        run = self.run_january()
        self.assertEqual(self.differences(), [])
        keys = {(m.espace_family_id, m.espace_regie_id) for m in run.move_ids}
        self.assertEqual(len(run.move_ids), 4)
        self.assertEqual(len(keys), 4)
        for move in run.move_ids:
            activities = move.invoice_line_ids.product_id.espace_activity_id
            self.assertEqual(activities.regie_id, move.espace_regie_id)
        with self.on((2, 11)):
            self.collect(run)
        unpaid = {
            regie: sum(
                self.Move.search(
                    [("espace_regie_id", "=", regie.id), ("amount_residual", ">", 0)]
                ).mapped("amount_residual")
            )
            for regie in self.regie | self.leisure
        }
        self.assertEqual(unpaid[self.regie], 0)
        self.assertGreater(unpaid[self.leisure], 1.30)
        with self.on((2, 26)):
            for regie in self.regie | self.leisure:
                self.hand_over(regie, date(2027, 2, 26))
        with self.on((3, 1)):
            collections = self.state(self.regie) | self.state(self.leisure)
        self.assertEqual(
            collections.sorted("id").mapped("name"),
            ["RS-E-2027-001", "AL-E-2027-001"],
        )
        self.check_collections(collections, unpaid)
        self.assertEqual(self.differences(), [])
        self.check_invariants()

    def check_collections(self, collections, unpaid):
        payments = self.Payment.search([("espace_family_id", "!=", False)])
        self.assertEqual(collections.payment_ids, payments)
        for collection in collections:
            regie = collection.regie_id
            own = payments.filtered(lambda p, r=regie: p.espace_regie_id == r)
            self.assertEqual(collection.payment_ids, own)
            self.assertAlmostEqual(collection.receipts_total, sum(own.mapped("amount")))
            self.assertAlmostEqual(
                collection.receipts_total, -collection.remittances_total
            )
            self.assertEqual(collection.closing_balance, 0)
            self.assertAlmostEqual(collection.unpaid_total, unpaid[regie])
            self.assertEqual(
                collection.allocation_ids.product_id.espace_activity_id.regie_id, regie
            )
            numbers = sorted(own.mapped("espace_receipt_number"))
            self.assertEqual(
                numbers,
                [f"{regie.code}-2027-{n:05}" for n in range(1, len(own) + 1)],
            )
