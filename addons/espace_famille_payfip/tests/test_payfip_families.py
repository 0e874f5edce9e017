from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, THURSDAY, TUESDAY
from odoo.addons.espace_famille_portal.tests.common import CART
from odoo.addons.payment_payfip.tests.common import NUMCLI as OTHER

from .common import NUMCLI, PayfipFamiliesCase

INVOICES = "/my/factures"


def after(**passed):
    return NOW + timedelta(**passed)


@tagged("post_install", "-at_install")
class TestPayfipAtBooking(PayfipFamiliesCase):
    """Payment at booking: from the cart to the receipt."""

    def setUp(self):
        super().setUp()
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.tom, self.meal, MONDAY))
        self.response = self.post(f"{CART}/valider")
        self.move = self.martin._espace_payment_move()
        self.both = self.move.espace_reservation_ids

    def release(self, moment):
        self.Reservation._release_expired(moment)
        return set(self.both.mapped("state"))

    def test_paid_is_confirmed_with_a_receipt(self):
        self.assertTrue(self.response.url.endswith(f"{CART}/paiement"))
        transaction = self.open_page()
        asked = self.double.last().asked
        self.assertEqual((asked["montant"], asked["numcli"]), ("720", NUMCLI))
        self.decide(transaction, "card")
        self.assertEqual(set(self.both.mapped("state")), {"confirmed"})
        self.assertEqual(self.move.payment_state, "paid")
        payment = transaction.payment_id
        self.assertEqual(payment.espace_receipt_number, "RS-2027-00001")
        self.assertEqual(payment.espace_regie_id, self.regie)
        self.assertEqual(payment.espace_means, "online")
        self.assertIn(transaction.payfip_refdet, payment.memo)
        shown = self.page(transaction.landing_route).xpath("//main")[0]
        self.assertIn("Your payment of 7.20", self.words(shown))
        # Told again, it changes nothing.
        self.decide(transaction, "card")
        self.assertEqual(self.martin._espace_credit(), 0)

    def test_the_browser_may_be_led_to_the_page(self):
        policy = self.url_open(f"{CART}/paiement").headers["Content-Security-Policy"]
        [allowed] = [part for part in policy.split(";") if "form-action" in part]
        self.assertIn(self.double.url, allowed)
        self.assertIn("https:", allowed)

    def test_an_open_page_holds_the_places_until_its_answer(self):
        with freeze_time(after(minutes=59)):
            transaction = self.open_page()
        self.assertEqual(self.release(after(minutes=61)), {"pending_payment"})
        self.assertEqual(self.release(after(minutes=59 + 129)), {"pending_payment"})
        self.assertEqual(transaction.state, "draft")
        self.assertEqual(self.release(after(minutes=59 + 130)), {"cancelled"})

    def test_the_page_says_until_when_places_are_held(self):
        self.assertIn("until 10h", self.shown(self.url_open(CART)))
        self.open_page()
        # Opened at 9:00 in Paris, for two hours and ten minutes.
        self.assertIn("until 11h10", self.shown(self.url_open(CART)))

    def test_a_refused_card_holds_them_no_longer_than_before(self):
        transaction = self.open_page()
        self.decide(transaction, "refuse")
        self.assertIn("10h", self.shown(self.url_open(CART)))
        self.assertEqual(self.release(after(minutes=59)), {"pending_payment"})
        self.assertEqual(self.release(after(minutes=61)), {"cancelled"})

    def test_no_page_is_opened_once_the_time_is_over(self):
        """Or places could be held for ever, a page after the other."""
        self.open_page()
        route = self.payment_route()
        with freeze_time(after(minutes=70)):
            self.login(self.claire)
            _result, error = self.ask(route)
        self.assertIn("time to pay is over", error["data"]["message"])

    def test_other_providers_are_given_an_hour(self):
        self.payfip.is_published = False
        online = self._publish_provider()
        self.transaction(self.move)
        self.assertEqual(online._espace_hold_minutes(), 60)
        self.assertEqual(self.release(after(minutes=59)), {"pending_payment"})
        self.assertEqual(self.release(after(minutes=61)), {"cancelled"})

    def test_who_has_paid_is_not_asked_again(self):
        """Paid, and neither notified nor led back: the page looks first."""
        transaction = self.open_page()
        route = self.payment_route()
        self.decide(transaction, "card", told=False)
        transaction.payfip_read_at = False
        _result, error = self.ask(route)
        self.assertIn("on its way", error["data"]["message"])
        tree = self.page(f"{CART}/paiement")
        self.assertTrue(tree.xpath("//*[@data-on-its-way]"))
        self.assertEqual(transaction.state, "done")
        transaction._post_process()
        self.assertEqual(set(self.both.mapped("state")), {"confirmed"})

    def test_money_after_the_places_were_given_back_is_a_credit(self):
        transaction = self.open_page()
        self.assertEqual(self.release(after(minutes=131)), {"cancelled"})
        self.double.decide(self.double.last(), "card")
        self.env["payment.transaction"]._cron_payfip_refresh(after(days=30))
        transaction._post_process()
        self.assertEqual(transaction.state, "done")
        self.assertEqual(self.martin._espace_credit(), 7.20)
        self.assertTrue(transaction.payment_id.espace_receipt_number)

    def test_another_amount_confirms_nothing(self):
        transaction = self.open_page()
        self.double.lies = {"montant": "100"}
        self.decide(transaction, "card")
        self.double.lies = {}
        self.assertEqual(transaction.state, "error")
        self.assertEqual(set(self.both.mapped("state")), {"pending_payment"})
        self.assertFalse(transaction.payment_id)


@tagged("post_install", "-at_install")
class TestPayfipTakesNot(PayfipFamiliesCase):
    """Below 1.00 €, or without an address: said before, and due on the account."""

    def cart_words(self):
        [words] = self.page(CART).xpath("//*[@data-offline='1']")
        return self.words(words)

    def test_less_than_a_euro_goes_on_the_account(self):
        self.put_in_cart((self.tom, self.t1, MONDAY))
        self.assertIn("0.65", self.cart_words())
        self.assertIn("below €1.00", self.cart_words())
        self.assertFalse(self.page(CART).xpath("//*[@data-now-due]"))
        response = self.post(f"{CART}/valider")
        self.assertTrue(response.url.endswith(f"{CART}/confirmation"), response.url)
        reservation = self.reservation(self.tom, self.evening, MONDAY)
        self.assertEqual(reservation.state, "confirmed")
        invoice = reservation.charge_ids.move_id
        self.assertEqual((invoice.state, invoice.amount_residual), ("posted", 0.65))
        self.assertEqual(self.martin.amount_due, 0.65)
        # Alone it is not paid online, with another invoice it is.
        tree = self.page(f"{INVOICES}/payer?invoice={invoice.id}")
        level, words = self.message(tree)
        self.assertEqual(level, "warning")
        self.assertIn("below €1.00", words)
        self.book(self.martin, (self.nina, self.meal, TUESDAY), staff=True)
        other = self.invoices(self.martin)[-1]
        chosen = f"{invoice.id},{other.id}"
        transaction = self.open_page(f"{INVOICES}/transaction/{chosen}")
        self.assertEqual(self.double.last().asked["montant"], "425")
        self.decide(transaction, "card")
        self.assertEqual((invoice + other).mapped("payment_state"), ["paid", "paid"])

    def test_enough_is_paid_as_ever(self):
        self.put_in_cart((self.nina, self.meal, MONDAY), (self.tom, self.t1, MONDAY))
        tree = self.page(CART)
        self.assertFalse(tree.xpath("//*[@data-offline='1']"))
        self.assertIn("4.25", self.words(tree.xpath("//*[@data-now-due]")[0]))
        self.post(f"{CART}/valider")
        self.assertEqual(self.martin._espace_payment_move().amount_total, 4.25)

    def test_without_an_address_it_goes_on_the_account(self):
        guardians = self.martin.guardian_ids
        guardians.partner_id.email = self.martin.partner_id.email = False
        self.put_in_cart((self.nina, self.meal, MONDAY))
        self.assertIn("no e-mail address is known", self.cart_words())
        self.post(f"{CART}/valider")
        reservation = self.reservation(self.nina, self.canteen, MONDAY)
        self.assertEqual(reservation.state, "confirmed")
        self.assertEqual(self.martin.amount_due, 3.60)

    def test_the_ticket_goes_to_a_guardian(self):
        self.martin.partner_id.email = False
        email = self.payfip._payfip_email(self.martin.partner_id)
        self.assertIn(email, self.martin.guardian_ids.mapped("email"))

    def test_another_provider_takes_what_payfip_does_not(self):
        self._publish_provider()
        self.put_in_cart((self.tom, self.t1, MONDAY))
        self.assertFalse(self.page(CART).xpath("//*[@data-offline='1']"))
        self.post(f"{CART}/valider")
        self.assertEqual(self.martin._espace_payment_move().amount_total, 0.65)

    def test_a_credit_may_leave_too_little(self):
        self.put_in_cart((self.nina, self.meal, MONDAY))
        self.post(f"{CART}/valider")
        self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.martin.partner_id.id,
                "amount": 3.00,
                "journal_id": self.journals["cash"].id,
            }
        ).action_post()
        tree = self.page(f"{CART}/paiement")
        self.assertIn("below €1.00", self.words(tree.xpath("//main")[0]))
        response = self.post(f"{CART}/credit")
        self.assertIn("left to pay on your account", self.shown(response))
        reservation = self.reservation(self.nina, self.canteen, MONDAY)
        self.assertEqual(reservation.state, "confirmed")
        self.assertEqual(self.martin.amount_due, 0.60)


@tagged("post_install", "-at_install")
class TestPayfipInvoices(PayfipFamiliesCase):
    def setUp(self):
        super().setUp()
        self.book(self.martin, (self.nina, self.meal, MONDAY), staff=True)
        self.book(self.martin, (self.tom, self.t2, THURSDAY), staff=True)
        self.moves = self.invoices(self.martin)

    def pay(self, choice):
        chosen = ",".join(map(str, self.moves.ids))
        transaction = self.open_page(f"{INVOICES}/transaction/{chosen}")
        self.decide(transaction, choice)
        return transaction

    def test_several_invoices_are_one_payment(self):
        transaction = self.pay("card")
        self.assertEqual(len(self.moves), 2)
        self.assertEqual(set(self.moves.mapped("payment_state")), {"paid"})
        self.assertEqual(transaction.amount, sum(self.moves.mapped("amount_total")))
        self.assertEqual(self.double.last().asked["montant"], "490")
        refdet = self.double.last().asked["refdet"]
        self.assertTrue(refdet.isalnum())
        self.assertIn(len(refdet), range(6, 31))

    def test_a_debit_that_the_bank_sends_back_is_rejected(self):
        transaction = self.pay("debit")
        payment = transaction.payment_id
        self.assertEqual(set(self.moves.mapped("payment_state")), {"paid"})
        self.assertEqual(self.martin.amount_due, 0)
        self.double.decide(self.double.last(), "refuse_debit")
        with freeze_time(after(days=5)):
            for _time in range(2):
                self.env["payment.transaction"]._cron_payfip_refresh()
        [rejection] = payment.espace_rejection_ids
        self.assertEqual(rejection.espace_reason, "unpaid_debit")
        self.assertEqual(rejection.amount, 4.90)
        self.assertEqual(rejection.date, after(days=5).date())
        self.assertIn(transaction.payfip_refdet, rejection.memo)
        self.assertEqual(self.martin.amount_due, 4.90)
        self.assertEqual(set(self.moves.mapped("payment_state")), {"not_paid"})
        self.assertTrue(payment.espace_receipt_number)
        self.assertTrue(self.messages(self.martin))
        # It is due again, and can be paid again.
        again = self.pay("card")
        self.assertEqual(again.payment_id.amount, 4.90)
        self.assertEqual(self.martin.amount_due, 0)

    def test_an_agent_who_learns_of_it_first_is_offered_the_reason(self):
        payment = self.pay("debit").payment_id
        wizard = self.env["espace.rejection.wizard"].create({"payment_id": payment.id})
        self.assertEqual(wizard.reason, "unpaid_debit")
        wizard.action_reject()
        self.double.decide(self.double.last(), "refuse_debit")
        with freeze_time(after(days=5)):
            self.env["payment.transaction"]._cron_payfip_refresh()
        self.assertEqual(len(payment.espace_rejection_ids), 1)

    def test_a_card_is_contested(self):
        payment = self.pay("card").payment_id
        wizard = self.env["espace.rejection.wizard"].create({"payment_id": payment.id})
        self.assertEqual(wizard.reason, "chargeback")

    def test_each_regie_has_its_number(self):
        leisure = self.env["espace.regie"].create(
            {"name": "Régie loisirs", "code": "RL", "company_id": self.company.id}
        )
        with self.assertRaises(ValidationError):
            self._create_payfip(NUMCLI, leisure)
        second = self._create_payfip(OTHER.replace("1", "2"), leisure)
        self.assertEqual(self.payfip._espace_of_regie(self.regie), self.payfip)
        self.assertFalse(second._espace_of_regie(self.regie))
        chosen = ",".join(map(str, self.moves.ids))
        _result, error = self.ask(f"{INVOICES}/transaction/{chosen}", second)
        self.assertTrue(error)
        self.assertFalse(self.double.payments)
