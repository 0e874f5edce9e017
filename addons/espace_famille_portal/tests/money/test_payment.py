from freezegun import freeze_time
from lxml import html

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY

from ..common import BOOKINGS, CART, EspacePortalCase


@tagged("post_install", "-at_install")
class TestPayment(EspacePortalCase):
    """Payment at booking, from the cart to the confirmation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._publish_provider()

    def setUp(self):
        super().setUp()
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY))
        self.response = self.post(f"{CART}/valider")
        self.move = self.martin._espace_payment_move()
        self.both = self.move.espace_reservation_ids
        self.route = self.payment_route(html.fromstring(self.response.content))

    def pay(self, **params):
        """Ask for a transaction as the payment form does; return (result, error)."""
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.provider.payment_method_ids[:1].id,
            "token_id": None,
            "amount": 7.2,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": f"{CART}/confirmation",
        }
        return self.rpc(self.route, **{**values, **params})

    def transactions(self):
        return self.env["payment.transaction"].search(
            [("invoice_ids", "in", self.move.ids)]
        )

    def test_validating_leads_to_the_payment(self):
        self.assertTrue(self.response.url.endswith(f"{CART}/paiement"))
        self.assertIn("7.20", self.shown(self.response))
        self.assertEqual(set(self.both.mapped("state")), {"pending_payment"})
        self.assertEqual(self.move.state, "draft")

    def test_paid_is_confirmed(self):
        _result, error = self.pay()
        self.assertFalse(error)
        transaction = self.transactions()
        self.assertEqual(transaction.amount, 7.2)
        self.notify(transaction)
        tree = self.page(f"{CART}/confirmation")
        self.assertEqual(len(tree.xpath("//li[@data-state='confirmed']")), 2)
        self.assertEqual(self.move.payment_state, "paid")
        self.assertTrue(tree.xpath(f"//a[@href='/my/factures/{self.move.id}']"))

    def test_amount_and_landing_of_the_browser_are_ignored(self):
        _result, error = self.pay(amount=0.01, landing_route="//example.org/")
        self.assertFalse(error)
        transaction = self.transactions()
        self.assertEqual(transaction.amount, 7.2)
        self.assertEqual(
            transaction.landing_route, f"{CART}/confirmation/{self.move.id}"
        )
        self.assertEqual(transaction.invoice_ids, self.move)

    def test_unexpected_values_are_refused(self):
        for extra in ({"invoice_id": 1}, {"partner_id": 1}, {"currency_id": 1}):
            _result, error = self.pay(**extra)
            self.assertTrue(error)
        self.assertFalse(self.transactions())

    def test_a_provider_of_another_commune_is_refused(self):
        other = self.provider.copy(
            {"company_id": self.env.ref("base.main_company").id, "state": "test"}
        )
        _result, error = self.pay(provider_id=other.id)
        self.assertTrue(error)
        self.assertFalse(self.transactions())

    def test_another_family_pays_nothing_here(self):
        self.login(self.sofia)
        _result, error = self.pay()
        self.assertTrue(error)
        self.assertFalse(self.transactions())
        self.post(f"{CART}/abandonner")
        self.assertEqual(set(self.both.mapped("state")), {"pending_payment"})

    def test_an_interrupted_payment_is_shown_everywhere(self):
        for path in ("/my", BOOKINGS, CART, "/my/factures"):
            tree = self.page(path)
            [hold] = tree.xpath("//*[@data-hold]")
            # Validated at 9:00 in Paris, held for an hour.
            self.assertIn("Payment pending until 10h", self.words(hold))
            self.assertTrue(hold.xpath(f".//a[@href='{CART}/paiement']"))

    def test_whoever_comes_back_unpaid_resumes_or_gives_up(self):
        """The bank refused, or the parent pressed “back”: the places are kept."""
        self.pay()
        self.notify(self.transactions(), state="canceled")
        tree = self.page(f"{CART}/confirmation")
        [hold] = tree.xpath("//*[@data-hold]")
        self.assertIn("Payment pending until 10h", self.words(hold))
        self.assertIn("Resume the payment", self.words(hold))
        self.assertTrue(hold.xpath(".//button[@data-action='give-up']"))
        self.assertEqual(len(tree.xpath("//li[@data-state='pending_payment']")), 2)
        [resume] = hold.xpath(".//a[@data-action='pay']/@href")
        self.assertIn("7.20", self.words(self.page(resume).xpath("//main")[0]))
        # A second payment is accepted.
        _result, error = self.pay()
        self.assertFalse(error)

    def test_giving_up_frees_the_seats(self):
        response = self.post(f"{CART}/abandonner")
        self.assertIn("You gave up the payment", self.shown(response))
        self.assertEqual(set(self.both.mapped("state")), {"cancelled"})
        self.assertFalse(self.move.exists())
        self.assertEqual(
            self.cart(), {(b.child_id, b.product_id, b.date) for b in self.both}
        )
        self.assertEqual(self.session_of(self.canteen, MONDAY).booked_count, 0)
        # Nothing more to give up: harmless.
        self.assertEqual(self.post(f"{CART}/abandonner").status_code, 200)

    def test_paying_comes_first_and_giving_up_last_and_is_asked(self):
        tree = self.page(f"{CART}/paiement")
        [give_up] = tree.xpath("//button[@data-action='give-up']")
        self.assertTrue(give_up.xpath("ancestor::details[not(@open)]"))
        order = list(tree.iter())
        [pay] = tree.xpath("//*[@data-transaction-route]")
        self.assertLess(order.index(pay), order.index(give_up))

    def test_while_the_bank_is_asked_nothing_is_given_up(self):
        self.pay()
        self.notify(self.transactions(), state="pending")
        tree = self.page(CART)
        self.assertTrue(tree.xpath("//*[@data-on-its-way]"))
        before = set(self.both.mapped("state"))
        response = self.post(f"{CART}/abandonner")
        self.assertIn("on its way", self.shown(response))
        self.assertEqual(set(self.both.mapped("state")), before)
        _result, error = self.pay()
        self.assertTrue(error)

    def test_an_expired_payment_is_told(self):
        with freeze_time("2027-01-04 09:30:00"):
            self.Reservation._release_expired()
            self.assertTrue(self.url_open(f"{CART}/paiement").url.endswith(CART))
            tree = self.page(f"{CART}/confirmation")
        self.assertIn("not paid in time", self.words(tree.xpath("//main")[0]))
        _result, error = self.pay()
        self.assertTrue(error)

    def test_a_parent_of_two_households_pays_for_the_right_one(self):
        """Odoo knows one household per contact: the invoice decides who pays."""
        self.env["espace.guardian"].create(
            {
                "partner_id": self.sofia.partner_id.id,
                "family_id": self.martin.id,
                "civility": "madam",
            }
        )
        self.sofia.partner_id.parent_id = self.durand.partner_id
        self.login(self.sofia)
        self.post("/my/famille", family=self.martin.id)
        _result, error = self.pay()
        self.assertFalse(error)
        self.assertEqual(self.transactions().partner_id, self.martin.partner_id)


@tagged("post_install", "-at_install")
class TestPaymentByCredit(EspacePortalCase):
    """A family with 5.00 € on its account pays the rest, or nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._publish_provider()
        cls._give(cls.martin, 5)

    @classmethod
    def _give(cls, family, amount):
        """Receive money for nothing yet."""
        cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": family.partner_id.id,
                "amount": amount,
                "journal_id": cls.bank_journal.id,
            }
        ).action_post()

    def validate(self, *children):
        self.put_in_cart(*((child, self.meal, MONDAY) for child in children))
        return self.post(f"{CART}/valider")

    def pay(self, amount):
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.provider.payment_method_ids[:1].id,
            "token_id": None,
            "amount": amount,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": f"{CART}/confirmation",
        }
        return self.rpc(self.payment_route(), **values)

    def states(self):
        return self.martin.reservation_ids.mapped("state")

    def test_the_cart_says_what_becomes_of_the_credit(self):
        self.put_in_cart((self.nina, self.meal, MONDAY))
        shown = self.shown_cart()
        self.assertIn("Credit deducted \N{MINUS SIGN}3.60 €", shown)
        self.assertIn("To pay now 0.00 €", shown)
        self.assertIn("1.40 € of your credit will be left.", shown)
        self.put_in_cart((self.tom, self.meal, MONDAY))
        shown = self.shown_cart()
        self.assertIn("Credit deducted \N{MINUS SIGN}5.00 €", shown)
        self.assertIn("To pay now 2.20 €", shown)
        self.canteen.billing_mode = "consumption"
        self.assertIn("5.00 € will be deducted from your next", self.shown_cart())

    def shown_cart(self):
        return self.words(self.page(CART).xpath("//main")[0])

    def test_a_cart_that_the_money_covers_is_confirmed(self):
        response = self.validate(self.nina)
        self.assertTrue(response.url.endswith(f"{CART}/confirmation"), response.url)
        self.assertEqual(self.states(), ["confirmed"])
        self.assertEqual(self.martin._espace_credit(), 1.40)

    def test_the_rest_is_asked_whatever_the_browser_says(self):
        response = self.validate(self.nina, self.tom)
        self.assertTrue(response.url.endswith(f"{CART}/paiement"), response.url)
        self.assertIn("Credit deducted", self.shown(response))
        total = html.fromstring(response.content).xpath("//*[@data-total]")[0]
        self.assertIn("2.20", self.words(total))
        move = self.martin._espace_payment_move()
        for posted in (7.20, 0.01):
            _result, error = self.pay(posted)
            self.assertFalse(error)
        transactions = self.env["payment.transaction"].search(
            [("invoice_ids", "in", move.ids)]
        )
        self.assertEqual(transactions.mapped("amount"), [2.20, 2.20])
        self.notify(transactions[0])
        self.assertEqual(self.states(), ["confirmed", "confirmed"])
        self.assertEqual(move.payment_state, "paid")

    def test_money_that_arrives_meanwhile_confirms_on_request(self):
        self.validate(self.nina, self.tom)
        self.post(f"{CART}/credit")
        self.assertEqual(set(self.states()), {"pending_payment"})
        self._give(self.martin, 3)
        tree = self.page(f"{CART}/paiement")
        self.assertTrue(tree.xpath("//button[@data-by-credit]"))
        _result, error = self.pay(0)
        self.assertTrue(error)
        # Another family confirms nothing here.
        self.login(self.sofia)
        self.post(f"{CART}/credit")
        self.assertEqual(set(self.states()), {"pending_payment"})
        self.login(self.claire)
        self.post(f"{CART}/credit")
        self.assertEqual(set(self.states()), {"confirmed"})
        # Once more: harmless.
        self.assertEqual(self.post(f"{CART}/credit").status_code, 200)
        self.assertEqual(self.martin._espace_credit(), 0.80)

    def test_while_the_bank_is_asked_the_money_confirms_nothing(self):
        self.validate(self.nina, self.tom)
        self.pay(2.20)
        move = self.martin._espace_payment_move()
        transaction = self.env["payment.transaction"].search(
            [("invoice_ids", "in", move.ids)]
        )
        self.notify(transaction, state="pending")
        self._give(self.martin, 3)
        response = self.post(f"{CART}/credit")
        self.assertIn("on its way", self.shown(response))
        self.assertEqual(set(self.states()), {"pending_payment"})


@tagged("post_install", "-at_install")
class TestPaymentResult(EspacePortalCase):
    """Who comes back from the bank reads what the payment did, on any device."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._publish_provider()

    def setUp(self):
        super().setUp()
        self.move = self.validate((self.nina, self.meal, MONDAY))

    def validate(self, *items):
        """Validate a cart; return the draft invoice that it makes."""
        before = self.martin._espace_payment_moves()
        self.put_in_cart(*items)
        self.post(f"{CART}/valider")
        return self.martin._espace_payment_moves() - before

    def pay(self, state="done"):
        """Pay what the payment page asks; return the page that the bank leads to."""
        _result, error = self.rpc(
            self.payment_route(),
            provider_id=self.provider.id,
            payment_method_id=self.provider.payment_method_ids[:1].id,
            token_id=None,
            amount=1,
            flow="direct",
            tokenization_requested=False,
            landing_route="/",
        )
        self.assertFalse(error)
        transaction = self.latest()
        if state:
            self.notify(transaction, state)
        return self.page(transaction.landing_route)

    def latest(self):
        return self.env["payment.transaction"].search([], order="id desc", limit=1)

    def days(self, tree):
        """Return {id of the booking: state} of what a page confirms."""
        lines = tree.xpath("//li[@data-reservation]")
        return {int(li.get("data-reservation")): li.get("data-state") for li in lines}

    def meal_of(self, move):
        return move.espace_reservation_ids.id

    # === Words === #

    def test_a_payment_that_worked_is_told_with_its_amount(self):
        tree = self.pay()
        level, text = self.message(tree)
        self.assertEqual(level, "success")
        self.assertIn("3.60 € was received", text)
        self.assertEqual(self.days(tree), {self.meal_of(self.move): "confirmed"})
        self.assertFalse(tree.xpath("//*[@data-hold or @data-other-hold]"))
        self.assertIn("Request validated", self.words(tree.xpath("//title")[0]))

    def test_a_refused_card_is_told_before_what_waits(self):
        for state in ("canceled", "error"):
            tree = self.pay(state)
            level, text = self.message(tree)
            self.assertEqual(level, "warning")
            self.assertIn("not completed: nothing was paid", text)
            self.assertTrue(tree.xpath("//*[@data-hold]//a[@data-action='pay']"))
            self.assertEqual(
                self.days(tree), {self.meal_of(self.move): "pending_payment"}
            )
            self.assertIn("Payment pending", self.words(tree.xpath("//title")[0]))

    def test_a_later_success_replaces_an_earlier_refusal(self):
        self.pay("error")
        self.assertEqual(self.message(self.pay())[0], "success")

    def test_a_payment_on_its_way_is_told_once(self):
        tree = self.pay("pending")
        level, text = self.message(tree)
        self.assertEqual(level, "info")
        self.assertIn("on its way", text)
        self.assertFalse(tree.xpath("//*[@data-hold or @data-other-hold]"))

    def test_a_silent_bank_is_no_refusal(self):
        level, text = self.message(self.pay(state=None))
        self.assertEqual(level, "info")
        self.assertIn("No payment has reached us yet", text)

    def test_without_any_try_there_is_only_what_waits(self):
        tree = self.page(f"{CART}/confirmation/{self.move.id}")
        self.assertIsNone(self.message(tree))
        self.assertTrue(tree.xpath("//*[@data-hold]"))

    def test_money_that_is_too_late_is_told(self):
        self.pay(state=None)
        transaction = self.latest()
        with freeze_time("2027-01-04 09:30:00"):
            self.Reservation._release_expired()
            level, text = self.message(self.page(transaction.landing_route))
            self.assertEqual(level, "danger")
            self.assertIn("no payment reached us", text)
            self.notify(transaction)
            level, text = self.message(self.page(transaction.landing_route))
        self.assertEqual(level, "warning")
        self.assertIn("3.60 € arrived after the places were given back", text)

    def test_money_of_another_amount_is_told(self):
        self.pay(state=None)
        transaction = self.latest()
        transaction.amount = 1
        self.notify(transaction)
        tree = self.page(transaction.landing_route)
        self.assertIn("another amount", self.message(tree)[1])
        self.assertIn("2.60", self.words(tree.xpath("//*[@data-hold]")[0]))

    # === Who reads it === #

    def test_another_device_reads_the_bookings_of_the_invoice(self):
        self.login(self.claire)
        tree = self.pay()
        self.assertEqual(self.message(tree)[0], "success")
        self.assertEqual(self.days(tree), {self.meal_of(self.move): "confirmed"})

    def test_another_family_reads_nothing(self):
        self.pay()
        path = self.latest().landing_route
        self.login(self.sofia)
        response = self.url_open(path)
        self.assertTrue(response.url.endswith(CART), response.url)
        tree = html.fromstring(response.content)
        self.assertIsNone(self.message(tree))
        self.assertNotIn("3.60", self.shown(response))
        self.assertTrue(self.url_open(f"{CART}/confirmation/0").url.endswith(CART))
        self.logout()
        self.assertIn("/web/login", self.url_open(path).url)

    def test_what_was_given_back_since_is_not_said_to_be_confirmed(self):
        self.pay()
        self.cancel(self.move.espace_reservation_ids, staff=True)
        response = self.url_open(self.latest().landing_route)
        self.assertIn(f"/my/factures/{self.move.id}", response.url)

    # === Two carts === #

    def test_the_payment_page_names_the_cart_that_waits_too(self):
        self.assertFalse(self.others(self.page(f"{CART}/paiement")))
        second = self.validate((self.tom, self.meal, MONDAY))
        tree = self.page(f"{CART}/paiement")
        [other] = self.others(tree)
        self.assertEqual(other.get("data-other-hold"), str(second.id))
        self.assertIn("Tom", self.words(other))
        self.assertIn("pending until 10h: 3.60 €", self.words(other))
        self.assertIn("right after this one", self.words(other))
        self.assertIn("3.60", self.words(tree.xpath("//*[@data-total]")[0]))

    def test_paying_one_of_two_carts_is_no_failure(self):
        second = self.validate((self.tom, self.meal, MONDAY))
        tree = self.pay()
        self.assertEqual(self.message(tree)[0], "success")
        self.assertEqual(self.days(tree), {self.meal_of(self.move): "confirmed"})
        self.assertFalse(tree.xpath("//*[@data-hold]"))
        [other] = self.others(tree)
        self.assertIn("Another cart waits", self.words(other))
        self.assertIn("Tom", self.words(other))
        self.assertTrue(other.xpath(f".//a[@href='{CART}/paiement']"))
        tree = self.pay()
        self.assertEqual(self.days(tree), {self.meal_of(second): "confirmed"})
        self.assertFalse(self.others(tree))

    def test_while_the_bank_thinks_the_other_cart_can_be_paid(self):
        second = self.validate((self.tom, self.meal, MONDAY))
        tree = self.pay("pending")
        self.assertEqual(self.message(tree)[0], "info")
        [other] = self.others(tree)
        self.assertEqual(other.get("data-other-hold"), str(second.id))
        self.assertTrue(other.xpath(f".//a[@href='{CART}/paiement']"))
        [first] = self.others(self.page(f"{CART}/paiement"))
        self.assertIn("Another payment is on its way", self.words(first))
        self.assertEqual(self.days(self.pay()), {self.meal_of(second): "confirmed"})

    def others(self, tree):
        return tree.xpath("//*[@data-other-hold]")

    # === Without JavaScript === #

    def test_without_javascript_the_page_says_how_else_to_pay(self):
        self.company.write(
            {"phone": "01 23 45 67 89", "espace_opening_hours": "Monday 9h-12h"}
        )
        response = self.url_open(f"{CART}/paiement")
        [block] = html.fromstring(response.content).xpath("//main//noscript")
        text = self.words(block)
        self.assertIn("Your places are kept until 10h, then given back.", text)
        self.assertIn("needs JavaScript", text)
        self.assertIn("01 23 45 67 89", text)
        self.assertIn("Monday 9h-12h", text)
        self.assertNotIn("meanwhile", self.shown(response))
