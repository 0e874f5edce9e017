from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY

from ..common import CART, EspacePortalCase


@tagged("post_install", "-at_install")
class TestTwoRegies(EspacePortalCase):
    """A cart of two régies: two invoices, paid one after the other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_regie(("cash",))
        cls.leisure = cls.regie.create(
            {"name": "Régie loisirs", "code": "AL", "company_id": cls.company.id}
        )
        cls.evening.regie_id = cls.leisure
        cls._publish_provider()
        cls.provider_of = {cls.regie: cls.provider, cls.leisure: cls._second_provider()}
        for regie, provider in cls.provider_of.items():
            cls._pay_into(provider, regie)

    @classmethod
    def _second_provider(cls):
        return cls.provider.copy(
            {
                "name": "Online too",
                "state": "test",
                "is_published": True,
                "payment_method_ids": [(6, 0, cls.provider.payment_method_ids.ids)],
            }
        )

    def pay(self, provider):
        """Ask for a transaction as the payment form does; return (result, error)."""
        return self.rpc(
            self.payment_route(),
            provider_id=provider.id,
            payment_method_id=provider.payment_method_ids[:1].id,
            token_id=None,
            amount=1,
            flow="direct",
            tokenization_requested=False,
            landing_route=f"{CART}/confirmation",
        )

    def fill_cart(self):
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.tom, self.t1, MONDAY))

    def test_the_cart_says_that_two_payments_follow(self):
        self.put_in_cart((self.nina, self.meal, MONDAY))
        self.assertFalse(self.page(CART).xpath("//*[@data-regies]"))
        self.put_in_cart((self.tom, self.t1, MONDAY))
        [words] = self.page(CART).xpath("//*[@data-regies]")
        self.assertIn("Régie loisirs", self.words(words))

    def test_both_are_paid_one_after_the_other(self):
        self.fill_cart()
        response = self.post(f"{CART}/valider")
        self.assertTrue(response.url.endswith(f"{CART}/paiement"))
        drafts = self.martin._espace_payment_moves()
        self.assertEqual(
            {move.espace_regie_id: move.amount_total for move in drafts},
            {self.regie: 3.60, self.leisure: 0.65},
        )
        for left in (2, 1):
            move = self.martin._espace_payment_move()
            tree = self.page(f"{CART}/paiement")
            self.assertIn(move.espace_regie_id.name, self.words(tree))
            own = self.provider_of[move.espace_regie_id]
            other = (self.provider | self.provider_of[self.leisure]) - own
            offered = tree.xpath("//input[@name='o_payment_radio']/@data-provider-id")
            self.assertEqual(set(offered), {str(own.id)})
            _result, error = self.pay(other)
            self.assertTrue(error)
            _result, error = self.pay(own)
            self.assertFalse(error)
            transaction = self.env["payment.transaction"].search(
                [("invoice_ids", "in", move.ids)]
            )
            self.assertEqual(transaction.amount, move.amount_total)
            payment = self.notify(transaction).payment_id
            self.assertEqual(payment.espace_regie_id, move.espace_regie_id)
            self.assertEqual(move.payment_state, "paid")
            self.assertEqual(len(self.martin._espace_payment_moves()), left - 1)
        self.assertEqual(
            set(drafts.espace_reservation_ids.mapped("state")), {"confirmed"}
        )

    def owe_both(self):
        self.provider.is_published = self.provider_of[self.leisure].is_published = False
        self.book(self.martin, (self.nina, self.meal, MONDAY))
        self.book(self.martin, (self.tom, self.t1, MONDAY))
        self.provider.is_published = self.provider_of[self.leisure].is_published = True
        return self.invoices(self.martin)

    def test_invoices_of_two_regies_are_paid_apart(self):
        moves = self.owe_both()
        self.assertEqual(moves.espace_regie_id, self.regie | self.leisure)
        boxes = self.page("/my/factures").xpath("//input[@name='invoice']")
        self.assertEqual(len(boxes), 2)
        self.assertEqual(len([box for box in boxes if box.get("checked")]), 1)
        query = "&".join(f"invoice={move.id}" for move in moves)
        level, words = self.message(self.page(f"/my/factures/payer?{query}"))
        self.assertEqual(level, "warning")
        self.assertIn("several régies", words)
        for move in moves:
            tree = self.page(f"/my/factures/payer?invoice={move.id}")
            self.assertEqual(
                tree.xpath("//input[@name='o_payment_radio']/@data-provider-id"),
                [str(self.provider_of[move.espace_regie_id].id)],
            )

    def test_the_link_of_an_invoice_offers_its_own_regie(self):
        moves = self.owe_both()
        self.logout()
        for move in moves:
            tree = self.page(f"{move.get_portal_url()}&pay=1&espace_regie_id=1")
            offered = tree.xpath("//input[@name='o_payment_radio']/@data-provider-id")
            self.assertEqual(
                set(offered), {str(self.provider_of[move.espace_regie_id].id)}
            )

    # === Prepaid accounts === #

    def test_each_regie_has_its_part_of_the_prepaid_account(self):
        """What one régie holds pays nothing of the other, and the page says both."""
        bounds = {"purse": True, "purse_least": 10, "purse_most": 200}
        (self.regie | self.leisure).write(bounds)
        for regie, provider in self.provider_of.items():
            tree = self.page(f"/my/porte-monnaie/recharger?montant=20&regie={regie.id}")
            _result, error = self.rpc(
                self.payment_route(tree),
                provider_id=provider.id,
                payment_method_id=provider.payment_method_ids[:1].id,
                token_id=None,
                amount=1,
                flow="direct",
                tokenization_requested=False,
                landing_route="/my",
            )
            self.assertFalse(error)
            self.notify(self.martin._espace_top_ups()[:1])
        self.put_in_cart((self.nina, self.meal, MONDAY))
        self.post(f"{CART}/valider")
        self.assertEqual(
            [float(self.martin._espace_purse_at(one)) for one in self.provider_of],
            [16.4, 20],
        )
        tree = self.page("/my/porte-monnaie")
        shown = self.words(tree.xpath("//*[@data-block='purse-left']")[0])
        for words in ("36.40", "Régie loisirs", "16.40", "20.00"):
            self.assertIn(words, shown)
        forms = tree.xpath("//*[@data-block='top-up']")
        self.assertEqual(
            {form.get("data-regie") for form in forms},
            {str(self.regie.id), str(self.leisure.id)},
        )
        # Which of the two is asked, lest the money come to the other one.
        tree = self.page("/my/porte-monnaie/recharger?montant=20")
        self.assertEqual(self.message(tree)[0], "warning")
