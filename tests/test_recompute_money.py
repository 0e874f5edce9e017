"""A long random story of a régie, after each step of which all is reckoned anew.

Families book, cancel, come, do not, excuse, pay a part, too much or late; the commune
invoices, corrects, credits, closes days and reopens them, changes prices and quotients
of the past, rejects, refunds, gives debts up, collects them after all, and closes its
collection. `tests/recompute.py` must find the account of each family, what is left of
each document and each tax certificate, without a cent of difference.
"""

import random
from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import cycle

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille_billing.domain import tax_certificate

from . import recompute
from .test_recompute import LIMITS, RecomputeCase

STORY = [date(2027, month, 1) for month in (1, 2, 3, 4)]
# The office is open some days after each run, and once more in the next year.
OPEN_DAY = timedelta(days=9)
NEXT_YEAR = date(2028, 1, 12)

LEDGER = (
    "account_move, account_move_line, account_partial_reconcile, account_payment, "
    "espace_charge, espace_reservation"
)


class MoneyStoryCase(RecomputeCase):
    limits = LIMITS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_regie()
        cls.clerk = cls._create_staff("finance")
        cls.regie.write({"regisseur_id": cls.clerk.id, "purse": True})
        cls.families = cls.martin | cls.durand | cls.petit
        # Two children who are young enough for a certificate, one who is not any more.
        cls.lina.birth_date = date(2022, 6, 1)
        cls.zoe.birth_date = date(2021, 3, 1)
        cls.tom.birth_date = date(2023, 2, 1)
        cls.company.espace_writeoff_account_id = cls._account("654100", "expense")
        cls.company.espace_recovery_account_id = cls._account("758800", "income_other")
        cls.fee = cls.env["product.product"].create(
            {
                "name": "Frais de rejet",
                "type": "service",
                "list_price": 8,
                "espace_fee_decision": "Délibération 2027-12",
            }
        )
        cls.Payment = cls.env["account.payment"]
        cls.happened = Counter()
        # Each kind has its turn: what is left to chance is when, whose and how much.
        cls.follow_ups = cycle(["reissue", "later", "waive"])
        cls.fees = cycle([True, False])
        cls.ways = cycle(["part", "part", "advance", "part", "all"])
        cls.decisions = cycle(
            [("irrecoverable", False), ("irrecoverable", True), ("remission", False)]
        )

    @classmethod
    def _account(cls, code, kind):
        return cls.env["account.account"].create(
            {
                "name": code,
                "code": code,
                "account_type": kind,
                "company_ids": [Command.set(cls.company.ids)],
            }
        )

    # === What is compared === #

    def check_all(self, when):
        """Compare accounts and documents, exactly.

        The minute has passed after which credits are set against debts.
        """
        self.Charge._cron_invoice_at_once()
        self.env.flush_all()
        cursor, company = self.env.cr, self.company.id
        self.assertEqual(recompute.differences(cursor, company), [], when)
        self.assertEqual(recompute.account_differences(cursor, company), [], when)
        self.assertEqual(recompute.wrong_documents(cursor, company), [], when)
        self.assertEqual(recompute.unmet(cursor, company), set(), when)
        self.assertEqual(recompute.wrong_advances(cursor, company), {}, when)
        self.assertEqual(recompute.wrong_schedules(cursor, company), [], when)
        self.check_net(when)
        self.check_advances(when)

    def check_certificates(self, when):
        self.assertEqual(
            self.certified(),
            recompute.certificates(self.env.cr, self.company.id),
            when,
        )

    def check_net(self, when):
        """What pages, forms and reminders say is the balance, just compared."""
        expected = recompute.balances(self.env.cr, self.company.id)
        self.env.invalidate_all()
        waiting = self.positive_waiting()
        for family in self.families:
            net = family._espace_net()
            said = net.owed - net.left + waiting.get(family.id, 0)
            self.assertEqual(said, expected.get(family.id, 0), (when, family.name))
            self.assertFalse(net.owed and net.left, (when, family.name))
            self.assertEqual(recompute.number(family.amount_due), net.owed)

    def check_advances(self, when):
        """What pages say of the prepaid accounts is what was reckoned."""
        expected = recompute.advances(self.env.cr, self.company.id)
        Line = self.env["espace.purse.line"]
        for family in self.families:
            lines = Line.search([("family_id", "=", family.id)])
            told = [recompute.number(line.balance) for line in lines]
            self.assertEqual(told, expected.get(family.id, []), (when, family.name))
            last = told[-1] if told else 0
            self.assertEqual(family._espace_purse().balance, last, (when, family.name))

    def positive_waiting(self):
        """Return {family: euros} of what waits for an invoice, credits left out."""
        return recompute.sums(
            self.env.cr,
            """
            SELECT family_id, SUM(amount) FROM (
                SELECT family_id, SUM(amount) AS amount FROM espace_charge
                WHERE state = 'to_invoice' AND company_id = %(company)s
                GROUP BY family_id, reservation_id HAVING SUM(amount) > 0
            ) part GROUP BY family_id
            """,
            self.company.id,
        )

    def certified(self):
        """Return {(family, child, year): euros} as the certificates say them."""
        certificates = self.env["espace.tax.certificate"]
        found = {}
        for year in (2027, 2028):
            for one in certificates._certificates(self.families, year):
                for part in one["children"]:
                    key = one["family"].id, part["child"].id, year
                    found[key] = part["paid"]
        return {key: amount for key, amount in found.items() if amount}

    # === What happens === #

    def chance(self, odds):
        return self.draw.random() < odds

    def did(self, what):
        self.happened[what] += 1

    def open_lines(self, family, side="debit"):
        return family._espace_open_lines(side)

    def cents_of(self, amount):
        return round(amount * 100)

    def office(self, day):
        """Open the office of the régie on a day: all that may come, in any order."""
        acts = [
            self.pay,
            self.pay,
            self.reject,
            self.refund,
            self.pay_in_advance,
            self.pay_in_advance,
            self.refund,
            self.credit_one,
            self.credit_one,
            self.close_a_day,
            self.excuse,
            self.book_and_cancel,
            self.give_up,
            self.give_up,
            self.collect_after_all,
            self.change_the_past,
        ]
        self.draw.shuffle(acts)
        # A year in one transaction: PostgreSQL would still plan for empty tables.
        self.env.flush_all()
        self.env.cr.execute(f"ANALYZE {LEDGER}")
        with freeze_time(datetime.combine(day, time(10))):
            for act in acts:
                act(day)
                self.check_all(f"{act.__name__} on {day}, {dict(self.happened)}")
            self.check_certificates(f"office of {day}")

    def pay(self, day):
        """Some pay all, some a part of what they choose, some more than they owe."""
        for family in self.families:
            family._espace_set_off()
            lines = self.open_lines(family)
            if not lines or self.chance(0.2):
                continue
            parts = {line: line.amount_residual for line in lines}
            advance, way = 0, next(self.ways)
            if way == "part":
                self.did("part payment")
                parts = {
                    line: self.draw.randint(1, self.cents_of(amount)) / 100
                    for line, amount in parts.items()
                    if line == lines[0] or self.chance(0.6)
                }
            elif way == "advance":
                self.did("advance")
                advance = self.draw.randint(1, 2500) / 100
            means = self.draw.choice(["cash", "card", "transfer"])
            self.Payment._espace_register(
                family, self.journals[means], parts, day, advance=advance
            )
            self.did("payment")

    def pay_in_advance(self, day):
        """Some pay at the counter what they do not owe, or more than that."""
        for family in self.families:
            if self.chance(0.4):
                continue
            family._espace_set_off()
            lines = self.open_lines(family)
            parts = {line: line.amount_residual for line in lines}
            self.Payment._espace_register(
                family,
                self.journals[self.draw.choice(["card", "cheque"])],
                parts,
                day,
                advance=self.draw.randint(1000, 9000) / 100,
            )._espace_mark_top_up()
            self.did("paid in advance")

    def live_payments(self):
        return self.Payment.search(
            [
                ("espace_family_id", "in", self.families.ids),
                ("espace_receipt_number", "!=", False),
                ("espace_rejected", "=", False),
            ]
        )

    def reject(self, day):
        payments = self.live_payments()
        if not payments:
            return
        rejection = self.draw.choice(payments)._espace_reject("unpaid_cheque", day)
        self.did("rejection")
        if next(self.fees):
            rejection._espace_charge_fee(self.fee, 8, day)
            self.did("fee")

    def refund(self, day):
        """Pay back a part of what is owed, before it is used."""
        for family in self.families:
            credits_ = self.open_lines(family, "credit")
            if credits_:
                line = credits_[0]
                cents = self.draw.randint(1, self.cents_of(-line.amount_residual))
                self.Payment._espace_register(
                    family, self.journals["transfer"], {line: cents / 100}, day
                )
                self.did("refund")

    def credit_one(self, day):
        moves = self.Move.search(
            [
                ("espace_family_id", "in", self.families.ids),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
            ]
        )
        move = self.draw.choice(moves)
        charges = move.invoice_line_ids.espace_charge_ids._creditable()
        chosen = charges.filtered(lambda charge: self.chance(0.5))
        if sum(chosen.mapped("amount")) <= 0:
            return
        follow_up = next(self.follow_ups)
        self.env["espace.credit.wizard"].create(
            {
                "move_id": move.id,
                "reason": "Erreur",
                "follow_up": follow_up,
                "charge_ids": [Command.set(chosen.ids)],
            }
        ).action_credit()
        self.did(f"credit, {follow_up}")

    def close_a_day(self, day):
        """Close a day to come; maybe open it again once its credits were used."""
        session = self.draw.choice(
            (self.canteen | self.evening).session_ids.filtered(
                lambda one: one.date > day and one.state == "open"
            )
            or self.canteen.session_ids[:1]
        )
        if session.date <= day:
            return
        closure = self.env["espace.closure"].create(
            {"name": "Grève", "date_from": session.date, "date_to": session.date}
        )
        closure._apply()
        self.did("closure")
        self.check_all(f"closed {session.date} on {day}")
        if self.chance(0.7):
            closure._undo()
            self.did("closure undone")

    def past(self, day):
        return self.Reservation.search(
            [
                ("company_id", "=", self.company.id),
                ("date", "<", day),
                ("date", ">=", day - timedelta(days=400)),
                ("state", "=", "confirmed"),
            ],
            order="id",
        )

    def excuse(self, day):
        """An absence is excused after all, another one is found not to be one."""
        past = list(self.past(day))
        for booking in self.draw.sample(past, min(3, len(past))):
            booking.session_id.attendance_locked = False
            marks = ["absent_justified", "absent_unjustified", "present"]
            booking._set_attendance(self.draw.choice(marks))
            self.did("attendance corrected")

    def book_and_cancel(self, day):
        """An agent books days to come, and takes some of them back."""
        sessions = self.canteen.session_ids.filtered(
            lambda one: one.date > day and one.state == "open"
        )
        if not sessions:
            return
        now = datetime.combine(day, time(10))
        for child in self.children:
            session = self.draw.choice(sessions)
            family = child._paying_family(session.date)
            items = [(child, self.meal, session.date)]
            [quote] = self.Reservation._book(family, items, now, staff=True)
            if quote.status != "booked":
                continue
            self.did("booked")
            if self.chance(0.5):
                self.Reservation.browse(quote.reservation_id)._cancel(now, staff=True)
                self.did("cancelled")

    def give_up(self, day):
        debtors = self.families.filtered(self.open_lines)
        if not debtors:
            return
        family = self.draw.choice(debtors)
        lines = self.open_lines(family)
        cents = self.draw.randint(1, self.cents_of(lines[0].amount_residual))
        kind, is_undone = next(self.decisions)
        move = self.Move._espace_write_off(
            family,
            {lines[0]: cents / 100},
            day,
            "Délibération 2027-40",
            day,
            self.company.espace_writeoff_account_id,
            kind,
        )
        self.did(kind)
        if is_undone:
            move.action_espace_undo_write_off()
            self.did("decision undone")

    def collect_after_all(self, day):
        moves = self.Move.search(
            [
                ("espace_written_off_family_id", "in", self.families.ids),
                ("state", "=", "posted"),
            ]
        ).filtered(lambda move: move._espace_still_owed())
        for move in moves[:1]:
            cents = self.draw.randint(
                1, self.cents_of(float(move._espace_still_owed()))
            )
            move._espace_collect_written_off(
                self.journals["cash"], recompute.number(cents / 100), day
            )
            self.did("collected after all")

    def change_the_past(self, day):
        """A price and a quotient of months that were invoiced change."""
        tariff = self.draw.choice(
            self.env["espace.tariff"].search([("company_id", "=", self.company.id)])
        )
        line = self.draw.choice(
            tariff.line_ids.filtered(lambda one: one.kind == "fixed" and one.amount)
        )
        line.amount = self.draw.randint(20, 600) / 100
        family = self.draw.choice(self.families)
        since = day.replace(day=1) - timedelta(days=self.draw.randint(0, 60))
        known = family.income_ids.filtered(lambda one: one.date_from == since)
        if not known:
            self._set_quotient(family, self.draw.randint(10000, 150000) / 100, since)
        self.Reservation._cron_recompute_prices()
        mine = [("company_id", "=", self.company.id)]
        self.Reservation.search(mine)._settle(strict=False)
        self.did("past changed")

    def close_the_collection(self, day):
        """Close what the régie received until the end of the month before."""
        with freeze_time(datetime.combine(day, time(18))):
            action = self.regie.action_close_month()
            collection = self.env["espace.collection.statement"].browse(
                action["res_id"]
            )
            try:
                with self.cr.savepoint():
                    collection.action_close()
            except UserError as error:
                self.fail(f"{collection.display_name}: {error}")
            self.did("collection closed")
            self.check_all(f"collection closed on {day}")


@tagged("post_install", "-at_install")
class TestMoneyStory(MoneyStoryCase):
    def test_accounts_documents_and_certificates_agree_after_each_step(self):
        self.draw.seed("money")
        for first in STORY:
            after = (first + timedelta(days=32)).replace(day=1)
            self.month(first)
            with freeze_time(datetime.combine(after, time(8))):
                self.check_all(f"before {first} is invoiced")
            self.invoice(first, is_last=True)
            with freeze_time(datetime.combine(after, time(10))):
                self.check_all(f"once {first} is invoiced")
            self.office(after + OPEN_DAY)
            self.close_the_collection((after + timedelta(days=32)).replace(day=2))
        self.correct(STORY[-1])
        with freeze_time("2027-07-01 10:00:00"):
            self.check_all("corrected")
        self.office(NEXT_YEAR)
        self.settle_everything()
        self.assert_all_happened()

    def settle_everything(self):
        """All pay what they owe: then what was borne is what the care costs."""
        with freeze_time(datetime.combine(NEXT_YEAR, time(15))):
            self.invoice_all()
            for family in self.families:
                family._espace_set_off()
                lines = self.open_lines(family)
                if lines:
                    self.Payment._espace_register(
                        family,
                        self.journals["card"],
                        {line: line.amount_residual for line in lines},
                        NEXT_YEAR,
                    )
            self.check_all("all is paid")
            self.check_certificates("all is paid")
        borne = Counter()
        for (family, _child, _year), amount in recompute.borne(
            self.env.cr, self.company.id
        ).items():
            borne[family] += amount
        lost = recompute.given_up(self.env.cr, self.company.id)
        care = recompute.care(self.env.cr, self.company.id)
        self.assertEqual(care.keys(), {family.id for family in self.families})
        for family, amount in care.items():
            # Of what was given up, care may be a part: nobody has borne that.
            self.assertLessEqual(borne[family], amount)
            self.assertGreaterEqual(borne[family], amount - lost.get(family, 0))
        years = {year for _f, _c, year in self.certified()}
        self.assertEqual(years, {2027, 2028})

    def invoice_all(self):
        """Give back all that waits for a credit note, and invoice the rest."""
        now = datetime.combine(NEXT_YEAR, time(15))
        self.families._espace_give_back(now)
        waiting = self.Charge.search(
            [("company_id", "=", self.company.id), ("state", "=", "to_invoice")]
        )
        waiting._invoice(now)._post(soft=False)

    def assert_all_happened(self):
        """The story is worth something only if nothing of it was left out."""
        missing = {
            "advance",
            "attendance corrected",
            "booked",
            "cancelled",
            "closure",
            "closure undone",
            "collected after all",
            "collection closed",
            "credit, later",
            "credit, reissue",
            "credit, waive",
            "decision undone",
            "fee",
            "irrecoverable",
            "part payment",
            "paid in advance",
            "past changed",
            "payment",
            "refund",
            "rejection",
            "remission",
        } - self.happened.keys()
        self.assertFalse(missing, dict(self.happened))

    def test_a_cent_is_found_wherever_it_is_wrong(self):
        """Each of the comparisons fails when what it looks at is bent by a cent."""
        self.draw.seed("cent")
        self.month(STORY[0])
        self.invoice(STORY[0], is_last=True)
        line = self.open_lines(self.martin)[-1]
        day = date(2027, 2, 5)
        with freeze_time(datetime.combine(day, time(10))):
            payment = self.Payment._espace_register(
                self.martin, self.journals["cash"], {line: line.amount_residual}, day
            )
            self.check_all("nothing is bent")
        move = line.move_id
        bent = [
            ("account_payment", "amount", payment.id, recompute.account_differences),
            (
                "account_move_line",
                "amount_residual",
                line.id,
                recompute.wrong_documents,
            ),
            ("account_move", "amount_residual", move.id, recompute.wrong_documents),
            (
                "account_partial_reconcile",
                "amount",
                line.matched_credit_ids.id,
                recompute.wrong_documents,
            ),
        ]
        for table, column, record, compare in bent:
            with self.subTest(table=table, column=column):
                self.bend(table, column, record, "+")
                self.assertTrue(compare(self.env.cr, self.company.id))
                self.bend(table, column, record, "-")
                self.assertFalse(compare(self.env.cr, self.company.id))

    def test_the_cent_that_is_left_over_goes_to_the_same_part(self):
        """Both divide alike, among equal remainders too: there chance must not rule."""
        self.draw.seed("shares")
        for _time in range(3000):
            weights = [
                recompute.CENT * self.draw.randint(1, 900)
                for _part in range(self.draw.randint(2, 5))
            ]
            amount = recompute.CENT * self.draw.randint(-1500, 1500)
            self.assertEqual(
                tax_certificate.share(amount, weights),
                recompute.shares(amount, weights),
                (amount, weights),
            )

    def bend(self, table, column, record, sign):
        self.env.cr.execute(
            f"UPDATE {table} SET {column} = {column} {sign} 0.01 WHERE id = %s",
            [record],
        )


@tagged("post_install", "-at_install")
class TestMoneyStoryAgain(MoneyStoryCase):
    """The same with other dice: shorter, each another order of events."""

    def test_other_dice(self):
        for seed in random.Random("dice").sample(range(1000), 2):
            with self.subTest(seed=seed), self.undone():
                self.draw.seed(seed)
                self.month(STORY[0])
                self.invoice(STORY[0], is_last=True)
                self.office(date(2027, 2, 4))
