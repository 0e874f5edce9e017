from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, THURSDAY

from ..common import CART, EspacePortalCase

PURSE = "/my/porte-monnaie"


@tagged("post_install", "-at_install")
class TestPursePages(EspacePortalCase):
    """Porte-monnaie: what a parent pays in advance, sees, and asks back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_regie()
        cls._publish_provider()
        cls._pay_into(cls.provider, cls.regie)
        cls.regie.write({"purse": True, "purse_least": 10, "purse_most": 200})

    def route_of(self, amount):
        """Open the page that pays an amount; return where it asks to be paid."""
        return self.payment_route(self.page(f"{PURSE}/recharger?montant={amount}"))

    def pay(self, route, **params):
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.provider.payment_method_ids[:1].id,
            "token_id": None,
            "amount": 1,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "//example.org",
        }
        return self.rpc(route, **{**values, **params})

    def top_ups(self):
        return self.martin._espace_top_ups()

    def top_up(self, amount="20"):
        _result, error = self.pay(self.route_of(amount))
        self.assertFalse(error)
        return self.notify(self.top_ups()[:1])

    def available(self):
        tree = self.page(PURSE)
        return self.words(tree.xpath("//*[@data-available]")[0])

    # === Paying in === #

    def test_an_amount_is_paid_in_and_shown(self):
        transaction = self.top_up("20,50")
        self.assertEqual(transaction.amount, 20.5)
        self.assertEqual(transaction.landing_route, f"{PURSE}/retour")
        self.assertEqual(transaction.partner_id, self.martin.partner_id)
        tree = self.page(f"{PURSE}/retour")
        self.assertEqual(self.message(tree)[0], "success")
        self.assertIn("20.50", self.available())
        [row] = tree.xpath("//tr[@data-kind='top_up']")
        self.assertIn("20.50", self.words(row))
        [receipt] = row.xpath(".//a/@href")
        self.assertEqual(self.url_open(receipt).status_code, 200)
        self.assertTrue(self.page("/my/factures").xpath("//*[@data-block='purse']"))

    # === A cart that waits for it === #

    def wait_for_payment(self):
        """Leave a cart of 3.60 € at its payment; return its draft."""
        self.put_in_cart((self.nina, self.meal, MONDAY))
        self.post(f"{CART}/valider")
        move = self.martin._espace_payment_move()
        self.assertEqual((move.state, move.amount_total), ("draft", 3.6))
        return move

    def test_a_cart_that_waits_for_it_is_confirmed_as_by_a_payment(self):
        move = self.wait_for_payment()
        self.top_up("20")
        self.assertEqual((move.state, move.payment_state), ("posted", "paid"))
        [booking] = move.espace_reservation_ids
        self.assertEqual((booking.state, booking.hold_until), ("confirmed", False))
        self.assertIn("16.40", self.available())
        level, words = self.message(self.page(f"{PURSE}/retour"))
        self.assertEqual(level, "success")
        self.assertIn("waited for it in your cart", words)
        [line] = self.Reservation.search([("child_id", "=", self.nina.id)])
        self.assertEqual(line, booking)

    def test_a_cart_that_it_does_not_cover_asks_for_the_rest_and_says_so(self):
        self.put_in_cart(
            *((self.nina, self.meal, day) for day in (MONDAY, THURSDAY)),
            (self.tom, self.meal, MONDAY),
        )
        self.post(f"{CART}/valider")
        self.top_up("10")
        move = self.martin._espace_payment_move()
        self.assertEqual((move.state, move._espace_asked()), ("draft", Decimal("0.8")))
        _level, words = self.message(self.page(f"{PURSE}/retour"))
        self.assertIn("A cart still waits", words)

    def test_a_cart_whose_payment_page_is_open_is_left_to_its_answer(self):
        move = self.wait_for_payment()
        route = self.payment_route()
        self.assertFalse(self.pay(route)[1])
        self.top_up("20")
        self.assertEqual(move.state, "draft")
        _level, words = self.message(self.page(f"{PURSE}/retour"))
        self.assertIn("A cart still waits", words)
        self.post(f"{CART}/credit")
        self.assertEqual(move.state, "posted")
        self.assertIn("16.40", self.available())

    def test_what_is_no_amount_is_refused_in_words(self):
        typos = ["", "0", "-20", "9.99", "200.01", "1e9", "NaN", "20.001", "x"]
        typos.append("9" * 400)
        for typed in typos:
            with self.subTest(typed):
                tree = self.page(f"{PURSE}/recharger?montant={typed}")
                self.assertEqual(self.message(tree)[0], "warning")
        self.page(f"{PURSE}/recharger?montant=20&regie=x")
        self.page(f"{PURSE}/recharger?montant=20&regie=99999999999999")
        for cents in ("0", "999", "20001", "2147483648", "99999999999999999999"):
            response = self.url_open(
                f"{PURSE}/transaction/{self.regie.id}/{cents}",
                data='{"jsonrpc": "2.0", "method": "call", "params": {}}',
                headers={"Content-Type": "application/json"},
            )
            self.assertLess(response.status_code, 500, cents)
            self.assertNotIn('"result"', response.text)
        self.assertFalse(self.top_ups())

    def test_two_tabs_pay_what_each_of_them_says(self):
        first, second = self.route_of("20"), self.route_of("30")
        self.assertFalse(self.pay(first)[1])
        self.assertFalse(self.pay(second)[1])
        later, earlier = self.top_ups()
        self.notify(later)
        self.notify(earlier)
        self.notify(earlier)
        self.assertIn("50.00", self.available())

    def test_a_payment_on_its_way_is_not_asked_again(self):
        route = self.route_of("20")
        self.assertFalse(self.pay(route)[1])
        self.notify(self.top_ups(), "pending")
        tree = self.page(PURSE)
        self.assertTrue(tree.xpath("//*[@data-awaited]"))
        self.assertFalse(tree.xpath("//*[@data-block='top-up']"))
        self.assertTrue(self.pay(route)[1])
        self.assertEqual(self.message(self.page(f"{PURSE}/retour"))[0], "info")
        self.notify(self.top_ups())
        self.assertIn("20.00", self.available())

    def test_a_payment_that_failed_brings_nothing(self):
        self.assertFalse(self.pay(self.route_of("20"))[1])
        self.assertEqual(self.message(self.page(f"{PURSE}/retour"))[0], "info")
        self.notify(self.top_ups(), "canceled")
        self.assertEqual(self.message(self.page(f"{PURSE}/retour"))[0], "warning")
        self.assertIn("0.00", self.available())

    def test_what_a_browser_makes_up_is_refused(self):
        route = self.route_of("20")
        for extra in (
            {"partner_id": self.durand.partner_id.id},
            {"custom_create_values": {"invoice_ids": []}},
            {"espace_top_up_regie_id": 1},
            {"provider_id": 0},
            {"is_validation": True},
        ):
            self.assertTrue(self.pay(route, **extra)[1], extra)
        self.assertFalse(self.top_ups())

    def test_where_no_prepaid_account_is_open(self):
        self.regie.purse = False
        response = self.url_open(PURSE)
        self.assertTrue(response.url.endswith("/my/factures"))
        self.assertFalse(self.page("/my/factures").xpath("//*[@data-block='purse']"))
        self.page(f"{PURSE}/recharger?montant=20")
        self.assertTrue(self.pay(f"{PURSE}/transaction/{self.regie.id}/2000")[1])

    def test_who_only_looks_pays_nothing_in(self):
        self.martin.guardian_ids[0].may_book = False
        tree = self.page(PURSE)
        self.assertFalse(tree.xpath("//*[@data-block='top-up']"))
        self.assertTrue(self.pay(f"{PURSE}/transaction/{self.regie.id}/2000")[1])
        self.post(f"{PURSE}/alerte", montant="5")
        self.assertFalse(self.martin.purse_own_low)

    # === Using it === #

    def test_a_cart_takes_it_and_asks_for_the_rest(self):
        self.top_up("10")
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY))
        self.post(f"{CART}/valider")
        self.assertIn("2.80", self.available())
        self.assertEqual(len(self.page(PURSE).xpath("//tr[@data-kind='used']")), 1)
        self.put_in_cart((self.nina, self.meal, THURSDAY))
        response = self.post(f"{CART}/valider")
        self.assertIn("0.80", self.shown(response))
        tree = self.page(PURSE)
        self.assertIn("0.00", self.available())
        [held] = tree.xpath("//*[@data-sum='held']")
        self.assertIn("2.80", self.words(held))
        self.assertTrue(tree.xpath("//*[@data-hold]"))
        move = self.martin._espace_payment_move()
        self.top_up("10")
        self.assertEqual(move.payment_state, "paid")
        self.assertIn("9.20", self.available())

    # === Told, paid back === #

    def test_little_is_left(self):
        self.top_up("10")
        self.post(f"{PURSE}/alerte", montant="15,00")
        self.assertEqual(self.martin.purse_low, 15)
        tree = self.page("/my")
        self.assertEqual(len(tree.xpath("//a[@href='/my/porte-monnaie']")), 1)
        self.post(f"{PURSE}/alerte", montant="0")
        self.assertFalse(self.page("/my").xpath("//a[@href='/my/porte-monnaie']"))
        for typed in ("", "-1", "x", "1e3"):
            self.post(f"{PURSE}/alerte", montant=typed)
        self.assertEqual(self.martin.purse_low, 0)

    def test_the_rest_is_asked_for(self):
        self.top_up("10")
        tree = self.page("/my/demandes?objet=porte-monnaie")
        self.assertIn("10.00", tree.xpath("//textarea")[0].text_content())

    def test_another_family_sees_nothing_of_it(self):
        self.top_up("10")
        self.login(self.sofia)
        self.assertIn("0.00", self.available())
        self.assertFalse(self.page(PURSE).xpath("//tr[@data-kind]"))
