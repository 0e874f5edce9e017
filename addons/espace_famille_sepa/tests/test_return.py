from datetime import date
from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SepaCase


@tagged("post_install", "-at_install")
class TestReturn(SepaCase):
    def setUp(self):
        super().setUp()
        self.run_ = self.sent()
        self.martins, self.durands = self.run_.payment_ids.sorted(
            "amount", reverse=True
        )

    def book(self):
        with freeze_time("2027-01-18 06:00:00"):
            self.Order._cron_espace_collect()
        clock = freeze_time("2027-01-21 09:00:00")
        clock.start()
        self.addCleanup(clock.stop)

    def check(self):
        self.assertFalse(self.env["espace.check"]._problems(self.company))

    def states(self, received):
        return received.line_ids.mapped("state")

    def test_refused_before_it_is_due_again_and_nothing_was_booked(self):
        received, _new = self.receive(self.pain((self.martins.memo, "4.90", "AM04")))
        self.assertEqual(self.states(received), ["refused"])
        self.assertEqual(received.line_ids.reason, "AM04")
        self.assertTrue(self.meal_move._has_to_be_paid())
        self.assertFalse(self.meal_move.espace_debit_date)
        self.book()
        self.assertFalse(self.martins.espace_receipt_number)
        self.assertEqual(self.durands.espace_receipt_number, "RS-2027-00001")
        self.assertEqual(self.left(), [Decimal("3.6"), Decimal("1.3"), Decimal(0)])
        self.assertEqual(self.mandate.espace_rejections, 1)
        message = self.martin.message_ids[0].body
        self.assertIn("not enough money on the account", message)
        self.check()

    def test_a_whole_file_refused(self):
        content = self.pain(original=self.run_.name, group="<GrpSts>RJCT</GrpSts>")
        received, _new = self.receive(content)
        self.assertEqual(self.states(received), ["refused", "refused"])
        self.book()
        self.assertEqual(sum(self.left()), Decimal("8.5"))
        self.check()

    def test_sent_back_after_it_is_rejected_and_the_family_told(self):
        self.book()
        received, _new = self.receive(self.camt((self.martins.memo, "4.90", "MD06")))
        self.assertEqual(self.states(received), ["rejected"])
        rejection = self.martins.espace_rejection_ids
        self.assertEqual(rejection.espace_reason, "unpaid_debit")
        self.assertEqual(rejection.date, date(2027, 1, 20))
        self.assertIn("refund asked for", rejection._espace_reason_words())
        self.assertEqual(self.left(), [Decimal("3.6"), Decimal("1.3"), Decimal(0)])
        self.assertIn("refund asked for", self.martin.message_ids[0].body)
        self.assertTrue(self.meal_move._has_to_be_paid())
        self.check()
        # In another file it changes nothing.
        again, is_new = self.receive(
            self.camt((self.martins.memo, "4.90", "MD06"), id_="CAMT2")
        )
        self.assertTrue(is_new)
        self.assertEqual(self.states(again), ["known"])
        self.assertEqual(len(self.martins.espace_rejection_ids), 1)

    def test_several_in_one_file_and_the_same_file_twice(self):
        self.book()
        content = self.camt(
            (self.martins.memo, "4.90", "AM04"),
            (self.durands.memo, "3.60", "MS03"),
            ("SOMEBODY-ELSE", "12.00", "AM04"),
            ("NOTPROVIDED", "1.00", "ZZZZ"),
        )
        received, is_new = self.receive(content)
        self.assertTrue(is_new)
        self.assertEqual(
            self.states(received), ["rejected", "rejected", "unknown", "unknown"]
        )
        self.assertEqual(received.open_count, 2)
        for again in (content, content + "\n"):
            same, is_new = self.receive(again)
            self.assertEqual((same, is_new), (received, False))
        self.assertEqual(len(self.martins.espace_rejection_ids), 1)
        self.check()

    def test_another_amount_is_shown_and_changes_nothing(self):
        self.book()
        received, _new = self.receive(self.camt((self.martins.memo, "49.00", "AM04")))
        self.assertEqual(self.states(received), ["other_amount"])
        self.assertFalse(self.martins.espace_rejected)

    def test_the_bank_may_be_faster_than_the_job(self):
        with freeze_time("2027-01-20 09:00:00"):
            received, _new = self.receive(
                self.camt((self.martins.memo, "4.90", "AM04"))
            )
        self.assertEqual(self.states(received), ["rejected"])
        self.assertTrue(self.martins.espace_receipt_number)
        self.assertTrue(self.martins.espace_rejected)
        self.check()

    def test_the_fee_is_charged_where_a_decision_sets_it(self):
        product = self.company.espace_fee_product_id = self.env[
            "product.product"
        ].create(
            {
                "name": "Frais de rejet",
                "type": "service",
                "list_price": 2.5,
                "company_id": self.company.id,
                "espace_fee_decision": "Délibération 2026-50",
            }
        )
        product.taxes_id = False
        self.regie.debit_fee = True
        self.book()
        self.receive(self.camt((self.martins.memo, "4.90", "AM04")))
        fee = self.env["account.move.line"].search(
            [("espace_fee_payment_id", "=", self.martins.espace_rejection_ids.id)]
        )
        self.assertEqual(fee.price_unit, 2.5)
        self.assertEqual(fee.move_id.espace_family_id, self.martin)

    def test_after_too_many_the_mandate_is_suspended(self):
        self.regie.debit_most_rejections = 1
        self.book()
        self.receive(self.camt((self.martins.memo, "4.90", "AM04")))
        self.assertEqual(self.mandate.espace_suspended_on, date(2027, 1, 21))
        self.assertFalse(self.martin.pays_by_debit)
        self.assertIn("online", self.martin.message_ids[0].body)
        run = self.propose(date(2027, 2, 5))
        self.assertFalse(run)
        self.mandate.with_user(self.clerk).action_espace_resume()
        self.assertEqual(self.mandate.espace_rejections, 0)
        self.assertEqual(self.propose(date(2027, 2, 5)).total_company_currency, 4.9)

    def test_of_a_closed_account_the_mandate_ends(self):
        self.book()
        self.receive(self.camt((self.martins.memo, "4.90", "AC04")))
        self.assertEqual(self.mandate.state, "cancel")
        self.assertIn("account closed", self.martin.message_ids[0].body)

    def test_nonsense_is_no_file(self):
        for content in (
            "",
            "bonjour",
            "<Document/>",
            '<!DOCTYPE d [<!ENTITY a "b">]><Document>&a;</Document>',
        ):
            with self.assertRaisesRegex(UserError, "no file of the bank"):
                self.receive(content)

    def test_only_the_regie_reads_files(self):
        agent = self._create_staff("manager")
        with self.assertRaises(AccessError):
            self.Return.with_user(agent)._receive(self.company, "x", b"<a/>")
        with self.assertRaises(AccessError):
            self.run_.with_user(agent).action_espace_download()

    def test_files_are_read_by_their_form(self):
        self.book()
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": f"{n}.xml",
                    "raw": content.encode(),
                    "res_model": "espace.return.upload",
                }
                for n, content in enumerate(
                    (
                        self.camt((self.martins.memo, "4.90", "AM04"), id_="A"),
                        self.camt((self.durands.memo, "3.60", "AM04"), id_="B"),
                    )
                )
            ]
        )
        wizard = self.env["espace.return.upload"].create(
            {"company_id": self.company.id, "file_ids": attachments.ids}
        )
        action = wizard.with_user(self.env.user).action_read()
        self.assertEqual(action["res_model"], "espace.debit.return")
        self.assertTrue(self.martins.espace_rejected and self.durands.espace_rejected)
        self.assertFalse(attachments.exists())
        with self.subTest("another's file that is named stays"):
            other = self.env["ir.attachment"].create(
                {"name": "0.xml", "raw": b"<a/>", "res_model": "res.partner"}
            )
            other._espace_forget_uploads(wizard)
            self.assertTrue(other.exists())
