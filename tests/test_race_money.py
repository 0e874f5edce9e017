"""The same debt, paid twice at the same instant by real transactions.

Each payer has a connection and a thread of its own and goes through Odoo's own retry,
as a request of an agent and a notification of a bank do.
"""

import threading
import uuid
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TUESDAY
from odoo.addons.espace_famille_billing.domain.instalment import Part
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase
from odoo.addons.payment_payfip.tests.payfip_double import Double

PRICE = 360
FAMILIES = 14
NEXT_WEEK = timedelta(days=7)


class Office(EspaceBillingCase):
    """Builds a commune with its prices, its régie and payment online; no test runs."""

    @classmethod
    def build(cls, env):
        cls._create_commune(env, name=f"Guichet {uuid.uuid4().hex[:8]}")
        cls._create_accounts()
        cls._create_tariff()
        cls._create_regie(("cash", "card"))
        cls._publish_provider()
        cls.bank_journal.write(
            {"espace_regie_id": cls.regie.id, "espace_means": "online"}
        )
        cls.canteen.session_ids.capacity = FAMILIES
        families = [
            cls._create_family(f"Payeur {n}", ["Alix"]) for n in range(FAMILIES)
        ]
        cls.payers = [
            (family.id, cls._create_child(family, "Sam", cls.class_cp).id)
            for family in families
        ]
        cls.env.flush_all()
        return {
            "company": cls.company.id,
            "meal": cls.meal.id,
            "evening": cls.t2.id,
            "formula": cls._create_flat_price().id,
            "pack": cls._create_pack().id,
            "provider": cls.provider.id,
            "journals": {means: j.id for means, j in cls.journals.items()},
        }

    @classmethod
    def _create_pack(cls):
        """Sell one evening by the pack, for 2 €."""
        line = cls._line(cls.t2, "pack", 0, 0, 2, sequence=91)
        cls.tariff.line_ids = [fields.Command.create(line)]
        return cls.env["espace.pack.formula"].create(
            {
                "name": "Carnet",
                "company_id": cls.company.id,
                "product_id": cls.t2.id,
                "days": 1,
            }
        )

    @classmethod
    def _create_flat_price(cls):
        """Sell the evenings of a month for 40 €."""
        cls.tariff = cls.env["espace.tariff"].search(
            [("company_id", "=", cls.company.id)]
        )
        line = cls._line(cls.t1, "flat", 0, 0, 40, sequence=90)
        cls.tariff.line_ids = [fields.Command.create(line)]
        return cls.env["espace.flat.formula"].create(
            {
                "name": "Garderie au mois",
                "company_id": cls.company.id,
                "product_id": cls.t1.id,
            }
        )


@tagged("post_install", "-at_install", "committed")
class TestMoneyRace(BaseCase):
    """A commune of its own, committed: its records stay in the test database.

    Each test has a family of its own.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with freeze_time(NOW), cls.registry.cursor() as cr:
            context = {"tracking_disable": True}
            cls.ids = Office.build(api.Environment(cr, SUPERUSER_ID, context))
        cls.payers = iter(Office.payers)

    def setUp(self):
        super().setUp()
        clock = freeze_time(NOW)
        clock.start()
        self.addCleanup(clock.stop)
        self.family_id, self.child_id = next(self.payers)

    def tearDown(self):
        """Whatever happened, the books hold and the receipts have no gap.

        No seat stays held, for others to find: what is committed here stays.
        """
        with self.open() as env:
            bookings = self.family(env).reservation_ids
            bookings.filtered(lambda b: b.state == "pending_payment")._cancel(NOW)
        with self.open() as env:
            company = env["res.company"].browse(self.ids["company"])
            self.assertEqual(env["espace.check"]._problems(company), [])
            numbers = self.all_payments(env).mapped("espace_receipt_number")
            # What is paid back has none.
            numbers = [number for number in numbers if number]
            self.assertEqual(
                sorted(numbers), [f"RS-2027-{n + 1:05}" for n in range(len(numbers))]
            )
        super().tearDown()

    # === The office === #

    @contextmanager
    def open(self):
        """Give an environment of the commune; it is committed at the end."""
        with self.registry.cursor() as cr:
            companies = [self.ids["company"]]
            yield api.Environment(
                cr, SUPERUSER_ID, {"allowed_company_ids": companies, "lang": "en_US"}
            )

    def family(self, env):
        return env["espace.family"].browse(self.family_id)

    def payments(self, env):
        """Return the payments of the family of this test."""
        return self.all_payments(env).filtered(
            lambda payment: payment.espace_family_id == self.family(env)
        )

    def all_payments(self, env):
        return env["account.payment"].search(
            [("company_id", "=", self.ids["company"])], order="id"
        )

    def book(self, env, day, **options):
        item = (self.child_id, self.ids["meal"], day)
        Reservation = env["espace.reservation"]
        [quote] = Reservation._book(self.family(env), [item], now=NOW, **options)
        return Reservation.browse(quote.reservation_id)

    def invoiced(self, env, day):
        """Book a meal as an agent does, and invoice it as the scheduled action does."""
        booking = self.book(env, day, staff=True)
        booking._invoice_booking(booking.family_id, NOW)
        return booking

    def owe(self, day):
        """Book and invoice a meal of 3.60 €; return the id of its invoice."""
        with self.open() as env:
            return self.invoiced(env, day).charge_ids.move_id.id

    def give(self, amount):
        """Receive money for nothing yet."""
        with self.open() as env:
            env["account.payment"].create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.family(env).partner_id.id,
                    "amount": amount,
                    "journal_id": self.ids["journals"]["cash"],
                }
            ).action_post()

    def announced(self, move_id, amount):
        """Return the id of a transaction that the bank has confirmed."""
        with self.open() as env:
            return self.announce(env["account.move"].browse(move_id), amount).id

    def announce(self, move, amount):
        """Open the payment page of a document and have the bank confirm it."""
        provider = move.env["payment.provider"].browse(self.ids["provider"])
        transaction = move.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": provider.payment_method_ids[:1].id,
                "amount": amount,
                "currency_id": move.currency_id.id,
                "partner_id": move.partner_id.id,
                "reference": f"RACE-{uuid.uuid4().hex[:8]}",
                "operation": "online_direct",
                "invoice_ids": [fields.Command.set(move.ids)],
            }
        )
        transaction._set_done()
        return transaction

    # === Running === #

    def race(self, *acts):
        """Run these at once, each in its own transaction; return their results."""
        start = threading.Barrier(len(acts))
        results = [None] * len(acts)
        errors = []

        def run(number, act):
            try:
                with self.open() as env:
                    # The picture of the data is taken before either begins.
                    self.family(env).read(["name"])
                    start.wait(timeout=30)
                    results[number] = retrying(lambda: act(env), env)
            except UserError as error:
                results[number] = error
            except Exception as error:  # noqa: BLE001 - told by the main thread
                errors.append(error)

        threads = [
            threading.Thread(target=run, args=(number, act))
            for number, act in enumerate(acts)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        self.assertFalse(errors)
        return results

    def collect(self, move_id, means="cash", amount=3.60):
        """Return what an agent does who collects an invoice."""

        def act(env):
            move = env["account.move"].browse(move_id)
            line = move.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            journal = env["account.journal"].browse(self.ids["journals"][means])
            payment = env["account.payment"]._espace_register(
                self.family(env), journal, {line: amount}, NOW.date()
            )
            return payment.espace_receipt_number

        return act

    def post_process(self, transaction_id):
        """Return what the scheduled action does with a confirmed transaction."""

        def act(env):
            transaction = env["payment.transaction"].browse(transaction_id)
            transaction._post_process()
            return transaction.payment_id.espace_receipt_number

        return act

    def account(self, move_id):
        """Return the cents (left of the invoice, owed, of credit) of the family."""
        with self.open() as env:
            family = self.family(env)
            left = env["account.move"].browse(move_id).amount_residual
            sides = (family._espace_open_amount(side) for side in ("debit", "credit"))
            return tuple(round(100 * amount) for amount in (left, *sides))

    # === Races === #

    def test_two_agents_collect_the_same_invoice_once(self):
        move_id = self.owe(MONDAY)
        results = self.race(self.collect(move_id), self.collect(move_id, "card"))
        refused = [result for result in results if isinstance(result, UserError)]
        self.assertEqual(len(refused), 1, results)
        self.assertIn("settled already", str(refused[0]))
        self.assertEqual(self.account(move_id), (0, 0, 0))
        with self.open() as env:
            self.assertEqual(self.payments(env).mapped("amount"), [3.60])

    def subscribe(self, env):
        return env["espace.flat"].create(
            {
                "formula_id": self.ids["formula"],
                "family_id": self.family_id,
                "child_id": self.child_id,
                "date_from": MONDAY,
            }
        )

    def test_two_agents_subscribe_a_child_once(self):
        results = self.race(*(2 * [lambda env: self.subscribe(env).id]))
        refused = [result for result in results if isinstance(result, UserError)]
        self.assertEqual(len(refused), 1, results)
        self.assertIn("a day is included once", str(refused[0]))
        with self.open() as env:
            flat = self.family(env).espace_flat_ids
            self.assertEqual(flat.charged_amount, 40)

    def test_a_month_that_two_open_at_once_is_charged_once(self):
        with self.open() as env:
            self.subscribe(env)

        def open_february(env):
            dues = self.family(env).espace_flat_ids._open_dues(date(2027, 2, 1))
            return len(dues._settle())

        self.assertEqual(sorted(self.race(open_february, open_february)), [0, 1])
        with self.open() as env:
            charges = self.family(env).espace_flat_ids.due_ids.charge_ids
            self.assertEqual(charges.mapped("amount"), [40, 40])

    def test_the_last_day_of_a_pack_is_taken_once(self):
        """Two days are booked at once: one is of the pack, the other has its price."""
        with self.open() as env:
            pack_id = (
                env["espace.pack"]
                .create(
                    {
                        "formula_id": self.ids["pack"],
                        "family_id": self.family_id,
                        "child_id": self.child_id,
                        "date_from": MONDAY,
                    }
                )
                .id
            )

        def book(day):
            def work(env):
                item = (
                    env["espace.child"].browse(self.child_id),
                    env["product.product"].browse(self.ids["evening"]),
                    day,
                )
                Reservation = env["espace.reservation"]
                Reservation._book(self.family(env), [item], now=NOW)

            return work

        self.race(book(MONDAY), book(TUESDAY))
        with self.open() as env:
            pack = env["espace.pack"].browse(pack_id)
            self.assertEqual((pack.used, pack.left), (1, 0))
            charged = self.family(env).charge_ids.filtered("reservation_id")
            self.assertEqual(len(charged), 1)

    def test_two_parts_of_an_invoice_never_make_more_than_it(self):
        move_id = self.owe(MONDAY)
        results = self.race(
            self.collect(move_id, amount=2.00), self.collect(move_id, amount=2.00)
        )
        refused = [result for result in results if isinstance(result, UserError)]
        self.assertEqual(len(refused), 1, results)
        self.assertEqual(self.account(move_id), (160, 160, 0))

    def test_a_bank_and_an_agent_leave_what_is_too_much_as_a_credit(self):
        move_id = self.owe(TUESDAY)
        transaction_id = self.announced(move_id, 3.60)
        by_bank, by_agent = self.race(
            self.post_process(transaction_id), self.collect(move_id)
        )
        # Money that a bank took is never refused; the agent is, if it comes second.
        self.assertRegex(by_bank, r"^RS-2027-\d{5}$")
        twice = not isinstance(by_agent, UserError)
        self.assertEqual(self.account(move_id), (0, 0, PRICE if twice else 0))

    def test_the_bank_tells_the_same_payment_twice_at_once(self):
        move_id = self.owe(TUESDAY)
        transaction_id = self.announced(move_id, 3.60)
        self.race(*(2 * [self.post_process(transaction_id)]))
        self.assertEqual(self.account(move_id), (0, 0, 0))
        with self.open() as env:
            self.assertEqual(len(self.payments(env)), 1)

    def test_payfip_notifies_twice_at_once(self):
        """And leads the payer back meanwhile: three ask the service, one books."""
        move_id = self.owe(TUESDAY)
        with Double(notify="never") as double:
            transaction_id = self.opened_by_payfip(double, move_id)
            double.decide(double.last(), "card")

            def look_up(env):
                transaction = env["payment.transaction"].browse(transaction_id)
                transaction._payfip_refresh()
                if transaction.state == "done":
                    transaction._post_process()
                return transaction.payment_id.espace_receipt_number

            self.race(*(3 * [look_up]))
            # Whoever found another asking left it alone: it is asked once more.
            self.race(look_up)
        self.assertEqual(self.account(move_id), (0, 0, 0))
        with self.open() as env:
            self.assertEqual(self.payments(env).mapped("amount"), [3.60])
            env["payment.provider"].browse(self.ids["provider"]).code = "none"

    def opened_by_payfip(self, double, move_id):
        """Have an invoice paid by PayFiP; return the id of the transaction."""
        with self.open() as env:
            provider = env["payment.provider"].browse(self.ids["provider"])
            provider.write(
                {
                    "code": "payfip",
                    "payfip_mode": "T",
                    "payfip_numcli": "900003",
                    "payfip_service_url": double.service_url,
                    "payfip_payment_url": double.payment_url,
                }
            )
            move = env["account.move"].browse(move_id)
            transaction = env["payment.transaction"].create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": provider.payment_method_ids[:1].id,
                    "amount": 3.60,
                    "currency_id": move.currency_id.id,
                    "partner_id": move.partner_id.id,
                    "reference": f"RACE-{uuid.uuid4().hex[:8]}",
                    "operation": "online_redirect",
                    "invoice_ids": [fields.Command.set(move.ids)],
                }
            )
            self.assertTrue(transaction._get_specific_rendering_values({}))
            return transaction.id

    def test_money_wanted_by_two_bookings_at_once_pays_one(self):
        self.give(3.60)
        ids = self.race(
            lambda env: self.book(env, MONDAY + NEXT_WEEK).id,
            lambda env: self.book(env, TUESDAY + NEXT_WEEK).id,
        )
        with self.open() as env:
            bookings = env["espace.reservation"].browse(ids)
            confirmed = bookings.filtered(lambda b: b.state == "confirmed")
            waiting = bookings - confirmed
            self.assertEqual((len(confirmed), waiting.state), (1, "pending_payment"))
            self.assertEqual(confirmed.charge_ids.move_id.payment_state, "paid")
            self.assertEqual(waiting.charge_ids.move_id.state, "draft")
            self.assertEqual(
                waiting.charge_ids.move_id._espace_asked(), Decimal("3.60")
            )

    def test_money_spent_while_the_bank_confirms_leaves_nothing_half_paid(self):
        """1.00 € lowers a payment online and is spent at the very same instant."""
        self.give(1.00)
        with self.open() as env:
            booking = self.book(env, MONDAY + NEXT_WEEK)
            booking_id, move_id = booking.id, booking.charge_ids.move_id.id
            self.assertEqual(booking.state, "pending_payment")
        transaction_id = self.announced(move_id, 2.60)
        self.race(
            self.post_process(transaction_id),
            lambda env: self.invoiced(env, TUESDAY + NEXT_WEEK).id,
        )
        with self.open() as env:
            booking = env["espace.reservation"].browse(booking_id)
            invoice = booking.charge_ids.move_id
            paid = booking.state == "confirmed"
            self.assertEqual(
                (invoice.state, invoice.payment_state == "paid"),
                ("posted", True) if paid else ("draft", False),
            )
            # What was received is all there: spent, owed less, or kept.
            self.assertEqual(
                round(100 * self.family(env)._espace_balance()),
                (2 if paid else 1) * PRICE - 360,
            )

    def pay_back(self, amount):
        """Return what an agent does who pays back a credit."""

        def act(env):
            family = self.family(env)
            [line] = family._espace_open_lines("credit")
            journal = env["account.journal"].browse(self.ids["journals"]["cash"])
            payment = env["account.payment"]._espace_register(
                family, journal, {line: amount}, NOW.date()
            )
            return payment.id

        return act

    def test_money_paid_back_while_a_cart_counts_on_it(self):
        """1.00 € lowers what a payment page asks, or is paid back; never both."""
        self.give(1.00)

        def pay(env):
            move = self.book(env, MONDAY + NEXT_WEEK).charge_ids.move_id
            return self.announce(move, float(move._espace_asked())).id

        transaction_id, refund = self.race(pay, self.pay_back(1.00))
        refused = isinstance(refund, UserError)
        with self.open() as env:
            transaction = env["payment.transaction"].browse(transaction_id)
            self.assertEqual(transaction.amount, 2.60 if refused else 3.60)
            transaction._post_process()
            booking = self.family(env).reservation_ids
            self.assertEqual(booking.state, "confirmed")
            self.assertEqual(booking.charge_ids.move_id.payment_state, "paid")
            self.assertEqual(self.family(env)._espace_balance(), 0)

    # === Third parties, deposits, terms === #

    def aid(self, share, **vals):
        """Return what an agent does who enters a decision of a third party."""

        def act(env):
            payer = env["res.partner"].create({"name": f"Tiers {share}"})
            return env["espace.aid"].create(
                {
                    "family_id": self.family_id,
                    "payer_id": payer.id,
                    "share": share,
                    "date_from": NOW.date(),
                    "decided_on": NOW.date(),
                    "number": str(share),
                    **vals,
                }
            )

        return act

    def shared(self, *days):
        """Return {decision: cents} that third parties pay of these days."""
        with self.open() as env:
            parts = env["espace.charge"].search(
                [("family_id", "=", self.family_id), ("aid_id", "!=", False)]
            )
            paid = {}
            for part in parts:
                key = part.aid_id.number
                paid[key] = paid.get(key, 0) + round(-100 * part.amount)
            return paid

    def test_two_decisions_at_once_pay_no_more_than_the_price(self):
        self.race(self.aid(60), self.aid(70))
        self.owe(MONDAY)
        paid = self.shared()
        self.assertEqual(sum(paid.values()), PRICE)
        self.assertLessEqual(set(paid), {"60", "70"})

    def test_two_invoices_at_once_use_a_ceiling_once(self):
        self.race(self.aid(100, ceiling=5, ceiling_period="all"))
        with self.open() as env:
            bookings = [self.book(env, day, staff=True).id for day in (MONDAY, TUESDAY)]

        def invoice(booking_id):
            def act(env):
                booking = env["espace.reservation"].browse(booking_id)
                booking._invoice_booking(booking.family_id, NOW)

            return act

        self.race(*map(invoice, bookings))
        self.assertEqual(self.shared(), {"100": 500})

    def test_two_agents_agree_on_deposits_of_one_invoice(self):
        move_id = self.owe(MONDAY)
        due = NOW.date() + timedelta(days=30)
        with self.open() as env:
            move = env["account.move"].browse(move_id)
            move._espace_change_due_date(due, "Later")

        def agree(env):
            parts = [Part(due, Decimal("3.60"))]
            move = env["account.move"].browse(move_id)
            return env["espace.deposit.plan"]._agree(move, parts).id

        results = self.race(agree, agree)
        refused = [one for one in results if isinstance(one, UserError)]
        self.assertEqual(len(refused), 1, results)
        with self.open() as env:
            move = env["account.move"].browse(move_id)
            self.assertEqual(len(move.espace_deposit_plan_ids), 1)
