from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW

from ..common import EspacePortalCase


@tagged("post_install", "-at_install")
class TestInvoiceLink(EspacePortalCase):
    """The link of an e-mail leads to the families' page of an invoice."""

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
        cls.token = cls.move._portal_ensure_token()
        cls.ours = f"/my/factures/{cls.move.id}"
        cls.link = f"{cls.ours}?access_token={cls.token}"

    def path(self, response):
        return response.url.removeprefix(self.base_url())

    def test_links_of_emails_and_payments_are_ours(self):
        self.assertEqual(self.move.get_portal_url(), self.link)
        self.assertEqual(self.move.access_url, self.ours)

    def test_an_invoice_of_nobodys_family_keeps_the_page_of_odoo(self):
        other = self.Move.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.env["res.partner"].create({"name": "Club"}).id,
                "company_id": self.company.id,
            }
        )
        self.assertEqual(other.access_url, f"/my/invoices/{other.id}")

    def test_odoos_page_leads_to_ours(self):
        odoo = f"/my/invoices/{self.move.id}"
        self.assertEqual(self.path(self.url_open(odoo)), self.ours)
        response = self.url_open(f"{odoo}?access_token={self.token}")
        self.assertEqual(self.path(response), self.link)
        self.assertIn("Nina", self.shown(response))

    def test_a_visitor_with_the_link_reads_the_sum_and_no_child(self):
        self.logout()
        response = self.url_open(
            f"/my/invoices/{self.move.id}?access_token={self.token}"
        )
        self.assertEqual(self.path(response), self.link)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        text = self.shown(response)
        self.assertIn(self.move.name, text)
        self.assertIn("3.60", text)
        for word in ("Nina", "Martin", self.martin.reference, "QF", "Meal"):
            self.assertNotIn(word, text)
        tree = self.page(self.link)
        [log_in] = tree.xpath("//a[@data-action='log-in']/@href")
        self.assertTrue(log_in.endswith(self.ours))

    def test_a_visitor_with_the_link_pays_and_comes_back(self):
        self.logout()
        [pay] = self.page(self.link).xpath("//a[@data-action='pay']/@href")
        tree = self.page(pay)
        [form] = tree.xpath("//*[@data-transaction-route]")
        self.assertEqual(form.get("data-landing-route"), self.link)
        self.assertEqual(form.get("data-access-token"), self.token)
        _result, error = self.rpc(
            form.get("data-transaction-route"),
            provider_id=self.provider.id,
            payment_method_id=self.provider.payment_method_ids[:1].id,
            token_id=None,
            amount=3.6,
            flow="direct",
            tokenization_requested=False,
            landing_route=self.link,
            access_token=self.token,
        )
        self.assertFalse(error)
        self.notify(self.move.transaction_ids)
        tree = self.page(self.link)
        self.assertIn("Settled", self.words(tree.xpath("//main")[0]))
        self.assertFalse(tree.xpath("//a[@data-action='pay']"))
        self.assertEqual(self.path(self.url_open(pay)), self.link)

    def test_without_the_link_one_logs_in(self):
        self.logout()
        for path in (
            self.ours,
            f"{self.ours}?access_token=guessed",
            f"{self.ours}?access_token=devin%C3%A9",
            f"{self.ours}?pay=1",
        ):
            response = self.url_open(path)
            self.assertIn("/web/login", response.url)
            self.assertNotIn("3.60", response.text)

    def test_the_link_of_one_invoice_opens_no_other(self):
        other = self.booked(self.tom, self.meal, MONDAY).charge_ids.move_id
        self.logout()
        response = self.url_open(f"/my/factures/{other.id}?access_token={self.token}")
        self.assertIn("/web/login", response.url)

    def test_another_family_sees_what_the_link_shows_and_nothing_without(self):
        self.login(self.sofia)
        self.page(self.ours, status=404)
        self.assertNotIn("Nina", self.words(self.page(self.link).xpath("//main")[0]))

    def test_a_draft_has_no_page(self):
        self.put_in_cart((self.tom, self.meal, MONDAY))
        self.post("/my/panier/valider")
        draft = self.martin._espace_payment_move()
        token = draft._portal_ensure_token()
        self.page(f"/my/factures/{draft.id}?access_token={token}", status=404)
        self.logout()
        response = self.url_open(f"/my/factures/{draft.id}?access_token={token}")
        self.assertIn("/web/login", response.url)
