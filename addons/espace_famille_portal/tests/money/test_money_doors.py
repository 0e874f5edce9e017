from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW

from ..common import CART, EspacePortalCase

AMOUNTS = (-5, 0, 0.001, 3.61, 10**12, float("nan"), float("inf"), "3.6", True, None)
LANDINGS = (
    "https://evil.example.org/",
    "//evil.example.org/",
    "/\\evil.example.org/",
    "\\/evil.example.org/",
    "javascript:alert(1)",
    "/\t/evil.example.org/",
    "evil",
)


@tagged("post_install", "-at_install")
class TestMoneyDoors(EspacePortalCase):
    """What a browser may send to the routes that pay invoices, Odoo's and ours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_regie()
        [quote] = cls.Reservation._book(
            cls.martin, [(cls.nina, cls.meal, MONDAY)], now=NOW
        )
        cls.move = cls.Reservation.browse(quote.reservation_id).charge_ids.move_id
        cls._publish_provider()
        cls.bank_journal.write(
            {"espace_regie_id": cls.regie.id, "espace_means": "online"}
        )

    def doors(self):
        """Return the routes that pay the invoice, with what each needs."""
        token = self.move._portal_ensure_token()
        return [
            (f"/invoice/transaction/{self.move.id}", {"access_token": token}),
            ("/invoice/transaction/overdue", {"payment_reference": "All"}),
            (f"/my/factures/transaction/{self.move.id}", {}),
        ]

    def pay(self, door, params, **sent):
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.provider.payment_method_ids[:1].id,
            "token_id": None,
            "amount": 3.6,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/my/factures",
        }
        return self.rpc(door, **{**values, **params, **sent})

    def transactions(self):
        return self.env["payment.transaction"].search([])

    def assert_refused(self, door, params, **sent):
        before = self.transactions()
        _result, error = self.pay(door, params, **sent)
        self.assertTrue(error, (door, sent))
        self.assertEqual(error["data"]["name"], "odoo.exceptions.ValidationError")
        self.assertEqual(self.transactions(), before)

    def test_a_validation_never_hangs_on_an_invoice(self):
        for door, params in self.doors():
            for amount in (None, 0, 3.6):
                with self.subTest(door=door, amount=amount):
                    self.assert_refused(door, params, is_validation=True, amount=amount)
        self.assertFalse(self.move.espace_payment_on_its_way)

    def test_a_validation_never_hangs_on_a_cart(self):
        self.put_in_cart((self.tom, self.meal, MONDAY))
        self.post(f"{CART}/valider")
        self.assert_refused(self.payment_route(), {}, is_validation=True)
        draft = self.martin._espace_payment_move()
        token = draft._portal_ensure_token()
        door = f"/invoice/transaction/{draft.id}"
        for sent in ({"amount": 0}, {"amount": 99}, {"is_validation": True}):
            self.assert_refused(door, {"access_token": token}, **sent)

    def test_amounts_that_are_not_due_are_refused(self):
        for door, params in self.doors()[:2]:
            for amount in AMOUNTS:
                with self.subTest(door=door, amount=amount):
                    self.assert_refused(door, params, amount=amount)

    def test_strangers_with_the_link_are_held_to_the_same(self):
        door, params = self.doors()[0]
        self.logout()
        self.assert_refused(door, params, amount=10**12)
        self.assert_refused(door, params, is_validation=True)
        self.assert_refused(door, params, landing_route=LANDINGS[0])
        _result, error = self.pay(door, params)
        self.assertFalse(error)

    def test_the_way_back_stays_on_the_site(self):
        door, params = self.doors()[0]
        for landing in LANDINGS:
            with self.subTest(landing=landing):
                self.assert_refused(door, params, landing_route=landing)

    def test_what_is_overdue_is_paid_on_the_page_of_the_family(self):
        _url, params = self.doors()[1]
        self.assert_refused("/invoice/transaction/overdue", params)

    def test_a_part_may_be_paid_but_not_more_than_is_left(self):
        door, params = self.doors()[0]
        _result, error = self.pay(door, params, amount=1)
        self.assertFalse(error)
        self.notify(self.transactions()[:1])
        self.assertEqual(self.move.amount_residual, 2.6)
        self.assert_refused(door, params, amount=3.6)

    def test_a_paid_or_cancelled_invoice_takes_nothing(self):
        doors = self.doors()
        self.pay(*doors[0])
        self.notify(self.transactions()[:1])
        self.assertEqual(self.move.payment_state, "paid")
        for door, params in (doors[0], doors[2]):
            self.assert_refused(door, params)

    def test_what_is_on_its_way_is_not_paid_twice(self):
        door, params = self.doors()[0]
        self.pay(door, params)
        self.notify(self.transactions()[:1], "pending")
        self.assert_refused(door, params, amount=1)

    def test_a_transaction_without_money_holds_nothing_up(self):
        """As one that was left by an older version, or by another addon."""
        door, params = self.doors()[0]
        self.pay(door, params)
        hanging = self.transactions()[:1]
        for state in ("pending", "authorized", "done"):
            for change in ("operation = 'validation'", "amount = 0"):
                with self.subTest(state=state, change=change):
                    self.env.flush_all()
                    self.env.cr.execute(
                        "UPDATE payment_transaction SET amount = 3.6, "  # noqa: E8103
                        "operation = 'online_direct' WHERE id = %s",
                        [hanging.id],
                    )
                    self.env.cr.execute(
                        f"UPDATE payment_transaction SET state = %s, {change}"
                        " WHERE id = %s",
                        [state, hanging.id],
                    )
                    self.env.invalidate_all()
                    self.assertFalse(self.move.espace_payment_on_its_way)
                    self.assertTrue(self.move._has_to_be_paid())
                    [shown] = self.page("/my/factures").xpath(
                        "//input[@name='invoice']"
                    )
                    self.assertEqual(shown.get("value"), str(self.move.id))

    def test_the_model_refuses_it_too(self):
        """Whatever door another addon opens."""
        for vals in (
            {"operation": "validation"},
            {"amount": 0},
            {"amount": -5},
            {"landing_route": LANDINGS[1]},
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.transaction(self.move, **vals)
