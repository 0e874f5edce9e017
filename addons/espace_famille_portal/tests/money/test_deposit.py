"""Deposits on the family's pages, and what the accountant granted."""

from datetime import date, timedelta

from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import NOW

from ..common import CART, EspacePortalCase

URL = "/my/factures"
DAYS = [date(2027, 2, day) for day in (1, 2, 4, 5)]


@tagged("post_install", "-at_install")
class TestDepositPages(EspacePortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_regie()
        cls._publish_provider()
        cls.bank_journal.write(
            {"espace_regie_id": cls.regie.id, "espace_means": "online"}
        )
        cls.canteen.deposit_rule_id = cls.env["espace.deposit.rule"].create(
            {
                "name": "Camp",
                "share": 40,
                "count": 2,
                "month_day": 15,
                "days_before": 10,
                "least": 10,
                "company_id": cls.company.id,
            }
        )

    def camp(self, child=None):
        child = child or self.nina
        family = child._paying_family(DAYS[0])
        items = [(child, self.meal, day) for day in DAYS]
        quotes = self.Reservation._book(family, items, now=NOW)
        bookings = self.Reservation.browse([q.reservation_id for q in quotes])
        return bookings.charge_ids.move_id

    def pay(self, move, deposit, cents, **params):
        """Ask for a transaction as the payment form does; return (result, error)."""
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.provider.payment_method_ids[:1].id,
            "token_id": None,
            "amount": 1,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": URL,
        }
        route = f"{URL}/transaction/{move.id}/{deposit}/{cents}"
        return self.rpc(route, **{**values, **params})

    def transactions(self):
        return self.env["payment.transaction"].search(
            [("partner_id", "child_of", self.martin.partner_id.id)]
        )

    def test_the_cart_says_what_is_paid_when_and_asks_nothing_now(self):
        self.put_in_cart(*((self.nina, self.meal, day) for day in DAYS))
        tree = self.page(CART)
        [block] = tree.xpath("//*[@data-deposits]")
        words = self.words(block)
        for part in ("14.40", "5.76", "Monday 4 January 2027", "8.64", "Friday 15"):
            self.assertIn(part, words)
        self.assertFalse(tree.xpath("//*[@data-later-due]"))
        self.post(f"{CART}/valider")
        self.invoice_what_is_due()
        [move] = self.invoices(self.martin)
        self.assertEqual(move.state, "posted")
        self.assertEqual(
            set(move.espace_reservation_ids.mapped("state")), {"confirmed"}
        )
        self.assertEqual(
            move.espace_deposit_plan_ids.line_ids.mapped("amount"), [5.76, 8.64]
        )

    def test_a_deposit_is_paid_for_its_very_sum(self):
        move = self.camp()
        plan = move.espace_deposit_plan_ids
        first, second = plan.line_ids
        tree = self.page(f"{URL}/{move.id}")
        self.assertEqual(
            [line.get("data-state") for line in tree.xpath("//li[@data-state]")],
            ["to_pay", "to_pay"],
        )
        [link] = tree.xpath("//a[@data-action='pay-deposit']")
        self.assertIn("5.76", self.words(link))
        page = html.fromstring(self.url_open(link.get("href")).content)
        [total] = page.xpath("//*[@data-total]")
        self.assertIn("5.76", self.words(total))
        [form] = page.xpath("//form[@id='o_payment_form']")
        self.assertEqual(
            form.get("data-transaction-route"),
            f"{URL}/transaction/{move.id}/{first.id}/576",
        )
        _result, error = self.pay(move, first.id, 576, amount=0.01)
        self.assertFalse(error)
        transaction = self.transactions()
        self.assertEqual(transaction.amount, 5.76)
        self.notify(transaction)
        self.env.invalidate_all()
        self.assertEqual((first.left, second.left), (0, 8.64))
        self.assertTrue(transaction.payment_id.espace_receipt_number)
        shown = self.shown(self.url_open(f"{URL}/retour/{move.id}"))
        self.assertIn("Thank you: your payment of 5.76", shown)
        # The next one is on the list, and the rest may be paid at once too.
        [next_one] = self.page(URL).xpath("//*[@data-deposit]//a")
        self.assertIn(f"acompte={second.id}", next_one.get("href"))

    def test_no_other_deposit_no_other_sum_and_none_of_others(self):
        move, other = self.camp(), self.camp(self.lina)
        first, second = move.espace_deposit_plan_ids.line_ids
        foreign = other.espace_deposit_plan_ids.line_ids[0]
        for deposit in (second.id, foreign.id, 0, 10**9, "x", ""):
            response = self.url_open(f"{URL}/payer?invoice={move.id}&acompte={deposit}")
            self.assertTrue(response.url.endswith(URL), deposit)
        response = self.url_open(f"{URL}/payer?invoice={other.id}&acompte={foreign.id}")
        self.assertTrue(response.url.endswith(URL))
        for asked, deposit, cents in (
            (move, first.id, 1),
            (move, second.id, 864),
            (move, foreign.id, 576),
            (other, foreign.id, 576),
        ):
            _result, error = self.pay(asked, deposit, cents)
            self.assertTrue(error)
        self.assertFalse(self.transactions())

    def test_once_the_schedule_is_over_its_deposits_are_not_asked(self):
        move = self.camp()
        plan = move.espace_deposit_plan_ids
        plan.closed_reason = "Pays all of it"
        plan.action_close()
        self.assertFalse(self.page(URL).xpath("//*[@data-deposit]"))
        _result, error = self.pay(move, plan.line_ids[0].id, 576)
        self.assertTrue(error)

    def test_the_family_reads_what_the_accountant_granted(self):
        self.company.write({"espace_collect_days": 60, "espace_title_minimum": 0})
        move = self.camp()
        with self.at(move.invoice_date_due + timedelta(61)):
            self.env.invalidate_all()
            clerk = self._create_staff("finance")
            transfer = self.env["espace.debt.transfer"].with_user(clerk)
            transfer._prepare(move.with_user(clerk)).action_send()
            terms = self.env["espace.accountant.terms"].create(
                {
                    "family_id": self.martin.id,
                    "reference": "2027-15",
                    "granted_on": move.invoice_date_due + timedelta(61),
                    "granted_by": "SGC de Castres",
                    "move_ids": [Command.set(move.ids)],
                    "line_ids": [
                        Command.create({"date": date(2027, 4, 5), "amount": 14.40})
                    ],
                }
            )
            terms.with_user(clerk).action_record()
        self.assertEqual(move.espace_deposit_plan_ids.state, "with_accountant")
        [words] = self.page(URL).xpath("//*[@data-transmitted]")
        self.assertIn("granted by the public accountant", self.words(words))
        self.assertIn("5 April 2027", self.words(words))
        self.assertFalse(self.page(URL).xpath("//*[@data-deposit]"))
