"""One sum everywhere: each place that says what a family owes is read and compared."""

import re
from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from lxml import html

from odoo.tests import Form, tagged

from odoo.addons.espace_famille.tests.common import (
    MONDAY,
    NOW,
    THURSDAY,
    TODAY,
    TUESDAY,
)

from ..common import CART, EspacePortalCase

URL = "/my/factures"
LONG_AGO = NOW - timedelta(days=70)


def euros(words):
    """Return the amount that a text says, 0 if it says none."""
    found = re.search(r"\d+\.\d\d", words)
    return Decimal(found.group()) if found else Decimal(0)


class OneSumCase(EspacePortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_regie()
        cls.clerk = cls._create_staff("finance")
        cls.regie.regisseur_id = cls.clerk
        cls._publish_provider()
        cls.bank_journal.write(
            {"espace_regie_id": cls.regie.id, "espace_means": "online"}
        )
        # Reminders and the block begin with the first cent.
        cls.company.espace_reminder_level_ids.minimum = 0
        cls.company.write(
            {"espace_block_debt": True, "espace_block_days": 30}
            | {"espace_block_amount": 0}
        )

    # === What happens to a family === #

    def owe(self, child, product, day, now=LONG_AGO):
        """Have an agent book; return the booking, invoiced and due that day."""
        family = child._paying_family(day)
        [quote] = self.Reservation._book(
            family, [(child, product, day)], now=now, staff=True
        )
        self.assertEqual(quote.status, "booked", quote.reason)
        return self.Reservation.browse(quote.reservation_id)

    def pay(self, booking):
        """Pay the invoice of a booking by Odoo's own form."""
        return (
            self.env["account.payment.register"]
            .with_context(
                active_model="account.move",
                active_ids=booking.charge_ids.move_id.ids,
            )
            .create({"journal_id": self.journals["card"].id})
            ._create_payments()
        )

    def receive(self, amount):
        """Have the accountant enter money that nothing asked for."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.martin.partner_id.id,
                "amount": amount,
                "date": TODAY,
                "journal_id": self.journals["card"].id,
            }
        )
        payment.action_post()
        return payment

    # === Where it is read === #

    def block(self, tree, path):
        found = tree.xpath(path)
        return self.words(found[0]) if found else ""

    def counter(self):
        action = self.martin.with_user(self.clerk).action_espace_pay()
        model = self.env["espace.counter.wizard"].with_user(self.clerk)
        return Form(model.with_context(**action["context"]))

    def shown_places(self):
        """Return {place: euros owed} of all that is only looked at."""
        self.env.invalidate_all()
        home, invoices = self.page("/my"), self.page(URL)
        account = self.page(f"{URL}/compte")
        arrears = self.env["espace.arrears"].search(
            [("family_id", "=", self.martin.id)]
        )
        verdict, _level, _days = (
            self.env["espace.reminder"]
            ._verdicts(self.company, TODAY)
            .get(self.martin, (None, None, None))
        )
        counter = self.counter()
        closing = self.block(account, "//*[@data-closing]")
        paper = self.martin._espace_account()["left"]
        return {
            "home": sum(
                (
                    euros(self.words(one))
                    for one in home.xpath("//*[@data-todo='due']//small")
                ),
                Decimal(0),
            ),
            "invoices": euros(self.block(invoices, "//*[@id='invoices_due']")),
            "statement": euros(closing) if "Left to pay" in closing else Decimal(0),
            "statement on paper": max(self.cents(paper), Decimal(0)),
            "family form": self.cents(self.martin.amount_due),
            "overdue on the form": self.cents(self.martin.overdue_amount),
            "arrears": self.cents(arrears.owed),
            "block": self.cents(arrears.blocking_amount),
            "reminder": verdict.amount if verdict else Decimal(0),
            "counter": self.cents(counter.open_amount),
            "proposed at the counter": self.cents(counter.amount),
        }

    def cents(self, amount):
        return Decimal(str(round(amount, 2)))

    def paid_places(self):
        """Return {place: euros asked} of the pages that pay all, and of the bank."""
        due = self.martin._espace_invoices("due").filtered(
            lambda move: move.move_type == "out_invoice"
        )
        query = "&".join(f"invoice={move.id}" for move in due)
        response = self.url_open(f"{URL}/payer?{query}")
        tree = html.fromstring(response.content)
        chosen = ",".join(map(str, due.filtered("amount_residual").ids)) or "0"
        before = self.env["payment.transaction"].search([])
        self.rpc(
            f"{URL}/transaction/{chosen}",
            provider_id=self.provider.id,
            payment_method_id=self.provider.payment_method_ids[:1].id,
            token_id=None,
            amount=0.01,
            flow="direct",
            tokenization_requested=False,
            landing_route=URL,
        )
        self.transaction_made = self.env["payment.transaction"].search([]) - before
        return {
            "pay-all page": euros(self.block(tree, "//*[@data-sum='left']")),
            "bank": self.cents(self.transaction_made.amount),
        }

    def assert_owed(self, owed):
        places = self.shown_places()
        self.assertEqual({p: Decimal(owed) for p in places}, places)


@tagged("post_install", "-at_install")
class TestOneSumOwed(OneSumCase):
    def test_what_is_owed_is_one_sum_wherever_it_stands(self):
        """A family's months, step by step: after each, all places are compared."""
        self.paid = self.owe(self.nina, self.meal, TUESDAY)
        self.paid_too = self.owe(self.tom, self.t2, TUESDAY)
        self.pay(self.paid)
        self.pay(self.paid_too)
        steps = [
            ("nothing is owed", lambda: None, "0"),
            ("a meal", lambda: self.owe(self.nina, self.meal, MONDAY), "3.60"),
            ("an evening", lambda: self.owe(self.tom, self.t2, THURSDAY), "4.90"),
            ("a paid meal is given back", lambda: self.give_back(self.paid), "1.30"),
            ("money that nothing asked for", lambda: self.receive(1), "0.30"),
            ("more than is owed", lambda: self.give_back(self.paid_too), "0"),
            ("the rest is used", lambda: self.owe(self.tom, self.meal, MONDAY), "2.60"),
            ("paid online", self.pay_online, "0"),
        ]
        for what, happen, owed in steps:
            with self.subTest(what):
                happen()
                self.assert_owed(owed)
                self.assertEqual(
                    self.paid_places(), dict.fromkeys(self.paid_places(), Decimal(owed))
                )
                self.assert_owed(owed)
                self.Charge._cron_invoice_at_once(NOW)
                self.assert_owed(owed)
        self.assertEqual(self.martin._espace_open_amount("debit"), 0)
        self.assertEqual(self.receivable(self.martin), 0)

    def give_back(self, booking):
        self.cancel(booking, staff=True)
        self.assertLess(booking.charge_ids.sorted("id")[-1].amount, 0)

    def pay_online(self):
        self.paid_places()
        self.notify(self.transaction_made)

    def test_the_reminder_asks_what_is_owed_and_nothing_where_more_is_owed_back(self):
        """Once: a reminder of 5.20 € to a family to which 20.40 € were owed."""
        paid = self.owe(self.nina, self.meal, TUESDAY)
        self.pay(paid)
        self.owe(self.tom, self.t2, THURSDAY)
        self.cancel(paid, staff=True)
        self.assertEqual(self.martin._espace_net().left, Decimal("2.30"))
        sent, failed = self.env["espace.reminder"]._send(
            self.company, TODAY, self.martin
        )
        self.assertFalse(sent)
        self.assertFalse(failed)
        self.assertFalse(self.martin._espace_open_amount("debit"))

    def test_the_letter_lists_what_is_left_of_each_invoice(self):
        paid = self.owe(self.tom, self.t2, TUESDAY)
        self.pay(paid)
        meal = self.owe(self.nina, self.meal, MONDAY)
        self.cancel(paid, staff=True)
        [sent], _failed = self.env["espace.reminder"]._send(
            self.company, TODAY, self.martin
        )
        self.assertEqual((sent.amount, sent.credit), (2.30, 0))
        self.assertEqual(sent.line_ids.amount, 2.30)
        self.assertEqual(sent.move_ids, meal.charge_ids.move_id)
        self.assertIn("2.30", sent.body)

    def test_a_deduction_is_named_on_the_page_of_invoices_and_of_their_payment(self):
        paid = self.owe(self.tom, self.t2, TUESDAY)
        self.pay(paid)
        meal = self.owe(self.nina, self.meal, MONDAY).charge_ids.move_id
        self.cancel(paid, staff=True)
        self.assertIn("1.30", self.block(self.page(URL), "//*[@data-deducted]"))
        tree = self.page(f"{URL}/payer?invoice={meal.id}")
        sums = [
            (line.get("data-sum"), euros(self.words(line)))
            for line in tree.xpath("//*[@data-sum]")
        ]
        self.assertEqual(
            sums,
            [
                ("total", Decimal("3.60")),
                ("deducted", Decimal("1.30")),
                ("left", Decimal("2.30")),
            ],
        )
        [row] = self.page(URL).xpath(f"//li[@data-invoice='{meal.id}']")
        self.assertIn("credit deducted: \N{MINUS SIGN}", self.words(row))

    def test_a_disputed_invoice_takes_no_credit_by_itself(self):
        paid = self.owe(self.tom, self.t2, TUESDAY)
        self.pay(paid)
        disputed = self.owe(self.nina, self.meal, MONDAY).charge_ids.move_id
        disputed.write(
            {"espace_disputed": True, "espace_dispute_reason": "Was not there"}
        )
        self.cancel(paid, staff=True)
        self.Charge._cron_invoice_at_once(NOW)
        of_family = self.martin._espace_net()
        self.assertEqual(
            (of_family.owed, of_family.left), (Decimal("3.60"), Decimal("1.30"))
        )
        other = self.owe(self.tom, self.meal, THURSDAY).charge_ids.move_id
        self.assertEqual(disputed.amount_residual, 3.60)
        self.assertEqual(other.amount_residual, 2.30)

    def test_a_correction_of_what_is_not_invoiced_is_no_credit(self):
        """A surcharge that waits for its run is taken back: nobody is owed anything."""
        self.canteen.billing_mode = "consumption"
        meal = self.owe(self.tom, self.meal, MONDAY)
        self.point(meal, "absent_unjustified")
        self.point(meal, "present")
        self.assertEqual(self.amounts(meal), [Decimal("5.4"), Decimal("-1.8")])
        evening = self.owe(self.nina, self.t2, THURSDAY).charge_ids.move_id
        self.Charge._cron_invoice_at_once(NOW)
        self.assertEqual(evening.amount_residual, 1.30)
        self.assertFalse(self.martin._espace_credit())

    def test_other_families_are_left_alone(self):
        self.owe(self.lina, self.meal, MONDAY)
        paid = self.owe(self.tom, self.t2, TUESDAY)
        self.pay(paid)
        self.cancel(paid, staff=True)
        self.Charge._cron_invoice_at_once(NOW)
        self.assertEqual(self.durand._espace_net().owed, Decimal("3.60"))
        self.assertEqual(self.martin._espace_net().left, Decimal("1.30"))


class CreditCase(OneSumCase):
    """A family books online that has credits of several kinds."""

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(
                self.env.registry["ir.cron"], "_commit_progress", return_value=60.0
            )
        )

    def credit_waiting(self):
        """1.30 €: a paid evening is cancelled, no document says so yet."""
        self.old = self.owe(self.tom, self.t2, THURSDAY)
        self.pay(self.old)
        self.cancel(self.old, staff=True)

    def credit_of_two_kinds(self):
        """2.30 €, of which 1.00 € is money."""
        self.credit_waiting()
        self.receive(1)

    def credit_after_a_debt(self):
        """0.70 €: what is left of 5.60 € once 4.90 € of old debts are paid."""
        self.owe(self.nina, self.meal, THURSDAY)
        self.owe(self.nina, self.t2, TUESDAY)
        self.receive(5.60)

    def fill(self):
        self.put_in_cart(
            (self.nina, self.meal, MONDAY),
            (self.tom, self.meal, MONDAY),
            (self.tom, self.t2, MONDAY),
        )

    def sums(self, tree):
        return {
            line.get("data-sum"): euros(self.words(line))
            for line in tree.xpath("//*[@data-sum]")
        }

    def ask(self, route):
        """Ask for the transaction as a payment page does; return (it, error)."""
        Transaction = self.env["payment.transaction"]
        before = Transaction.search([])
        _result, error = self.rpc(
            route,
            provider_id=self.provider.id,
            payment_method_id=self.provider.payment_method_ids[:1].id,
            token_id=None,
            amount=0.01,
            flow="direct",
            tokenization_requested=False,
            landing_route="/",
        )
        return Transaction.search([]) - before, error


@tagged("post_install", "-at_install")
class TestOneSumCart(CreditCase):
    """Cart, payment page, bank, confirmation and e-mail say the same amount."""

    def follow(self, deducted, left):
        """Go from the cart to the e-mail; each place must say these two amounts."""
        total = Decimal("8.50")
        deducted, left = Decimal(deducted), Decimal(left)
        self.fill()
        cart = self.page(CART)
        self.assertEqual(euros(self.block(cart, "//*[@data-total]")), total)
        self.assertEqual(euros(self.block(cart, "//*[@data-deducted]")), deducted)
        self.assertEqual(euros(self.block(cart, "//*[@data-now-due]")), left)
        page = html.fromstring(self.post(f"{CART}/valider").content)
        self.assertEqual(euros(self.block(page, "//*[@data-total]")), left)
        if deducted:
            words = self.block(page, "//section[@aria-labelledby='payment_lines']")
            self.assertRegex(
                words, f"Credit deducted .?\N{MINUS SIGN}[^0-9]*{deducted}"
            )
        move = self.martin._espace_payment_move()
        transaction, error = self.ask(self.payment_route(page))
        self.assertFalse(error)
        self.assertEqual(transaction.invoice_ids, move)
        self.assertEqual(self.cents(transaction.amount), left)
        self.notify(transaction)
        done = self.page(transaction.landing_route)
        expected = {"total": total, "deducted": deducted, "paid": left}
        self.assertEqual(
            self.sums(done), {key: sum_ for key, sum_ in expected.items() if sum_}
        )
        self.assertIn(str(left), self.message(done)[1])
        self.assertEqual(
            {int(li.get("data-reservation")) for li in done.xpath("//li[@data-state]")},
            set(self.booked_now().ids),
        )
        self.assertEqual(move.payment_state, "paid")
        self.assertNotIn(0, self.invoices(self.martin).mapped("amount_total"))
        self.assert_mailed(deducted, left)

    def booked_now(self):
        return self.Reservation.search(
            [
                ("family_id", "=", self.martin.id),
                ("date", "=", MONDAY),
                ("state", "=", "confirmed"),
            ]
        )

    def assert_mailed(self, deducted, left):
        self.env.invalidate_all()
        self.env["espace.booking.notice"]._cron_notify(NOW + timedelta(minutes=20))
        mail = self.env["mail.mail"].search(
            [
                ("model", "=", "espace.family"),
                ("res_id", "=", self.martin.id),
                ("subject", "like", "validated"),
            ]
        )
        body = self.words(html.fromstring(mail.body_html))
        self.assertRegex(body, f"Paid: .?{left}")
        if deducted:
            self.assertRegex(body, f"Credit deducted: \N{MINUS SIGN}.?{deducted}")
        self.assertNotIn("To pay now", body)

    def test_without_any_credit(self):
        self.follow("0", "8.50")

    def test_a_credit_without_document(self):
        self.credit_waiting()
        self.follow("1.30", "7.20")
        self.assertEqual(self.martin._espace_credit(), 0)

    def test_a_credit_and_money(self):
        self.credit_of_two_kinds()
        self.follow("2.30", "6.20")

    def test_what_old_debts_leave_of_a_credit(self):
        self.credit_after_a_debt()
        self.follow("0.70", "7.80")

    def test_the_mail_about_a_missing_payment_says_what_is_asked(self):
        self.credit_waiting()
        self.fill()
        self.post(f"{CART}/valider")
        self.env.invalidate_all()
        self.env["espace.booking.notice"]._cron_notify(NOW + timedelta(minutes=20))
        mail = self.env["mail.mail"].search(
            [("model", "=", "espace.family"), ("subject", "like", "to finish")]
        )
        body = self.words(html.fromstring(mail.body_html))
        self.assertRegex(body, r"To pay: .?7[.]20")
        self.assertRegex(body, "credit deducted: \N{MINUS SIGN}.?1[.]30")

    def test_a_credit_that_pays_all_makes_no_invoice_of_nothing(self):
        self.credit_waiting()
        self.put_in_cart((self.nina, self.t2, MONDAY))
        cart = self.page(CART)
        self.assertEqual(
            euros(self.block(cart, "//*[@data-deducted]")), Decimal("1.30")
        )
        done = html.fromstring(self.post(f"{CART}/valider").content)
        self.assertEqual(
            self.sums(done),
            {
                "total": Decimal("1.30"),
                "deducted": Decimal("1.30"),
                "left": Decimal(0),
            },
        )
        totals = self.invoices(self.martin).mapped("amount_total")
        self.assertEqual(sorted(totals), [1.30, 1.30, 1.30])
        self.assertEqual(self.receivable(self.martin), 0)

    def test_what_is_invoiced_soon_names_the_deduction_too(self):
        self.provider.is_published = False
        self.credit_waiting()
        self.fill()
        self.assertEqual(
            euros(self.block(self.page(CART), "//*[@data-now-due]")), Decimal("7.20")
        )
        expected = {
            "total": Decimal("8.50"),
            "deducted": Decimal("1.30"),
            "left": Decimal("7.20"),
        }
        before = html.fromstring(self.post(f"{CART}/valider").content)
        self.assertEqual(self.sums(before), expected)
        self.invoice_what_is_due()
        self.env.invalidate_all()
        self.assertEqual(self.sums(self.page(f"{CART}/confirmation")), expected)
        self.assertEqual(self.martin._espace_net().owed, Decimal("7.20"))


@tagged("post_install", "-at_install")
class TestOneSumTwoCarts(CreditCase):
    """Two guardians, two carts that wait for their payment: one credit, used once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marc = cls._create_portal_user(cls.martin.guardian_ids[1])
        cls.marc.lang = "en_US"

    def setUp(self):
        super().setUp()
        self.credit_of_two_kinds()
        self.fill()
        self.first_page = html.fromstring(self.post(f"{CART}/valider").content)
        self.first = self.martin._espace_payment_move()

    def second_cart(self):
        """Let the other guardian book 3.60 €; return (cart page, payment page)."""
        self.login(self.marc)
        self.put_in_cart((self.nina, self.meal, TUESDAY))
        cart = self.page(CART)
        page = html.fromstring(self.post(f"{CART}/valider").content)
        [self.second] = self.martin._espace_payment_moves() - self.first
        return cart, page

    def total(self, page):
        return euros(self.block(page, "//*[@data-total]"))

    def bookings(self):
        return (self.first | self.second).espace_reservation_ids

    def assert_all_paid(self):
        """Nothing is held, owed, kept, or paid twice."""
        self.assertEqual(set(self.bookings().mapped("state")), {"confirmed"})
        self.assertEqual(
            set((self.first | self.second).mapped("payment_state")), {"paid"}
        )
        self.assertEqual(self.receivable(self.martin), 0)
        of_family = self.martin._espace_net()
        self.assertEqual((of_family.due, of_family.credit), (0, 0))
        self.assertEqual(self.env["espace.check"]._problems(self.company), [])

    def test_the_second_cart_is_not_promised_what_the_first_counts_on(self):
        self.assertEqual(self.total(self.first_page), Decimal("6.20"))
        cart, page = self.second_cart()
        self.assertEqual(self.block(cart, "//*[@data-deducted]"), "")
        self.assertEqual(euros(self.block(cart, "//*[@data-now-due]")), Decimal("3.60"))
        # Both guardians are led to the cart to pay first, and read of the other.
        self.assertEqual(self.total(page), Decimal("6.20"))
        self.assertRegex(self.block(page, "//*[@data-other-hold]"), r"3[.]60")
        transaction, _error = self.ask(self.payment_route(page))
        self.assertEqual(self.cents(transaction.amount), Decimal("6.20"))
        self.notify(transaction)
        page = self.page(f"{CART}/paiement")
        self.assertEqual(self.total(page), Decimal("3.60"))
        transaction, _error = self.ask(self.payment_route(page))
        self.assertEqual(self.cents(transaction.amount), Decimal("3.60"))
        self.notify(transaction)
        self.assert_all_paid()

    def test_what_is_left_of_the_credit_is_for_the_second(self):
        self.receive(7)
        _cart, page = self.second_cart()
        # 9.30 € of credit: 8.50 € for the first, 0.80 € for the second.
        self.assertEqual(self.first._espace_asked(), 0)
        self.assertEqual(self.second._espace_asked(), Decimal("2.80"))
        self.post(f"{CART}/credit")
        page = self.page(f"{CART}/paiement")
        self.assertEqual(self.total(page), Decimal("2.80"))
        transaction, _error = self.ask(self.payment_route(page))
        self.notify(transaction)
        self.assert_all_paid()

    def test_both_are_at_the_bank_and_the_second_comes_first(self):
        one, _error = self.ask(self.payment_route(self.first_page))
        self.notify(one, "pending")
        self.second_cart()
        page = self.page(f"{CART}/paiement")
        self.assertEqual(self.total(page), Decimal("3.60"))
        other, _error = self.ask(self.payment_route(page))
        self.notify(other, "pending")
        self.notify(other)
        self.assertEqual(set(self.second.mapped("payment_state")), {"paid"})
        self.assertEqual(self.first.state, "draft")
        self.notify(one)
        self.assert_all_paid()

    def test_a_first_cart_that_is_given_up_leaves_its_credit(self):
        self.second_cart()
        self.post(f"{CART}/abandonner")
        self.first = self.first.exists()
        page = self.page(f"{CART}/paiement")
        self.assertEqual(self.total(page), Decimal("1.30"))
        transaction, _error = self.ask(self.payment_route(page))
        self.assertEqual(self.cents(transaction.amount), Decimal("1.30"))
        self.notify(transaction)
        self.assert_all_paid()

    def test_a_page_that_says_another_sum_pays_nothing(self):
        """The counter gave the money back while the page was open."""
        payment = self.env["account.payment"].search(
            [("espace_family_id", "=", self.martin.id), ("amount", "=", 1)]
        )
        payment._espace_reject("mistake", TODAY)
        transaction, error = self.ask(self.payment_route(self.first_page))
        self.assertFalse(transaction)
        self.assertRegex(error["data"]["message"], "it is .?7[.]20")
        page = self.page(f"{CART}/paiement")
        self.assertEqual(self.total(page), Decimal("7.20"))
        transaction, _error = self.ask(self.payment_route(page))
        self.notify(transaction)
        self.assertEqual(self.first.payment_state, "paid")

    def test_a_page_never_pays_another_cart_than_it_shows(self):
        """The seats of the second are given back sooner: it is to be paid first."""
        self.second_cart()
        held = self.second.espace_reservation_ids
        held.hold_until = min(held.mapped("hold_until")) - timedelta(minutes=5)
        transaction, error = self.ask(self.payment_route(self.first_page))
        self.assertFalse(transaction)
        self.assertTrue(error)
        page = self.page(f"{CART}/paiement")
        self.assertEqual(self.total(page), Decimal("1.30"))
        transaction, _error = self.ask(self.payment_route(page))
        self.assertEqual(transaction.invoice_ids, self.second)

    def test_money_that_no_longer_makes_the_price_is_said(self):
        """The credit is used elsewhere while the first guardian is at the bank."""
        transaction, _error = self.ask(self.payment_route(self.first_page))
        self.owe(self.lina_of_martin(), self.meal, THURSDAY, NOW)
        self.notify(transaction)
        self.assertEqual(
            set(self.first.espace_reservation_ids.mapped("state")), {"pending_payment"}
        )
        [message] = self.messages(self.martin)[:1]
        self.assertIn("Payment of another amount", message.subject)
        # 8.50 € less what came and was not needed elsewhere.
        left = self.first._espace_asked()
        page = self.page(f"{CART}/paiement")
        self.assertEqual(self.total(page), left)
        transaction, _error = self.ask(self.payment_route(page))
        self.notify(transaction)
        self.assertEqual(self.first.payment_state, "paid")
        self.assertEqual(self.receivable(self.martin), 0)

    def lina_of_martin(self):
        """Return another child of the family, whom an agent books."""
        return self._create_child(self.martin, "Zoé", self.class_cp)

    def test_the_same_cart_paid_twice_is_kept_and_said(self):
        one, _error = self.ask(self.payment_route(self.first_page))
        self.login(self.marc)
        two, _error = self.ask(self.payment_route(self.page(f"{CART}/paiement")))
        self.notify(one)
        self.assertEqual(self.first.payment_state, "paid")
        self.notify(two)
        self.assertEqual(self.martin._espace_net().left, Decimal("6.20"))
        subjects = self.messages(self.martin).mapped("subject")
        self.assertEqual(len(subjects), 1, subjects)
        self.assertIn("6.20", self.block(self.page(URL), "//*[@data-credit]"))
