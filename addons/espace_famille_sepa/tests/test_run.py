import base64
import logging
from datetime import date, datetime
from decimal import Decimal

from freezegun import freeze_time
from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille_billing.models.core.guards import STATING

from .common import DAY, IBAN, ICS, OTHER_IBAN, REGIE_IBAN, SepaCase, SepaSetup

NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"}
SCHEMA = "account_payment_sepa_direct_debit/data/pain.008.001.08.xsd"


@tagged("post_install", "-at_install")
class TestRun(SepaCase):
    def file(self, run):
        content = base64.b64decode(run.sudo().payment_file_datas)
        with file_open(SCHEMA, "rb") as schema:
            etree.XMLSchema(etree.parse(schema)).assertValid(etree.fromstring(content))
        return etree.fromstring(content)

    def texts(self, tree, path):
        return [found.text for found in tree.findall(f".//p:{path}", NS)]

    def on_the_day(self, run, day="2027-01-18 06:00:00"):
        with freeze_time(day):
            self.Order._cron_espace_collect()
        self.assertFalse(self.env["espace.check"]._problems(self.company))

    # === Proposing === #

    def test_each_family_is_debited_once_for_all_its_invoices(self):
        run = self.propose()
        self.assertEqual(len(run.payment_line_ids), 3)
        self.assertEqual(run.espace_family_count, 2)
        self.assertEqual(run.total_company_currency, 8.5)
        self.assertEqual(run.espace_stage, "proposed")

    def test_a_day_of_no_bank_or_too_early_is_refused(self):
        for day, words in (
            (date(2027, 1, 23), "Banks do not debit"),
            (date(2027, 1, 15), "14 days before"),
        ):
            with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                self.propose(day)

    def test_a_small_debt_waits(self):
        self.regie.debit_minimum = 4
        run = self.propose()
        self.assertEqual(run.payment_line_ids.espace_family_id, self.martin)
        self.assertIn("below the smallest debit", run.espace_left_out)

    def test_nothing_is_due_that_soon(self):
        self.assertFalse(self.propose(until=date(2026, 1, 1)))

    def test_two_runs_never_ask_the_same_invoice(self):
        run = self.propose()
        self.assertFalse(self.propose())
        line = run.payment_line_ids[0]
        vals = run.sudo()._espace_line_vals(line.move_line_id, line.mandate_id)
        with (
            self.assertRaisesRegex(IntegrityError, "espace_in_one_run"),
            self.env.cr.savepoint(),
            mute_logger("odoo.sql_db"),
        ):
            allow(self.env["account.payment.line"].sudo(), STATING).create(
                {**vals, "order_id": run.id}
            )

    def test_another_family_s_mandate_is_never_used(self):
        line = self.propose().payment_line_ids[0]
        self.assertIn(
            "another family", self.mandate._espace_problem(self.regie, self.durand)
        )
        for vals in (
            {"mandate_id": self.other.id},
            {"amount_currency": 1},
            {"partner_bank_id": self.other.partner_bank_id.id},
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                line.sudo().write(vals)

    def test_a_run_of_odoo_s_own_takes_no_family(self):
        order = self.Order.create(
            {
                "payment_type": "inbound",
                "payment_method_line_id": self.regie._debit_method_line().id,
                "company_id": self.company.id,
            }
        )
        line = self.meal_move.line_ids.filtered("amount_residual")
        with self.assertRaisesRegex(UserError, "runs of the Régie"):
            line.create_payment_line_from_move_line(order)

    def test_the_regie_has_to_be_ready(self):
        self.regie.debit_creditor = False
        with self.assertRaisesRegex(UserError, "ICS"):
            self.propose()
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.regie.debit_creditor = "FR00ZZZ123456"

    # === Meanwhile === #

    def test_what_is_proposed_is_asked_of_nobody_else(self):
        self.assertTrue(self.meal_move._has_to_be_paid())
        run = self.announced()
        self.assertFalse(self.meal_move._has_to_be_paid())
        self.assertTrue(self.meal_move.espace_payment_on_its_way)
        self.assertEqual(self.meal_move.espace_debit_date, DAY)
        self.assertEqual(self.meal_move._espace_due_online(), 0)
        run.action_espace_cancel()
        self.assertTrue(self.meal_move._has_to_be_paid())
        self.assertFalse(self.meal_move.espace_debit_date)

    def test_paid_at_the_counter_it_leaves_the_run(self):
        run = self.announced()
        self.pay(amount=3.6)
        run.action_espace_generate()
        tree = self.file(run)
        self.assertEqual(sorted(self.texts(tree, "InstdAmt")), ["1.30", "3.60"])

    def test_once_the_file_is_made_the_counter_refuses(self):
        run = self.announced()
        run.action_espace_generate()
        with self.assertRaisesRegex(UserError, "is debited on"):
            self.pay(amount=3.6)
        run.action_espace_cancel()
        self.pay(amount=3.6)

    def test_families_are_told_the_amount_and_the_day(self):
        run = self.propose()
        before = self.martin.message_ids
        run.action_espace_announce()
        [message] = self.martin.message_ids - before
        text = " ".join(str(message.body).split())
        for words in ("4.90", "18 January 2027", ICS, "0143"):
            self.assertIn(words, text.replace("\N{NO-BREAK SPACE}", " "))
        self.assertNotIn("0400003123", text)
        with self.assertRaises(UserError):
            run.action_espace_announce()

    def test_a_family_is_taken_out(self):
        run = self.announced()
        self.lines_of(run, self.martin)[:1].action_espace_remove()
        self.assertEqual(run.payment_line_ids.espace_family_id, self.durand)
        self.assertTrue(self.meal_move._has_to_be_paid())

    def lines_of(self, run, family):
        return run.payment_line_ids.filtered(lambda li: li.espace_family_id == family)

    # === The file === #

    def test_the_file_is_what_banks_accept(self):
        run = self.announced()
        run.action_espace_generate()
        tree = self.file(run)
        self.assertEqual(self.texts(tree, "GrpHdr/p:NbOfTxs"), ["2"])
        self.assertEqual(self.texts(tree, "GrpHdr/p:CtrlSum"), ["8.50"])
        self.assertEqual(self.texts(tree, "ReqdColltnDt"), ["2027-01-18"])
        self.assertEqual(self.texts(tree, "SeqTp"), ["RCUR"])
        self.assertEqual(self.texts(tree, "LclInstrm/p:Cd"), ["CORE"])
        self.assertEqual(self.texts(tree, "CdtrAcct/p:Id/p:IBAN"), [REGIE_IBAN])
        self.assertEqual(self.texts(tree, "CdtrSchmeId//p:Othr/p:Id"), [ICS])
        amounts = self.texts(tree, "InstdAmt")
        accounts = self.texts(tree, "DbtrAcct/p:Id/p:IBAN")
        self.assertEqual(
            dict(zip(accounts, amounts, strict=True)),
            {IBAN: "4.90", OTHER_IBAN: "3.60"},
        )
        self.assertEqual(
            set(self.texts(tree, "MndtId")),
            {
                self.mandate.unique_mandate_reference,
                self.other.unique_mandate_reference,
            },
        )
        references = self.texts(tree, "EndToEndId")
        self.assertEqual(len(set(references)), 2)

    def test_the_file_is_made_once_and_taken_once(self):
        run = self.announced()
        with self.assertRaisesRegex(UserError, "Make the file first"):
            run.action_espace_download()
        run.action_espace_generate()
        self.assertEqual(run.espace_stage, "generated")
        with self.assertRaisesRegex(UserError, "cancel the run"):
            run.action_espace_generate()
        action = run.action_espace_download()
        self.assertIn(str(run.sudo().payment_file_id.id), action["url"])
        self.assertEqual(run.espace_stage, "uploaded")
        with self.assertRaises(UserError):
            run.action_espace_generate()
        for name in (
            "draft2open",
            "open2generated",
            "generated2uploaded",
            "action_cancel",
            "cancel2draft",
            "unlink",
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                getattr(run.sudo(), name)()

    def test_untold_or_too_late_there_is_no_file(self):
        run = self.propose()
        with self.assertRaisesRegex(UserError, "Tell the families"):
            run.action_espace_generate()
        run.action_espace_announce()
        with (
            freeze_time("2027-01-18 08:00:00"),
            self.assertRaisesRegex(UserError, "is over"),
        ):
            run.action_espace_generate()

    def test_no_account_comes_into_the_logs(self):
        run = self.announced()
        with self.assertLogs("odoo.addons", level="DEBUG") as logs:
            logging.getLogger("odoo.addons").debug("It listens")
            run.action_espace_generate()
        self.assertFalse(
            [line for line in logs.output if IBAN in line.replace(" ", "")]
        )

    def test_a_revoked_mandate_leaves_the_run(self):
        run = self.announced()
        self.mandate.with_user(self.clerk).action_espace_revoke()
        run.action_espace_generate()
        self.assertEqual(self.texts(self.file(run), "InstdAmt"), ["3.60"])
        self.assertIn("the mandate ended", run.espace_left_out)

    def test_files_for_the_treasury_are_named_as_it_wants(self):
        self.regie.write(
            {
                "debit_dft": True,
                "debit_dft_service": "RS81",
                "debit_dft_post": "081023",
                "debit_dft_creditor": "SGC de Castres",
            }
        )
        run = self.announced()
        run.action_espace_generate()
        tree = self.file(run)
        self.assertEqual(run.sudo().payment_file_name, "RS81-DFT-SDD-27004-001.xml")
        self.assertEqual(self.texts(tree, "Cdtr/p:Nm"), ["SGC de Castres"])
        self.assertEqual(self.texts(tree, "UltmtCdtr/p:Nm"), [self.regie.name])
        for reference in self.texts(tree, "EndToEndId"):
            self.assertRegex(reference, r"^1D0810230\d{8}$")

    # === Booking === #

    def test_on_its_day_each_debit_is_a_payment_with_a_receipt(self):
        run = self.sent()
        self.on_the_day(run, "2027-01-17 20:00:00")
        self.assertEqual(run.espace_stage, "uploaded")
        self.on_the_day(run)
        self.assertEqual(run.espace_stage, "collected")
        payments = run.payment_ids.sorted("id")
        self.assertEqual(sorted(payments.mapped("amount")), [3.6, 4.9])
        self.assertEqual(
            payments.mapped("espace_receipt_number"), ["RS-2027-00001", "RS-2027-00002"]
        )
        self.assertEqual(set(payments.mapped("espace_means")), {"direct_debit"})
        self.assertEqual(set(payments.mapped("date")), {DAY})
        self.assertEqual(payments.espace_regie_id, self.regie)
        self.assertEqual(self.left(), [Decimal(0)] * 3)
        self.assertEqual(self.mandate.last_debit_date, DAY)
        # A second time changes nothing.
        self.on_the_day(run)
        self.assertEqual(len(run.payment_ids), 2)
        with self.assertRaisesRegex(UserError, "is over"):
            run.action_espace_cancel()

    def test_the_ledger_and_the_collection_have_it(self):
        run = self.sent()
        self.on_the_day(run)
        account = self.journals["direct_debit"].default_account_id
        lines = self.env["account.move.line"].search([("account_id", "=", account.id)])
        self.assertEqual(sum(lines.mapped("balance")), 8.5)
        with freeze_time(datetime(2027, 2, 2, 9)):
            statement = self.env["espace.collection.statement"].create(
                {
                    "regie_id": self.regie.id,
                    "date_from": date(2027, 1, 1),
                    "date_to": date(2027, 1, 31),
                }
            )
            statement.action_close()
        allocated = statement.allocation_ids
        self.assertEqual(round(sum(allocated.mapped("amount")), 2), 8.5)

    def test_credits_of_before_lower_the_debit(self):
        credit = self._credit(2)
        run = self.propose()
        self.assertTrue(credit)
        self.assertEqual(run.total_company_currency, 6.5)

    def _credit(self, amount):
        payment = self.Payment._espace_register(
            self.martin, self.journals["card"], {}, date(2027, 1, 4), advance=amount
        )
        return payment

    def test_a_credit_after_the_file_leaves_money_on_the_account(self):
        run = self.sent()
        credit = self._credit(1)
        self.assertTrue(credit)
        self.on_the_day(run)
        self.assertEqual(self.martin._espace_credit(), 1)


@tagged("post_install", "-at_install")
class TestNoMandate(SepaSetup):
    def test_without_a_mandate_nothing_is_debited(self):
        self.assertFalse(self.propose())
        self.assertTrue(self.meal_move._has_to_be_paid())
