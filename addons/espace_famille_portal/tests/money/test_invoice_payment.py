from lxml import html

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, THURSDAY, TODAY

from ..common import EspacePortalCase

URL = "/my/factures"


@tagged("post_install", "-at_install")
class TestInvoicePayment(EspacePortalCase):
    """Several invoices in one payment, receipts and the account of the family."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_regie()
        cls.meal_move = cls._invoiced(cls.nina, cls.meal, MONDAY)
        cls.evening_move = cls._invoiced(cls.tom, cls.t2, THURSDAY)
        cls.lina_move = cls._invoiced(cls.lina, cls.meal, MONDAY)
        cls.both = cls.meal_move | cls.evening_move
        cls._publish_provider()
        cls.bank_journal.write(
            {"espace_regie_id": cls.regie.id, "espace_means": "online"}
        )

    @classmethod
    def _invoiced(cls, child, product, day):
        family = child._paying_family(day)
        [quote] = cls.Reservation._book(family, [(child, product, day)], now=NOW)
        return cls.Reservation.browse(quote.reservation_id).charge_ids.move_id

    def choose(self, *moves):
        query = "&".join(f"invoice={getattr(move, 'id', move)}" for move in moves)
        return self.url_open(f"{URL}/payer?{query}")

    def pay(self, *moves, **params):
        """Ask for a transaction as the payment form does; return (result, error)."""
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.provider.payment_method_ids[:1].id,
            "token_id": None,
            "amount": 4.9,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": URL,
        }
        chosen = ",".join(str(getattr(move, "id", move)) for move in moves)
        return self.rpc(f"{URL}/transaction/{chosen}", **{**values, **params})

    def transactions(self):
        return self.env["payment.transaction"].search(
            [("partner_id", "child_of", self.martin.partner_id.id)]
        )

    def receive(self, family, amount=None):
        """Take cash at the counter."""
        line = family._espace_open_lines("debit")[0]
        return self.env["account.payment"]._espace_register(
            family,
            self.journals["cash"],
            {line: amount or line.amount_residual},
            TODAY,
        )

    def assert_refused(self, *moves):
        response = self.choose(*moves)
        self.assertTrue(response.url.endswith(URL), response.url)
        self.assertTrue(
            html.fromstring(response.content).xpath("//*[@data-level='warning']")
        )
        _result, error = self.pay(*moves or ["nothing"])
        self.assertTrue(error)
        self.assertFalse(self.transactions())

    # === Paying === #

    def test_what_the_bank_takes_back_can_be_paid_again(self):
        """The payment came, was contested later: nothing is on its way any more."""
        self.pay(self.meal_move)
        transaction = self.notify(self.transactions())
        transaction.payment_id._espace_reject("chargeback", TODAY)
        self.assertFalse(self.meal_move.espace_payment_on_its_way)
        _result, error = self.pay(self.meal_move)
        self.assertFalse(error)
        self.notify(self.transactions() - transaction)
        self.assertEqual(self.meal_move.payment_state, "paid")
        self.assertEqual(self.meal_move.amount_residual, 0)

    def test_all_that_is_payable_is_chosen(self):
        tree = self.page(URL)
        boxes = tree.xpath("//input[@name='invoice']")
        self.assertEqual({int(box.get("value")) for box in boxes}, set(self.both.ids))
        self.assertTrue(all(box.get("checked") for box in boxes))
        [form] = tree.xpath("//form[@id='espace_pay']")
        self.assertEqual(form.get("action"), f"{URL}/payer")

    def test_without_javascript_the_choice_leads_to_the_payment(self):
        response = self.choose(*self.both)
        self.assertIn("4.90", self.shown(response))
        tree = html.fromstring(response.content)
        [form] = tree.xpath("//form[@id='o_payment_form']")
        chosen = ",".join(map(str, self.both.sorted("id").ids))
        self.assertEqual(
            form.get("data-transaction-route"), f"{URL}/transaction/{chosen}"
        )

    def test_one_payment_settles_both_with_one_receipt(self):
        _result, error = self.pay(*self.both)
        self.assertFalse(error)
        transaction = self.transactions()
        self.assertEqual(
            (transaction.amount, transaction.invoice_ids), (4.9, self.both)
        )
        self.notify(transaction)
        self.assertEqual(set(self.both.mapped("payment_state")), {"paid"})
        response = self.url_open(transaction.landing_route)
        self.assertIn("Thank you", self.shown(response))
        tree = html.fromstring(response.content)
        [paid] = tree.xpath("//li[@data-payment]")
        self.assertIn("4.90", self.words(paid))
        self.assertFalse(tree.xpath("//input[@name='invoice']"))

    def test_amount_and_landing_of_the_browser_are_ignored(self):
        _result, error = self.pay(
            self.evening_move, amount=0.01, landing_route="//example.org/"
        )
        self.assertFalse(error)
        transaction = self.transactions()
        self.assertEqual(transaction.amount, 1.3)
        self.assertTrue(transaction.landing_route.startswith(f"{URL}/retour/"))

    def test_a_partly_paid_invoice_asks_for_the_rest(self):
        self.receive(self.martin, 1)
        self.assertIn("3.90", self.shown(self.choose(*self.both)))
        self.pay(*self.both)
        self.assertEqual(self.transactions().amount, 3.9)

    def test_the_invoice_of_another_family_is_refused(self):
        self.assert_refused(self.lina_move)
        self.assert_refused(self.meal_move, self.lina_move)

    def test_what_is_no_invoice_to_pay_is_refused(self):
        self.assert_refused()
        self.assert_refused(0)
        self.assert_refused("x", "-1", "1e3")
        self.assert_refused(self.meal_move, 99999999)

    def test_a_settled_invoice_is_refused(self):
        self.receive(self.martin)
        self.assert_refused(self.meal_move)

    def test_a_draft_is_refused(self):
        self.put_in_cart((self.nina, self.t1, MONDAY))
        self.post("/my/panier/valider")
        draft = self.martin._espace_payment_move()
        self.assert_refused(draft)

    def test_what_is_on_its_way_is_not_paid_again(self):
        self.pay(self.meal_move)
        self.notify(self.transactions(), "pending")
        response = self.choose(*self.both)
        self.assertIn("on its way", self.shown(response))
        _result, error = self.pay(self.meal_move)
        self.assertTrue(error)
        boxes = self.page(URL).xpath("//input[@name='invoice']")
        self.assertEqual([int(b.get("value")) for b in boxes], self.evening_move.ids)
        back = self.url_open(f"{URL}/retour/{self.meal_move.id}")
        self.assertIn("not confirmed it yet", self.shown(back))

    def test_coming_back_without_having_paid(self):
        response = self.url_open(f"{URL}/retour/{self.meal_move.id}")
        self.assertIn("nothing was paid", self.shown(response))
        foreign = self.url_open(f"{URL}/retour/{self.lina_move.id}")
        self.assertFalse(
            html.fromstring(foreign.content).xpath("//*[@data-level='success']")
        )

    def test_unexpected_values_are_refused(self):
        for extra in ({"invoice_ids": [1]}, {"partner_id": 1}, {"currency_id": 1}):
            _result, error = self.pay(*self.both, **extra)
            self.assertTrue(error)
        _result, error = self.pay(*self.both, payment_method_id=0)
        self.assertTrue(error)
        self.assertFalse(self.transactions())

    def test_where_nothing_is_paid_online_nothing_is_chosen(self):
        self.provider.is_published = False
        tree = self.page(URL)
        self.assertFalse(tree.xpath("//input[@name='invoice']"))
        self.assertFalse(tree.xpath("//form[@id='espace_pay']"))
        self.assert_refused(self.meal_move)

    def test_visitors_pay_and_read_nothing(self):
        self.logout()
        for path in ("payer?invoice=1", "compte", "recu/1", "retour/1"):
            response = self.url_open(f"{URL}/{path}")
            self.assertIn("/web/login", response.url)

    # === Receipts === #

    def test_a_parent_downloads_the_receipts_of_its_family_only(self):
        own, foreign = self.receive(self.martin), self.receive(self.durand)
        self.assertEqual(self.url_open(f"{URL}/recu/{own.id}").status_code, 200)
        self.page(f"{URL}/recu/{foreign.id}", status=404)
        self.page(f"{URL}/recu/99999999", status=404)
        [paid] = self.page(URL).xpath("//li[@data-payment]")
        self.assertEqual(int(paid.get("data-payment")), own.id)

    def test_a_rejected_payment_says_so(self):
        self.receive(self.martin)._espace_reject("other", TODAY)
        [paid] = self.page(URL).xpath("//li[@data-payment]")
        self.assertIn("Rejected on", self.words(paid))

    # === The account === #

    def account(self, query=""):
        tree = self.page(f"{URL}/compte{query}")
        rows = tree.xpath("//tr[@data-kind]")
        [closing] = tree.xpath("//*[@data-closing]")
        return [row.get("data-kind") for row in rows], self.words(closing)

    def test_the_account_shows_each_movement_and_what_is_left(self):
        self.receive(self.martin)._espace_reject("other", TODAY)
        self.receive(self.durand)
        kinds, closing = self.account()
        self.assertEqual(kinds, ["invoice", "invoice", "receipt", "rejection"])
        self.assertIn("4.90", closing)

    def test_the_account_of_a_period(self):
        kinds, closing = self.account("?du=2027-01-05&au=2027-01-31")
        self.assertEqual(kinds, [])
        self.assertIn("4.90", closing)
        kinds, closing = self.account("?du=2026-01-01&au=2027-01-03")
        self.assertIn("Nothing is left", closing)

    def test_days_that_are_none_are_ignored(self):
        kinds, _closing = self.account("?du=hello&au=2027-99-99")
        self.assertEqual(kinds, ["invoice", "invoice"])
        self.account("?du=2030-01-01&au=2020-01-01")

    def test_the_account_is_downloaded(self):
        response = self.url_open(f"{URL}/compte?pdf=1")
        self.assertEqual(response.status_code, 200)
        self.assertIn("application/pdf", response.headers["Content-Type"])
