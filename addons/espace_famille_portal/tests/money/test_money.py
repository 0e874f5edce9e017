from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from lxml import html

from odoo.tests import tagged

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille.tests.common import MONDAY, NOW, TODAY
from odoo.addons.espace_famille_billing.models.core.guards import STATING

from ...domain import period
from ...models.booking.period_grid import GridBuilder
from ..common import EspacePortalCase

CERTIFICATES = "/my/attestations"


@tagged("post_install", "-at_install")
class TestDebtOnPages(EspacePortalCase):
    """What a parent in debt sees."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"espace_block_debt": True, "espace_block_amount": 1})
        cls.Reservation._book(cls.martin, [(cls.nina, cls.meal, MONDAY)])
        # As if the invoice of today had been due in the autumn.
        invoice = cls.martin.espace_move_ids
        lines = invoice.line_ids.filtered("date_maturity")
        allow(lines, STATING).date_maturity = date(2026, 10, 1)
        cls.env["espace.booking.block"].create(
            {
                "family_id": cls.martin.id,
                "reason": "Nothing was paid",
                "missing_reason": "The steps were taken on paper",
            }
        )

    def test_the_cell_is_locked_and_says_to_pay_or_to_contact(self):
        tree = self.page("/my/reservations?view=month&date=2027-01-11&child=all")
        self.assertEqual(self.status(tree, self.nina, self.t1, MONDAY), "blocked")
        shown = html.tostring(tree, encoding="unicode")
        self.assertIn("is unpaid since 1 October 2026", shown)
        self.assertIn("talk to us", shown)

    def test_what_is_with_the_accountant_is_asked_by_nobody_here(self):
        self.company.write({"espace_collect_days": 30, "espace_title_minimum": 0})
        clerk = self._create_staff("finance")
        moves = self.martin.espace_move_ids.with_user(clerk)
        transfer = self.env["espace.debt.transfer"].browse(
            moves.action_espace_transmit()["res_id"]
        )
        self.assertEqual(self.martin._portal_owed()["elsewhere"], "")
        transfer.with_user(clerk).action_send()
        tree = self.page("/my/factures")
        self.assertFalse(tree.xpath("//*[@data-action='pay']"))
        [elsewhere] = tree.xpath("//*[@data-elsewhere]")
        self.assertIn("public accountant, not the commune", self.words(elsewhere))
        self.assertIn("3.60", self.words(elsewhere))
        self.assertEqual(self.martin._portal_owed()["owed"], "")

    def test_the_page_says_once_above_the_days_what_is_blocked_and_why(self):
        tree = self.page("/my/reservations?view=month&date=2027-01-11&child=all")
        [alert] = tree.xpath("//main//*[@data-blocked]")
        self.assertEqual(alert.get("role"), "status")
        words = self.words(alert)
        self.assertIn("is unpaid since 1 October 2026", words)
        self.assertIn(self.evening.name, words)
        self.assertNotIn(self.canteen.name, words)
        self.assertEqual(alert.xpath(".//a/@href"), ["/my/factures"])
        self.login(self.sofia)
        tree = self.page("/my/reservations?view=month&date=2027-01-11&child=all")
        self.assertFalse(tree.xpath("//*[@data-blocked]"))

    def test_the_alert_costs_no_query(self):
        span = period.Span.around("month", MONDAY)

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            grid = self.env["espace.portal.period"]._grid(
                self.martin, self.martin.child_ids, span, NOW
            )
            return self.env.cr.sql_log_count - before, grid.block

        queries()  # caches of the registry
        count, block = queries()
        self.assertTrue(block)
        with patch.object(GridBuilder, "_block", lambda builder: None):
            self.assertEqual(queries(), (count, None))

    def test_another_option_of_the_day_is_not_offered_while_blocked(self):
        """Neither that of a booking nor that of the cart: both would be refused."""
        url = "/my/reservations?view=month&date=2027-01-11&child=all"
        self.company.espace_block_debt = False
        self.book(self.martin, (self.nina, self.t1, MONDAY))
        self.put_in_cart((self.tom, self.t1, MONDAY))
        for blocks, offered in ((False, True), (True, False)):
            self.company.espace_block_debt = blocks
            tree = self.page(url)
            for child in (self.nina, self.tom):
                self.assertEqual(
                    self.status(tree, child, self.t2, MONDAY), "other_option"
                )
                swap = self.order("swap", child, self.t2, MONDAY)
                self.assertEqual(bool(tree.xpath(f"//*[@value='{swap}']")), offered)

    def test_what_is_posted_all_the_same_books_nothing(self):
        before = self.everything()
        tree = self.press(self.order("add", self.nina, self.t1, MONDAY))
        self.assertEqual(self.everything(), before)
        level, text = self.message(tree)
        self.assertNotEqual(level, "success")
        self.assertIn("talk to us", text)

    def test_the_canteen_stays_open_and_the_other_family_books(self):
        tree = self.page("/my/reservations?view=month&date=2027-01-11&child=all")
        self.assertEqual(self.status(tree, self.tom, self.meal, MONDAY), "available")
        self.login(self.sofia)
        tree = self.page("/my/reservations?view=month&date=2027-01-11&child=all")
        self.assertEqual(self.status(tree, self.lina, self.t1, MONDAY), "available")


@tagged("post_install", "-at_install")
class TestCertificates(EspacePortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.nina | cls.lina).birth_date = date(2023, 5, 1)
        for child in (cls.nina, cls.lina):
            cls.Reservation._book(child.family_id, [(child, cls.t2, MONDAY)])
            cls.env["account.payment.register"].with_context(
                active_model="account.move",
                active_ids=child.family_id.espace_move_ids.ids,
            ).create(
                {"journal_id": cls.bank_journal.id, "payment_date": TODAY}
            )._create_payments()

    def in_2028(self):
        return freeze_time(datetime(2027, 1, 4, 8) + timedelta(days=400))

    def test_a_parent_finds_the_certificates_of_past_years(self):
        self.assertIn("No certificate yet", self.words(self.page(CERTIFICATES)))
        self.assertEqual(self.url_open(f"{CERTIFICATES}/2027").status_code, 404)
        with self.in_2028():
            self.login(self.claire)
            [row] = self.page(CERTIFICATES).xpath("//li[@data-year]")
            self.assertEqual(row.get("data-year"), "2027")
            self.assertIn("1.30", self.words(row))
            self.assertIn("Nina", self.words(row))
            self.assertNotIn("Lina", self.words(row))

    def test_the_document_is_of_the_own_family(self):
        rendered = []

        def render(_report, _ref, res_ids, data=None):
            runs = self.env["espace.tax.wizard"].browse(res_ids)
            rendered.append((runs.year, runs.family_ids))
            return b"%PDF-1.4", "pdf"

        report = type(self.env["ir.actions.report"])
        self.patch(report, "_render_qweb_pdf", render)
        with self.in_2028():
            self.login(self.claire)
            response = self.url_open(f"{CERTIFICATES}/2027")
            self.assertEqual(response.headers["Content-Type"], "application/pdf")
            self.assertIn("no-store", response.headers["Cache-Control"])
            self.assertEqual(self.url_open(f"{CERTIFICATES}/2026").status_code, 404)
        self.assertEqual(rendered, [(2027, self.martin)])

    def test_the_invoices_lead_to_them(self):
        tree = self.page("/my/factures")
        self.assertTrue(tree.xpath(f"//main//a[@href='{CERTIFICATES}']"))

    def test_visitors_must_log_in(self):
        self.logout()
        for path in (CERTIFICATES, f"{CERTIFICATES}/2027"):
            self.assertIn("/web/login", self.url_open(path).url)
