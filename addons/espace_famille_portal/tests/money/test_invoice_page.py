from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, NOW

from ..common import EspacePortalCase

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@tagged("post_install", "-at_install")
class TestInvoicePage(EspacePortalCase):
    """One invoice as a page: by child, why this price, pay, contest."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.staff = cls._create_staff("manager")

    def invoice(self):
        self.book(
            self.martin,
            (self.nina, self.meal, MONDAY),
            (self.tom, self.meal, MONDAY),
            (self.tom, self.t1, MONDAY),
        )
        return self.invoices(self.martin)

    def opened(self, move):
        return self.page(f"/my/factures/{move.id}")

    def test_it_is_told_child_by_child_with_days_and_reasons(self):
        tree = self.opened(self.invoice())
        cards = [self.words(one) for one in tree.xpath("//*[@data-block='child']")]
        self.assertEqual(len(cards), 2)
        self.assertTrue(any("Nina" in card and "Tom" not in card for card in cards))
        tom = next(card for card in cards if "Tom" in card)
        self.assertIn("Mon 11 Jan", tom)
        self.assertIn("Why this price?", tom)
        self.assertTrue(tree.xpath("//details//a[contains(@href, '/tarifs')]"))

    def test_nothing_but_the_sum_left_is_asked(self):
        invoice = self.invoice()
        tree = self.opened(invoice)
        [block] = tree.xpath("//*[@data-block='sum']")
        self.assertIn(f"{invoice.amount_residual:.2f}", self.words(block))
        self.assertTrue(tree.xpath(f"//a[@href='/my/factures/{invoice.id}?pdf=1']"))

    def test_a_credit_is_taken_off_before_anything_is_asked(self):
        first = self.booked(self.tom, self.t1, MONDAY)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=first.charge_ids.move_id.ids
        ).create({"journal_id": self.bank_journal.id})._create_payments()
        first._cancel(staff=True)
        invoice = self.booked(self.nina, self.meal, MONDAY).charge_ids.move_id
        sums = {
            one.get("data-sum"): self.words(one)
            for one in self.opened(invoice).xpath("//*[@data-sum]")
        }
        self.assertIn("3.60", sums["total"])
        self.assertIn("0.65", sums["deducted"])
        self.assertIn("2.95", sums["left"])
        [big] = self.opened(invoice).xpath("//*[contains(@class, 'ef-big')]")
        self.assertIn("2.95", self.words(big))

    def test_another_family_sees_nothing_of_it(self):
        invoice = self.invoice()
        self.login(self.sofia)
        self.page(f"/my/factures/{invoice.id}", status=404)

    def test_a_price_voted_is_not_contested_in_one_tap(self):
        invoice = self.invoice()
        self.assertFalse(self.opened(invoice).xpath("//*[@data-action='contest']"))
        line = invoice.invoice_line_ids[0]
        tree = self.page(f"/my/demandes?ligne={line.id}")
        self.assertFalse(tree.xpath("//*[@data-contested]"))

    # === Contesting === #

    def penalty(self):
        """Return an invoice line of a child that came without booking."""
        with freeze_time("2027-01-11 17:00:00"):
            walk_in = self.Reservation._walk_in(
                self.nina, self.meal, self.session_of(self.canteen, MONDAY)
            )
            charges = walk_in.sudo().charge_ids
            charges._invoice(NOW)._post(soft=False)
        return charges.invoice_line_id

    def test_a_penalty_opens_a_request_that_is_filled_in(self):
        line = self.penalty()
        [link] = self.opened(line.move_id).xpath("//a[@data-action='contest']/@href")
        tree = self.page(link.partition("#")[0])
        [said] = tree.xpath("//*[@data-contested]")
        self.assertIn(self.meal.name, self.words(said))
        self.assertIn("If you had booked", self.words(said))
        values = {
            one.get("name"): one.get("value")
            for one in tree.xpath("//form[@action='/my/demandes']//input")
        }
        self.assertEqual(values["date_from"], "2027-01-11")
        self.assertEqual(values["line"], str(line.id))
        self.post(
            "/my/demandes",
            line=values["line"],
            subject=values["subject"],
            kind="invoice",
            child=str(self.nina.id),
            date_from=values["date_from"],
            message="She was at home.",
        )
        asked = self.env["espace.request"].search([("family_id", "=", self.martin.id)])
        self.assertEqual(asked.invoice_line_id, line)
        self.assertIn(line.move_id.name, asked.with_user(self.staff).about)
        action = asked.with_user(self.staff).action_open_invoice()
        self.assertEqual(action["res_id"], line.move_id.id)

    def test_the_line_of_another_family_is_no_line(self):
        line = self.penalty()
        self.login(self.sofia)
        self.post("/my/demandes", line=str(line.id), subject="Mine", message="Hello")
        asked = self.env["espace.request"].search([("family_id", "=", self.durand.id)])
        self.assertEqual(len(asked), 1)
        self.assertFalse(asked.invoice_line_id)
        self.assertFalse(asked.about)

    # === Prices === #

    def test_everybody_reads_the_prices_and_who_set_them(self):
        tariff = self.env["espace.tariff"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        tariff.deliberation = "2026-41 of 30 June 2026"
        self.logout()
        tree = self.page(f"/espace-famille/tarifs?commune={self.company.id}")
        words = self.words(tree.xpath("//main")[0])
        self.assertIn("2026-41 of 30 June 2026", words)
        self.assertIn(self.meal.name, words)
        self.assertIn("3.60", words)

    def test_a_grid_that_is_over_is_not_shown(self):
        tariff = self.env["espace.tariff"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        old = tariff.copy(
            {
                "name": "Old prices",
                "date_from": tariff.date_from - timedelta(days=400),
                "date_to": tariff.date_from - timedelta(days=1),
            }
        )
        self.assertTrue(old)
        tree = self.page(f"/espace-famille/tarifs?commune={self.company.id}")
        self.assertNotIn("Old prices", self.words(tree.xpath("//main")[0]))
