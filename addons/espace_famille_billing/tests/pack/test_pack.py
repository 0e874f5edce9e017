"""Packs of days: what they include, what they owe, how they end."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.domain.booking import Item
from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    NOW,
    THURSDAY,
    TODAY,
    TUESDAY,
)

from ...models.core.amounts import to_decimal
from ..common import EspaceBillingCase
from ..common_regie import RegieCase
from ..run.test_billing_run import BillingRunCase

FRIDAY = date(2027, 1, 15)
NBSP = "\N{NO-BREAK SPACE}"


class PackCase(EspaceBillingCase):
    """Three evenings: 9 € below a quotient of 800, 15 € from there on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.martin | cls.durand).lang = "en_US"
        cls.finance = cls._create_staff("finance")
        cls.manager = cls._create_staff("manager")
        cls._price_packs()
        cls.pack_formula = cls._pack_formula()

    @classmethod
    def _price_packs(cls):
        cls.tariff.line_ids = [
            Command.create(cls._line(cls.t2, "pack", 0, 800, 9, sequence=92)),
            Command.create(cls._line(cls.t2, "pack", 800, 0, 15, sequence=93)),
        ]

    @classmethod
    def _pack_formula(cls, **vals):
        return cls.env["espace.pack.formula"].create(
            {
                "name": "Carnet de 3 soirs",
                "company_id": cls.company.id,
                "product_id": cls.t2.id,
                "days": 3,
                **vals,
            }
        )

    @classmethod
    def _pack(cls, child=None, **vals):
        return cls.env["espace.pack"].create(
            {
                "formula_id": cls.pack_formula.id,
                "family_id": cls.martin.id,
                "child_id": (child or cls.nina).id,
                "date_from": TODAY,
                **vals,
            }
        )

    def waiting(self):
        charges = self.martin.charge_ids
        return charges.filtered(lambda c: c.state == "to_invoice")._total()

    def invoice(self):
        charges = self.martin.charge_ids
        charges = charges.filtered(lambda c: c.state == "to_invoice" and not c.aid_id)
        moves = charges._invoice(NOW)
        moves._post(soft=False)
        return moves


@tagged("post_install", "-at_install")
class TestPack(PackCase):
    def test_it_owes_one_price_by_the_quotient_of_its_day(self):
        pack = self._pack()
        [charge] = pack.due_ids.charge_ids
        self.assertEqual((charge.amount, charge.event), (9, "pack"))
        self.assertEqual(pack.date_to.year, 2028)
        self.assertIn(
            f"Carnet, QF 750 (tranche 0 à 799), 9,00{NBSP}€ (3{NBSP}séances, jusqu'au ",
            charge.explanation,
        )
        other = self._pack(self.lina, family_id=self.durand.id)
        self.assertEqual(other.charged_amount, 15)
        self.check_invariants()

    def test_each_booking_takes_a_day_until_none_is_left(self):
        pack = self._pack()
        quote = self.quote(self.martin, (self.nina, self.t2, MONDAY))
        self.assertEqual(quote.price, 0)
        for day in (MONDAY, TUESDAY, THURSDAY):
            booking = self.booked(self.nina, self.t2, day)
            self.assertEqual((booking.pack_id, booking.charged_amount), (pack, 0))
        self.assertEqual((pack.used, pack.left), (3, 0))
        self.assertRegex(
            booking._included_words(),
            f"Compris dans le carnet de 3{NBSP}séances acheté le .* 2027, 0 restante",
        )
        quote = self.quote(self.martin, (self.nina, self.t2, FRIDAY))
        self.assertEqual(quote.price, to_decimal(1.3))
        booking = self.booked(self.nina, self.t2, FRIDAY)
        self.assertEqual((booking.charged_amount, bool(booking.pack_id)), (1.3, False))
        # Her brother has none, nor has her meal.
        self.assertEqual(self.booked(self.tom, self.t2, MONDAY).charged_amount, 1.3)
        self.assertEqual(self.booked(self.nina, self.meal, MONDAY).charged_amount, 3.6)
        self.check_invariants()

    def test_what_was_charged_before_stays(self):
        before = self.booked(self.nina, self.t2, MONDAY)
        pack = self._pack()
        self.assertEqual((before.charged_amount, pack.used), (1.3, 0))
        self.point(before, "present")
        self.assertEqual((before.charged_amount, pack.used), (1.3, 0))
        self.check_invariants()

    def test_what_is_charged_once_the_child_came_is_included(self):
        self.evening.billing_mode = "consumption"
        before = self.booked(self.nina, self.t2, MONDAY)
        pack = self._pack()
        self.assertEqual(before.pack_id, pack)
        self.point(before, "present")
        self.assertEqual(before.charged_amount, 0)
        self.check_invariants()

    def test_days_come_back_when_cancelled_or_absent_with_proof(self):
        pack = self._pack()
        bookings = self.env["espace.reservation"]
        for day in (MONDAY, TUESDAY, THURSDAY):
            bookings |= self.booked(self.nina, self.t2, day)
        beyond = self.booked(self.nina, self.t2, FRIDAY)
        bookings[0]._cancel(NOW)
        self.assertEqual(pack.left, 1)
        self.assertEqual(beyond.charged_amount, 1.3)
        self.point(bookings[1], "absent_justified")
        self.assertEqual(pack.left, 2)
        self.point(bookings[2], "absent_unjustified")
        self.assertEqual((pack.left, bookings[2].charged_amount), (2, 0))
        again = self.booked(self.nina, self.t2, MONDAY)
        self.assertEqual((again.pack_id, pack.left), (pack, 1))
        self.point(bookings[1], "present")
        self.assertEqual((bookings[1].pack_id, pack.left), (pack, 0))
        self.check_invariants()

    def test_the_pack_that_ends_first_is_used_first(self):
        late = self._pack()
        soon = self._pack(date_to=date(2027, 3, 1))
        self.assertEqual(self.booked(self.nina, self.t2, MONDAY).pack_id, soon)
        self.assertFalse(late.used)

    def test_a_cart_counts_the_days_left(self):
        formula = self._pack_formula(name="Carnet d'un soir", days=1)
        self._pack(formula_id=formula.id)
        items = [Item(self.nina.id, self.t2.id, day) for day in (MONDAY, TUESDAY)]
        quotes = self.env["espace.reservation"]._quote_cart(self.martin, items, NOW)
        self.assertEqual(
            [quote.price for quote in quotes], [to_decimal(0), to_decimal(1.3)]
        )

    def test_a_month_at_a_flat_price_goes_before(self):
        self.tariff.line_ids = [
            Command.create(self._line(self.t1, "flat", 0, 0, 40, sequence=90))
        ]
        formula = self.env["espace.flat.formula"].create(
            {
                "name": "Month",
                "company_id": self.company.id,
                "product_id": self.t1.id,
            }
        )
        pack = self._pack()
        booking = self.booked(self.nina, self.t2, MONDAY)
        self.assertEqual(pack.left, 2)
        flat = self.env["espace.flat"].create(
            {
                "formula_id": formula.id,
                "family_id": self.martin.id,
                "child_id": self.nina.id,
                "date_from": TODAY,
            }
        )
        self.assertEqual((pack.left, booking.charged_amount), (3, 0))
        flat.date_to = TODAY
        self.assertEqual((pack.left, booking.charged_amount), (2, 0))
        self.check_invariants()

    # === Its end === #

    def test_unused_days_lapse(self):
        pack = self._pack(date_to=MONDAY)
        self.booked(self.nina, self.t2, MONDAY)
        self.invoice()
        with freeze_time("2027-02-02 06:00:00"):
            pack._cron_end()
            pack._cron_end()
        self.assertEqual((pack.state, pack.charged_amount), ("ended", 9))
        self.check_invariants()

    def test_unused_days_are_paid_back_in_proportion(self):
        self.pack_formula.unused = "refund"
        pack = self._pack(date_to=THURSDAY)
        used = self.booked(self.nina, self.t2, MONDAY)
        self.invoice()
        with freeze_time("2027-02-02 06:00:00"):
            pack._cron_end()
        self.assertEqual((pack.charged_amount, self.waiting()), (3, -6))
        credit = pack.due_ids.charge_ids.sorted("id")[-1]
        self.assertIn(f"2{NBSP}séances sur 3 non utilisées", credit.explanation)
        # What is known later is corrected.
        self.point(used, "absent_justified")
        self.assertEqual(pack.charged_amount, 0)
        self.check_invariants()

    def test_ended_by_an_agent_later_days_have_their_price_again(self):
        self.pack_formula.unused = "refund"
        pack = self._pack()
        booking = self.booked(self.nina, self.t2, MONDAY)
        pack.with_user(self.manager).action_end()
        self.assertEqual(pack.date_to, TODAY)
        self.assertEqual((pack.charged_amount, booking.charged_amount), (0, 1.3))
        with self.assertRaisesRegex(UserError, "ended already"):
            pack.with_user(self.manager).action_end()
        self.check_invariants()

    def test_cancelled_only_if_unused(self):
        pack = self._pack()
        booking = self.booked(self.nina, self.t2, MONDAY)
        self.invoice()
        with self.assertRaisesRegex(UserError, "are used"):
            pack.action_cancel()
        booking._cancel(NOW)
        pack.action_cancel()
        self.assertEqual((pack.charged_amount, self.waiting()), (0, -9))
        again = self.booked(self.nina, self.t2, TUESDAY)
        self.assertFalse(again.pack_id)
        self.check_invariants()

    def test_who_leaves_has_no_pack_more(self):
        self.pack_formula.unused = "refund"
        pack = self._pack()
        self.nina.leaves_on = date(2027, 1, 20)
        with freeze_time("2027-02-02 06:00:00"):
            pack._cron_end()
        self.assertEqual((pack.state, pack.charged_amount), ("ended", 0))
        self.assertEqual(pack.date_to, date(2027, 1, 20))

    def test_until_the_end_of_the_school_year(self):
        self.pack_formula.months = 0
        pack = self._pack()
        year = self.env["espace.school.year"].search(
            [("company_id", "=", self.company.id), ("date_to", ">=", TODAY)],
            order="date_from",
            limit=1,
        )
        self.assertEqual(pack.date_to, year.date_to or date(2027, 8, 31))

    # === Bad input === #

    def test_what_was_sold_stays(self):
        pack = self._pack()
        self.booked(self.nina, self.t2, MONDAY)
        for vals in (
            {"child_id": self.tom.id},
            {"days": 30},
            {"state": "cancelled"},
            {"date_from": TUESDAY},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                pack.with_user(self.finance).write(vals)
        with self.assertRaisesRegex(UserError, "was charged"):
            pack.with_user(self.finance).unlink()
        with self.assertRaisesRegex(UserError, "Packs were sold"):
            self.pack_formula.with_user(self.finance).days = 5
        self.pack_formula.name = "Carnet"

    def test_a_client_says_neither_days_nor_state(self):
        pack = (
            self.env["espace.pack"]
            .with_user(self.manager)
            .create(
                {
                    "formula_id": self.pack_formula.id,
                    "family_id": self.martin.id,
                    "child_id": self.nina.id,
                    "date_from": TODAY,
                    "days": 300,
                    "state": "ended",
                    "by_parent": True,
                }
            )
        )
        self.assertEqual(
            (pack.days, pack.state, pack.by_parent), (3, "in_force", False)
        )

    def test_no_foreign_child(self):
        with (
            self.assertRaisesRegex(ValidationError, "is no child of"),
            self.env.cr.savepoint(),
        ):
            self._pack(self.lina)

    def test_others_sell_none(self):
        parent = self._create_portal_user(self.martin.guardian_ids[0])
        for model in ("espace.pack", "espace.pack.formula"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(parent).search([("id", ">", 0)])

    def test_a_missing_price_stops_nobody_and_is_said(self):
        self.tariff.line_ids.filtered(lambda line: line.event == "pack").unlink()
        pack = self._pack()
        self.assertIn("gives no price", pack.settlement_error)
        self._price_packs()
        pack._cron_end()
        self.assertEqual(pack.charged_amount, 9)

    # === Third parties, certificate === #

    def test_a_third_party_pays_its_part(self):
        self.pack_formula.unused = "refund"
        self.env["espace.aid"].create(
            {
                "family_id": self.martin.id,
                "payer_id": self.env["res.partner"].create({"name": "CCAS"}).id,
                "share": 25,
                "date_from": date(2027, 1, 1),
                "number": "1",
                "decided_on": TODAY,
            }
        )
        pack = self._pack()
        self.assertEqual(self.invoice().amount_total, 6.75)
        pack.action_end()
        self.invoice()
        self.check_invariants()

    def test_it_counts_on_the_tax_certificate(self):
        self.nina.birth_date = date(2022, 5, 1)
        self._pack()
        move = self.invoice()
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create(
            {"journal_id": self.bank_journal.id, "payment_date": TODAY}
        )._create_payments()
        found = self.env["espace.tax.certificate"]._certificates(self.martin, 2027)
        self.assertEqual([one["paid"] for one in found], [9])


@tagged("post_install", "-at_install")
class TestPackCollected(RegieCase, PackCase):
    def test_the_account_and_the_statement_hold_it(self):
        pack = self._pack()
        with self.assertRaises(AccessError):
            pack.with_user(self.manager).action_invoice()
        moves = PackCase.invoice(self)
        [line] = self.env["espace.account.line"].search(
            [("family_id", "=", self.martin.id), ("move_id", "=", moves.id)]
        )
        self.assertEqual(line.debit, 9)
        self.assertIn("pack of days", moves.invoice_line_ids.name)
        self.pay(self.martin, 9, TODAY, moves)
        statement = self.Statement.create(
            {"regie_id": self.regie.id, "date_from": TODAY, "date_to": TODAY}
        )
        with freeze_time("2027-01-05 09:00:00"):
            statement.action_close()
        found = statement.allocation_ids.mapped(lambda a: (a.product_id, a.amount))
        self.assertEqual(found, [(self.t2, 9)])


@tagged("post_install", "-at_install")
class TestPackRun(BillingRunCase, PackCase):
    def test_a_run_invoices_the_pack_and_the_days_beyond(self):
        self._pack()
        for day in (MONDAY, TUESDAY):
            self.point(self.booked(self.nina, self.t2, day), "present")
        self.point(self.booked(self.tom, self.t2, MONDAY), "present")
        run = self.launched()
        line = run.family_line_ids.filtered(lambda li: li.family_id == self.martin)
        self.assertEqual(line.state, "done")
        self.assertAlmostEqual(line.amount, 10.3)
        self.check_invariants()

    def test_the_credit_of_an_invoice_waives_or_charges_again(self):
        pack = self._pack()
        [move] = self.invoice()
        for follow_up, expected in (("reissue", 9), ("waive", 0)):
            wizard = (
                self.env["espace.credit.wizard"]
                .with_user(self.finance)
                .create({"move_id": move.id, "reason": "Error", "follow_up": follow_up})
            )
            wizard.charge_ids = wizard._offered()
            found = wizard.action_credit()
            self.assertEqual(pack.charged_amount, expected)
            move = self.env["account.move"].search(found["domain"]) - move
            move = move.filtered(lambda one: one.move_type == "out_invoice")
        self.check_invariants()
