"""A third party pays a part of what families are charged."""

from datetime import timedelta
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY, TUESDAY

from ...models.charge.invoice_terms import Terms
from ...models.core.amounts import to_decimal
from ..common import EspaceBillingCase
from ..run.test_billing_run import BillingRunCase


class AidCase(EspaceBillingCase):
    """The CCAS pays for the Martins; the canteen costs 3.60 €."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.martin | cls.durand).lang = "en_US"
        cls.finance = cls._create_staff("finance")
        cls.ccas = cls.env["res.partner"].create({"name": "CCAS", "is_company": True})
        cls.employer = cls.env["res.partner"].create({"name": "Usine"})

    @classmethod
    def _aid(cls, **vals):
        return cls.env["espace.aid"].create(
            {
                "family_id": cls.martin.id,
                "payer_id": cls.ccas.id,
                "kind": "percent",
                "share": 50,
                "date_from": TODAY,
                "number": "12",
                "decided_on": TODAY,
                **vals,
            }
        )

    def meals(self, *days, child=None, family=None):
        """Book meals, which are invoiced at once; return the bookings."""
        child = child or self.nina
        items = [(child, self.meal, day) for day in days]
        self.book(family or self.martin, *items)
        return self.env["espace.reservation"].search(
            [
                ("child_id", "=", child.id),
                ("product_id", "=", self.meal.id),
                ("date", "in", days),
            ],
            order="date",
        )

    def invoice_payers(self):
        waiting = self.Charge.search(self.Charge._waiting_for_payers())
        return waiting._invoice_payers(Terms(TODAY, TODAY))

    def lines(self, move):
        """Return the euros of the lines of a document."""
        return [
            to_decimal(line.price_total)
            for line in move.invoice_line_ids.sorted("sequence")
        ]

    def income(self):
        """Return what all posted documents put on accounts of income."""
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "in", ("income", "income_other")),
            ]
        )
        return to_decimal(-sum(lines.mapped("balance")))


def euros(*amounts):
    return [Decimal(amount) for amount in amounts]


@tagged("post_install", "-at_install")
class TestAid(AidCase):
    def test_both_pay_the_price(self):
        self._aid(share=33)
        self.meals(MONDAY, TUESDAY)
        [invoice] = self.invoices(self.martin)
        self.assertEqual(self.lines(invoice), euros("7.20", "-2.38"))
        self.assertEqual(invoice.amount_total, 4.82)
        words = invoice.invoice_line_ids.sorted("sequence")[1].espace_words
        self.assertIn("Paid by CCAS: 33 % of", words)
        self.assertIn("decision 12", words)
        part = self.invoice_payers()
        self.assertEqual((part.partner_id, part.state), (self.ccas, "posted"))
        self.assertEqual(part.amount_total, 2.38)
        self.assertFalse(part.espace_family_id)
        self.assertIn("Nina", part.invoice_line_ids.espace_words)
        self.assertNotIn("Nina", part.invoice_line_ids.name)
        self.assertEqual(self.income(), Decimal("7.20"))
        self.assertEqual(self.receivable(self.martin), Decimal("4.82"))
        self.assertEqual(self.martin.amount_due, 4.82)
        [line] = self.martin._espace_account()["lines"]
        self.assertIn("without what CCAS pays", line._words())
        self.assertFalse(self.invoice_payers())

    def test_only_what_the_decision_names(self):
        self._aid(child_id=self.nina.id, activity_ids=self.canteen.ids)
        self._aid(
            number="13",
            date_from=TUESDAY,
            payer_id=self.employer.id,
            share=100,
            child_id=self.tom.id,
        )
        self.meals(MONDAY)
        self.meals(MONDAY, TUESDAY, child=self.tom)
        totals = [self.lines(move) for move in self.invoices(self.martin)]
        self.assertEqual(totals[0], euros("3.60", "-1.80"))
        self.assertEqual(sorted(totals[1]), euros("-3.60", "7.20"))
        parts = self.invoice_payers()
        self.assertEqual(sorted(parts.mapped("amount_total")), [1.80, 3.60])

    def test_who_pays_all_leaves_an_invoice_of_nothing(self):
        self._aid(share=100)
        booked = self.meals(MONDAY)
        [invoice] = self.invoices(self.martin)
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 0))
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.invoice_payers().amount_total, 3.60)
        self.cancel(booked, staff=True)
        self.martin._espace_give_back(NOW)
        self.run_for(self.martin)
        refund = self.invoices(self.martin)[-1]
        self.assertEqual((refund.move_type, refund.amount_total), ("out_refund", 0))
        refund = self.invoice_payers()
        self.assertEqual((refund.move_type, refund.amount_total), ("out_refund", 3.60))
        self.assertEqual(self.income(), 0)

    def run_for(self, families):
        """Invoice what waits for these families by a run."""
        charges = self.Charge.search(
            [("family_id", "in", families.ids), ("state", "=", "to_invoice")]
        )
        return charges._invoice_under(Terms(TODAY, TODAY), NOW)

    def test_a_sum_is_at_most_the_price(self):
        self._aid(kind="booking", amount=5)
        self.meals(MONDAY)
        self.assertEqual(self.invoices(self.martin).amount_total, 0)
        aid = self._aid(kind="day", amount=4, family_id=self.durand.id)
        self.book(
            self.durand,
            (self.lina, self.meal, MONDAY),
            (self.lina, self.t1, MONDAY),
        )
        part = aid.charge_ids._total()
        self.assertEqual(part, Decimal("-4.00"))
        self.assertEqual(aid.used, 4)

    def test_two_pay_one_after_the_other(self):
        self._aid(share=70, sequence=1)
        self._aid(share=60, sequence=2, payer_id=self.employer.id, number="E")
        self.meals(MONDAY)
        invoice = self.invoices(self.martin)
        self.assertEqual(self.lines(invoice), euros("3.60", "-2.52", "-1.08"))
        parts = self.invoice_payers()
        self.assertEqual(sorted(parts.mapped("amount_total")), [1.08, 2.52])

    def test_the_ceiling_is_reached_within_an_invoice(self):
        aid = self._aid(ceiling=3)
        days = [MONDAY, TUESDAY, MONDAY + timedelta(days=3)]
        self.meals(*days)
        invoice = self.invoices(self.martin)
        self.assertEqual(
            sorted(to_decimal(c.amount) for c in aid.charge_ids),
            euros("-1.80", "-1.20"),
        )
        self.assertEqual(invoice.amount_total, 7.80)
        last = aid.charge_ids.filtered(lambda c: c.amount == -1.2)
        self.assertIn("its ceiling is reached", last.explanation)
        self.assertEqual(aid.used, 3)

    def test_a_ceiling_counts_anew_each_month(self):
        aid = self._aid(share=100, ceiling=5, ceiling_period="month")
        first = self.nina_sessions(self.canteen)
        days = [day for day in first if day.month == TODAY.month][:2]
        days += [day for day in first if day.month == TODAY.month + 1][:2]
        self.meals(*days)
        expected = euros("-3.60", "-1.40") * (len(days) // 2)
        parts = aid.charge_ids.sorted("date")
        self.assertEqual([to_decimal(c.amount) for c in parts], expected)

    def nina_sessions(self, activity):
        sessions = activity.session_ids.filtered(lambda s: s.date > MONDAY)
        return sorted(sessions.mapped("date"))

    def test_a_cancelled_day_is_given_back_to_both(self):
        aid = self._aid()
        booked = self.meals(MONDAY, TUESDAY)
        paid = self.invoice_payers()
        self.cancel(booked[:1], staff=True)
        self.assertEqual(self.martin._espace_net().credit, Decimal("1.80"))
        self.martin._espace_give_back(NOW)
        refund = self.invoices(self.martin)[-1]
        self.assertEqual(self.lines(refund), euros("3.60", "-1.80"))
        self.assertEqual(self.receivable(self.martin), Decimal("1.80"))
        back = self.invoice_payers()
        self.assertEqual((back.move_type, back.amount_total), ("out_refund", 1.80))
        self.assertEqual(paid.amount_total, 3.60)
        self.assertEqual(aid.used, 1.80)
        self.assertEqual(self.income(), Decimal("3.60"))

    def test_a_credit_made_again_leaves_no_part_behind(self):
        self._aid()
        [booked] = self.meals(MONDAY)
        self.point(booked, "absent_unjustified")
        self.run_for(self.martin)
        self.point(booked, "present")
        waiting = booked.charge_ids.filtered(lambda c: c.state == "to_invoice")
        self.assertEqual(
            sorted(to_decimal(c.amount) for c in waiting), euros("-1.80", "0.90")
        )
        self.assertEqual(self.martin._espace_net().credit, Decimal("0.90"))
        self.point(booked, "absent_unjustified")
        self.assertFalse(booked.charge_ids.filtered(lambda c: c.state == "to_invoice"))
        self.assertEqual(booked.charge_ids._total(), Decimal("2.70"))

    def test_an_agent_credits_an_invoice(self):
        self._aid()
        booked = self.meals(MONDAY, TUESDAY)
        invoice = self.invoices(self.martin)
        wizard = self.env["espace.credit.wizard"].create(
            {"move_id": invoice.id, "reason": "Mistake", "follow_up": "waive"}
        )
        self.assertEqual(len(wizard.charge_ids), 2)
        self.assertEqual(wizard.amount, 3.60)
        wizard.charge_ids = [Command.set(wizard.charge_ids[:1].ids)]
        wizard.action_credit()
        refund = self.invoices(self.martin)[-1]
        self.assertEqual(refund.amount_total, 1.80)
        self.assertEqual(self.invoice_payers().amount_total, 1.80)
        self.assertEqual(booked.charge_ids._total(), Decimal("1.80"))

    def test_a_correction_is_shared_too(self):
        self._aid()
        [booked] = self.meals(MONDAY)
        self.point(booked, "absent_unjustified")
        self.run_for(self.martin)
        self.assertEqual(self.invoices(self.martin)[-1].amount_total, 0.90)
        self.point(booked, "present")
        self.run_for(self.martin)
        self.assertEqual(self.invoices(self.martin)[-1].amount_total, 0.90)
        self.assertEqual(self.invoice_payers().amount_total, 1.80)

    def test_what_was_invoiced_before_stays(self):
        self.meals(MONDAY)
        aid = self._aid()
        self.meals(TUESDAY)
        self.assertEqual(
            [move.amount_total for move in self.invoices(self.martin)], [3.60, 1.80]
        )
        self.assertIn("3.60", aid.remark)
        self.assertIn("before this decision", aid.remark)
        aid.date_to = MONDAY
        self.assertIn("outside these dates", aid.remark)
        self.assertIn("1.80", aid.remark)

    def test_a_decision_that_was_used_stays(self):
        aid = self._aid().with_user(self.finance)
        self.meals(MONDAY)
        with self.assertRaises(UserError):
            aid.share = 60
        aid.write({"share": 50, "date_to": TUESDAY, "ceiling": 100})
        with self.assertRaises(UserError):
            aid.unlink()
        other = self._aid(number="14")
        other.share = 10
        other.unlink()

    def test_what_no_decision_may_be(self):
        with self.assertRaises(ValidationError):
            self._aid(payer_id=self.durand.partner_id.id)
        for wrong in ({"share": 0}, {"share": 101}, {"kind": "day"}, {"ceiling": -1}):
            with (
                self.subTest(wrong),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self._aid(**wrong)
                self.env.flush_all()

    def test_the_desk_reads_and_the_regie_writes(self):
        aid = self._aid()
        desk = self._create_staff("manager")
        self.assertEqual(aid.with_user(desk).payer_id, self.ccas)
        with self.assertRaises(AccessError):
            aid.with_user(desk).note = "x"
        aid.with_user(self.finance).note = "x"
        with self.assertRaises(AccessError):
            self.Charge.with_user(desk).action_invoice_payers()

    def test_the_regie_invoices_third_parties(self):
        self._aid()
        self.meals(MONDAY)
        action = self.Charge.with_user(self.finance).action_invoice_payers()
        move = self.Move.search(action["domain"])
        self.assertEqual(move.amount_total, 1.80)
        again = self.Charge.with_user(self.finance).action_invoice_payers()
        self.assertEqual(again["tag"], "display_notification")

    def test_the_invoice_of_a_third_party_stays(self):
        self._aid()
        self.meals(MONDAY)
        part = self.invoice_payers().with_user(self.finance)
        for door in (
            lambda: part.button_draft(),
            lambda: part.button_cancel(),
            lambda: part.unlink(),
            lambda: part.write({"partner_id": self.employer.id}),
            lambda: part.line_ids.unlink(),
            lambda: part._reverse_moves(),
        ):
            with self.assertRaises(UserError):
                door()
        with self.assertRaises(UserError):
            part.write({"espace_third_party": False})
        with self.assertRaises(AccessError):
            self.Move.with_user(self.finance).create(
                {"move_type": "out_invoice", "espace_third_party": True}
            )
        html = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", part.ids
        )[0]
        self.assertIn(b"Nina", html)
        self.assertIn(b"CCAS", html)

    def test_a_receipt_for_what_a_third_party_pays(self):
        self._create_regie()
        self._aid()
        self.meals(MONDAY, TUESDAY)
        part = self.invoice_payers()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=part.ids
        ).create({"journal_id": self.journals["transfer"].id}).action_create_payments()
        payment = self.env["account.payment"].search(
            [("partner_id", "=", self.ccas.id)]
        )
        self.assertTrue(payment.espace_receipt_number)
        self.assertEqual(payment.espace_balance_after, 0)
        self.assertEqual(part.payment_state, "paid")
        with self.assertRaises(UserError):
            payment.action_draft()
        html = self.env["ir.actions.report"]._render_qweb_html(
            "espace_famille_billing.espace_receipt_report", payment.ids
        )[0]
        self.assertIn(b"CCAS", html)


@tagged("post_install", "-at_install")
class TestAidRun(AidCase, BillingRunCase):
    def test_a_run_invoices_both_however_little_it_is(self):
        self._aid()
        self.came(self.nina, self.t2, MONDAY)
        self.came(self.lina, self.t1, MONDAY)
        run = self.launched(minimum_amount=15)
        self.assertEqual(self.line(run, self.martin).reason, False)
        self.assertEqual(self.line(run, self.durand).state, "reported")
        self.assertEqual(self.line(run, self.martin).amount, 0.65)
        self.assertEqual(self.invoices(self.martin).amount_total, 0.65)
        part = self.Move.search([("espace_third_party", "=", True)])
        self.assertEqual((part.amount_total, part.state), (0.65, "posted"))
        self.assertEqual(part.invoice_date_due, run.date_due)

    def test_a_third_party_that_pays_all_keeps_no_run_waiting(self):
        self._aid(share=100)
        self.came(self.nina, self.t2, MONDAY)
        run = self.launched()
        self.assertEqual(self.line(run, self.martin).state, "done")
        self.assertEqual(self.invoices(self.martin).amount_total, 0)
        part = self.Move.search([("espace_third_party", "=", True)])
        self.assertEqual(part.amount_total, 1.30)


@tagged("post_install", "-at_install")
class TestAidOnline(AidCase):
    """Who pays at booking pays the family's part alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._publish_provider()
        cls.aid = cls._aid(ceiling=100)

    def setUp(self):
        super().setUp()
        self.booked_days = self.meals(MONDAY, TUESDAY)
        self.move = self.invoices(self.martin)

    def test_the_parent_is_asked_for_the_own_part(self):
        self.assertEqual(set(self.booked_days.mapped("state")), {"pending_payment"})
        self.assertEqual((self.move.state, self.move.amount_total), ("draft", 3.60))
        self.assertEqual(self.aid.used, 3.60)
        # Nobody asks a third party for what the family may never pay.
        self.assertFalse(self.invoice_payers())
        self.notify(self.transaction(self.move))
        self.assertEqual(set(self.booked_days.mapped("state")), {"confirmed"})
        self.assertEqual(self.move.payment_state, "paid")
        self.assertEqual(self.invoice_payers().amount_total, 3.60)

    def test_what_was_not_paid_uses_nothing_up(self):
        self.env["espace.reservation"]._release_expired(NOW + timedelta(hours=2))
        self.assertEqual(set(self.booked_days.mapped("state")), {"cancelled"})
        self.assertFalse(self.invoices(self.martin))
        self.assertEqual(set(self.booked_days.charge_ids.mapped("state")), {"offset"})
        self.assertEqual(self.booked_days.charge_ids._total(), 0)
        self.assertEqual(self.aid.used, 0)

    def test_a_day_taken_out_leaves_the_other_shared(self):
        self.cancel(self.booked_days[:1])
        [move] = self.invoices(self.martin)
        self.assertEqual((move.state, move.amount_total), ("draft", 1.80))
        self.assertEqual(self.aid.used, 1.80)
        move.button_cancel()
        self.assertEqual(self.aid.used, 0)
        self.env["espace.reservation"]._release_expired(NOW + timedelta(hours=2))

    def test_who_is_paid_for_in_all_asks_for_no_payment(self):
        self._aid(family_id=self.durand.id, share=100)
        [booked] = self.meals(MONDAY, child=self.lina, family=self.durand)
        self.assertEqual(booked.state, "confirmed")
        self.assertEqual(self.invoices(self.durand).amount_total, 0)
        self.assertEqual(self.invoices(self.durand).state, "posted")
