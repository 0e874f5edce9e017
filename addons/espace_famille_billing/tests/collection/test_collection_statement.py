import base64
import io
import json
from datetime import date, datetime

from freezegun import freeze_time
from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille.tests.common import MONDAY, NOW

from ...demo import Demonstration
from ...models.core.guards import STATING
from ..common_regie import RegieCase

IN_DECEMBER = date(2026, 12, 10)
IN_JANUARY = date(2027, 1, 2)


@tagged("post_install", "-at_install")
class TestCollectionStatement(RegieCase):
    def setUp(self):
        super().setUp()
        # 10.00 € of two products.
        self.lines = [(self.meal, 7.20), (self.t1, 2.80)]
        self.bill = self.invoice(self.martin, self.lines, IN_DECEMBER)

    # === What it says === #

    def test_a_statement_holds_all_that_the_accountant_asks(self):
        cash = self.pay(self.martin, 6, IN_DECEMBER, self.bill)
        cheque = self.pay(self.durand, 20, date(2026, 12, 15), journal=self.cheque)
        self.give_back(self.durand, 5, date(2026, 12, 20), cheque.move_id, self.cheque)
        remittance = self.Remittance.create(
            {
                "regie_id": self.regie.id,
                "journal_id": self.cash.id,
                "date": date(2026, 12, 22),
                "amount": 4,
            }
        )
        remittance.action_confirm()
        # The meal of a booking that was made on 1 December.
        with freeze_time(datetime(2026, 12, 1, 8, 0)):
            owed = self.booked(self.nina, self.meal, MONDAY, datetime(2026, 12, 1, 8))
        owed = owed.charge_ids.move_id
        statement = self.close(self.statement())
        self.assertEqual(statement.name, "REG-E-2026-001")
        self.assertEqual(statement.opening_balance, 0)
        self.assertEqual(statement.receipts_total, 26)
        self.assertEqual(statement.refunds_total, -5)
        self.assertEqual(statement.remittances_total, -4)
        self.assertEqual(statement.closing_balance, 17)
        self.assertEqual(statement.receipt_count, 2)
        self.assertEqual(statement.receipt_first, cash.espace_receipt_number)
        self.assertEqual(statement.receipt_last, cheque.espace_receipt_number)
        self.assertEqual(remittance.statement_id, statement)
        content = statement._read_content()
        self.assertEqual(
            [(row["number"], row["amount"], row["age"]) for row in content["unpaid"]],
            [(owed.name, 360, 30), (self.bill.name, 400, 21)],
        )
        self.assertEqual([row["amount"] for row in content["taken_back"]], [-500])
        by_means = {r["journal"]: r["closing"] for r in statement.summary["means"]}
        self.assertEqual(by_means[self.cash.id], 200)
        self.assertEqual(by_means[self.cheque.id], 1500)
        self.assertEqual(
            self.cents(statement), {self.meal: 432, self.t1: 168, None: 1500}
        )

    def test_a_list_shows_closed_and_open_statements_together(self):
        self.pay(self.martin, 10, IN_DECEMBER, self.bill)
        december = self.close(self.statement())
        statements = self.january() | december
        statements.invalidate_recordset()
        self.assertEqual(statements.mapped("closing_balance"), [10, 10])

    def test_an_open_statement_shows_what_comes_in(self):
        statement = self.statement()
        self.assertEqual(statement.receipts_total, 0)
        self.pay(self.martin, 10, IN_DECEMBER, self.bill)
        statement.invalidate_recordset()
        self.assertEqual(statement.receipts_total, 10)
        self.assertIn("10.00", statement.preview)
        self.assertFalse(statement.allocation_ids)

    def test_parts_of_an_invoice_add_up_to_its_lines(self):
        self.pay(self.martin, 3.33, IN_DECEMBER, self.bill)
        december = self.close(self.statement())
        self.pay(self.martin, 3.33, IN_JANUARY, self.bill)
        self.pay(self.martin, 3.34, date(2027, 1, 3), self.bill)
        self.assertEqual(self.bill.payment_state, "paid")
        january = self.january(3)
        self.close(january)
        for product, euros in self.lines:
            recorded = sum(self.cents(s)[product] for s in december | january)
            self.assertEqual(recorded, round(euros * 100))

    def test_a_credit_note_lowers_what_the_rest_pays(self):
        self.invoice(self.martin, [(self.t1, 2.80)], IN_DECEMBER, "out_refund")
        self.assertEqual(self.bill.amount_residual, 7.20)
        self.pay(self.martin, 7.20, IN_DECEMBER, self.bill)
        statement = self.close(self.statement())
        self.assertEqual(self.cents(statement), {self.meal: 720})

    def test_a_credit_note_paid_back_takes_from_its_product(self):
        self.pay(self.martin, 10, IN_DECEMBER, self.bill)
        credit = self.invoice(self.martin, [(self.t1, 2.80)], IN_DECEMBER, "out_refund")
        self.give_back(self.martin, 2.80, date(2026, 12, 20), credit)
        statement = self.close(self.statement())
        self.assertEqual(self.cents(statement), {self.meal: 720})
        self.assertEqual(self.cents(statement, kind="refund"), {self.t1: -280})

    def test_no_payment_writes_a_difference_off(self):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=self.bill.ids)
            .create(
                {
                    "payment_date": IN_DECEMBER,
                    "journal_id": self.cash.id,
                    "amount": 9.50,
                    "payment_difference_handling": "reconcile",
                    "writeoff_account_id": self.bill.invoice_line_ids.account_id[:1].id,
                }
            )
        )
        with self.assertRaises(UserError):
            wizard._create_payments()

    # === Advances === #

    def test_an_advance_used_later_is_a_line_of_the_open_statement(self):
        payment = self.pay(self.martin, 12, IN_DECEMBER)
        december = self.close(self.statement())
        self.assertEqual(self.cents(december), {None: 1200})
        later = self.invoice(self.martin, self.lines, IN_JANUARY)
        self.match(payment, later)
        january = self.close(self.january(3))
        self.assertEqual(
            self.cents(january), {None: -1000, self.meal: 720, self.t1: 280}
        )
        self.assertEqual(set(january.allocation_ids.mapped("kind")), {"transfer"})
        self.assertEqual(january.receipts_total, 0)
        [advance] = [row for row in january.summary["products"] if row["advance"]]
        self.assertEqual((advance["transfers"], advance["total"]), (-1000, -1000))

    def test_what_is_matched_after_the_period_is_still_an_advance(self):
        payment = self.pay(self.martin, 10, IN_DECEMBER)
        later = self.invoice(self.martin, self.lines, IN_JANUARY)
        self.match(payment, later)
        december = self.close(self.statement())
        self.assertEqual(self.cents(december), {None: 1000})
        january = self.close(self.january(3))
        self.assertEqual(
            self.cents(january), {None: -1000, self.meal: 720, self.t1: 280}
        )

    def test_an_invoice_taken_off_a_stated_payment_moves_it_to_the_advances(self):
        payment = self.pay(self.martin, 10, IN_DECEMBER, self.bill)
        self.close(self.statement())
        line = self.receivable_lines(payment.move_id)
        with self.assertRaises(UserError):
            line.remove_move_reconcile()
        allow(line, STATING).remove_move_reconcile()
        january = self.close(self.january(3))
        self.assertEqual(
            self.cents(january), {None: 1000, self.meal: -720, self.t1: -280}
        )

    # === Rejections === #

    def test_a_rejection_is_a_line_of_its_own_in_the_next_statement(self):
        payment = self.pay(self.martin, 10, IN_DECEMBER, self.bill, self.cheque)
        december = self.close(self.statement())
        rejection = self.reject(payment, IN_JANUARY)
        self.assertEqual(rejection.espace_kind, "rejection")
        january = self.close(self.january(3))
        self.assertEqual(january.rejections_total, -10)
        self.assertEqual(january.closing_balance, 0)
        self.assertEqual(self.cents(january), {self.meal: -720, self.t1: -280})
        [row] = january._read_content()["taken_back"]
        self.assertEqual(row["reverses"], payment.espace_receipt_number)
        self.assertEqual(december.receipts_total, 10)
        self.assertEqual(self.cents(december), {self.meal: 720, self.t1: 280})

    def test_a_rejection_in_the_same_period_shows_both(self):
        payment = self.pay(self.martin, 10, IN_DECEMBER, self.bill, self.cheque)
        self.reject(payment, date(2026, 12, 20))
        statement = self.close(self.statement())
        self.assertEqual(statement.receipts_total, 10)
        self.assertEqual(statement.rejections_total, -10)
        receipt = self.cents(statement, kind="receipt")
        self.assertEqual(receipt, {self.meal: 720, self.t1: 280})
        self.assertEqual(self.cents(statement), {})

    def test_what_was_rejected_and_paid_again_paid_its_products_once(self):
        payment = self.pay(self.martin, 10, IN_DECEMBER, self.bill, self.cheque)
        december = self.close(self.statement())
        self.reject(payment, IN_JANUARY)
        self.pay(self.martin, 10, date(2027, 1, 3), self.bill)
        january = self.close(self.january(3))
        self.assertEqual(self.cents(january), {})
        self.assertEqual(self.cents(december), {self.meal: 720, self.t1: 280})

    def test_a_rejection_whose_debt_is_paid_itself(self):
        """The invoice stays paid; the family pays what the bank took back."""
        payment = self.pay(self.martin, 10, IN_DECEMBER, self.bill, self.cheque)
        rejection = self.give_back(
            self.martin,
            10,
            date(2026, 12, 20),
            journal=self.cheque,
            espace_reverses_id=payment.id,
        )
        december = self.close(self.statement())
        [unpaid] = december._read_content()["unpaid"]
        self.assertEqual((unpaid["id"], unpaid["amount"]), (rejection.move_id.id, 1000))
        self.pay(self.martin, 10, IN_JANUARY, rejection.move_id)
        january = self.close(self.january(3))
        self.assertEqual(self.cents(january), {self.meal: 720, self.t1: 280})

    # === Closing === #

    def test_the_next_opens_with_what_the_last_closed_with(self):
        self.pay(self.martin, 10, IN_DECEMBER, self.bill)
        self.close(self.statement())
        january = self.january()
        self.assertEqual(january.opening_balance, 10)
        self.assertEqual(january.closing_balance, 10)
        self.assertFalse(january.is_first)
        with self.assertRaises(UserError):
            self.env["espace.collection.opening"].create(
                {"statement_id": january.id, "journal_id": self.cash.id, "amount": 1}
            )

    def test_the_first_opening_balance_is_entered(self):
        self.pay(self.martin, 10, date(2026, 11, 30))
        statement = self.statement()
        opening = statement.opening_ids.filtered(lambda o: o.journal_id == self.cash)
        self.assertEqual(opening.amount, 10)
        opening.amount = 12.50
        self.assertEqual(statement.opening_balance, 12.50)
        self.assert_not_closed(statement, "books")
        opening.amount = 10
        statement.invalidate_recordset()
        self.close(statement)
        with self.assertRaises(UserError):
            opening.amount = 11
        with self.assertRaises(UserError):
            opening.unlink()

    def test_numbers_follow_each_other_by_year(self):
        names = [
            self.close(self.statement(date(2026, 11, 1), date(2026, 11, 30))).name,
            self.close(self.statement()).name,
            self.close(self.january(2)).name,
        ]
        self.assertEqual(names, ["REG-E-2026-001", "REG-E-2026-002", "REG-E-2027-001"])

    def test_each_regie_has_its_own_numbers(self):
        self.close(self.statement())
        other, _journals, _treasury = self._open_regie("RE2")
        self.assertEqual(
            self.close(self.statement(regie_id=other.id)).name, "RE2-E-2026-001"
        )

    def test_what_was_closed_says_the_same_for_ever(self):
        self.pay(self.martin, 10, IN_DECEMBER, self.bill)
        statement = self.close(self.statement())
        before = statement._read_content()
        pages = self.html(statement)
        self.martin.partner_id.name = "Renamed"
        self.meal.name = "Renamed"
        self.cash.name = "Renamed"
        self.regie.name = "Renamed"
        self.regie.remittance_journal_id = False
        self.env.invalidate_all()
        self.assertEqual(statement._read_content(), before)
        self.assertEqual(self.html(statement), pages)
        self.assertIn(statement.content_hash, pages)

    def html(self, statement):
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "espace_famille_billing.collection_statement", statement.ids
        )
        return html.decode()

    def test_nobody_changes_a_closed_statement(self):
        statement = self.close(self.statement())
        for records in (statement, statement.sudo(), statement.with_user(1)):
            for vals in (
                {"date_to": date(2026, 12, 30)},
                {"state": "draft"},
                {"content": "{}"},
                {"name": "X"},
                {"regie_id": self.regie.id},
            ):
                with self.subTest(vals=vals), self.assertRaises(UserError):
                    records.write(vals)
            with self.assertRaises(UserError):
                records.unlink()
        with self.assertRaises(UserError):
            statement.action_close()

    def test_nobody_writes_what_only_closing_gives(self):
        statement = self.statement()
        for vals in ({"state": "closed"}, {"content_hash": "0"}, {"rank": 7}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                statement.sudo().write(vals)
            with self.assertRaises(UserError):
                self.statement(date(2027, 1, 1), date(2027, 1, 2), **vals)

    def test_imputations_never_change(self):
        self.pay(self.martin, 10, IN_DECEMBER, self.bill)
        line = self.close(self.statement()).allocation_ids[0]
        with self.assertRaises(UserError):
            line.sudo().amount = 1
        with self.assertRaises(UserError):
            line.sudo().unlink()

    def test_a_stated_payment_and_its_entry_stay_as_they_are(self):
        payment = self.pay(self.martin, 10, IN_DECEMBER, self.bill)
        self.close(self.statement())
        move = payment.move_id
        attempts = {
            "draft": payment.action_draft,
            "cancel": payment.action_cancel,
            "reject": payment.action_reject,
            "unlink": payment.unlink,
            "amount": lambda: payment.write({"amount": 9}),
            "date": lambda: payment.write({"date": IN_JANUARY}),
            "number": lambda: payment.write({"espace_receipt_number": "1"}),
            "statement": lambda: payment.write({"espace_statement_id": False}),
            "move draft": move.button_draft,
            "move cancel": move.button_cancel,
            "move unlink": lambda: move.with_context(force_delete=True).unlink(),
            "move date": lambda: move.write({"date": IN_JANUARY}),
            "line": lambda: move.line_ids[0].write({"partner_id": False}),
        }
        for name, attempt in attempts.items():
            with self.subTest(name), self.assertRaises(UserError) as error:
                attempt()
            self.assertRegex(str(error.exception), "collection|went through the régie")
        with self.assertRaises(UserError):
            move.line_ids.unlink()
        self.assertEqual((payment.state, move.state), ("paid", "posted"))
        self.assertEqual(self.bill.payment_state, "paid")

    def test_the_journal_of_a_stated_payment_stays_with_its_regie(self):
        self.pay(self.martin, 10, IN_DECEMBER, self.bill)
        self.close(self.statement())
        for vals in ({"espace_regie_id": False}, {"espace_means": "card"}):
            with self.assertRaises(UserError):
                self.cash.write(vals)
        self.cash.write({"espace_regie_id": self.regie.id, "name": "Caisse 1"})

    def test_a_journal_with_old_payments_does_not_join_closed_times(self):
        self.cash.espace_regie_id = False
        self.pay(self.martin, 10, IN_DECEMBER)
        self.close(self.statement())
        with self.assertRaises(UserError):
            self.cash.espace_regie_id = self.regie

    # === Refused === #

    def levels(self, statement):
        return {check.code: check.level for check in statement._checks()}

    def assert_not_closed(self, statement, code):
        self.assertEqual(self.levels(statement)[code], "blocking")
        self.assertFalse(statement.can_close)
        with self.assertRaises(UserError):
            statement.action_close()
        self.assertEqual(statement.state, "draft")
        self.assertFalse(statement.name)

    def test_an_open_day_is_refused(self):
        for day in (NOW.date(), date(2027, 1, 5)):
            with self.subTest(day=day):
                statement = self.statement(date(2027, 1, 1), day)
                self.assert_not_closed(statement, "over")
                statement.unlink()
        self.close(self.january(3))

    def test_the_day_ends_on_the_clock_of_the_commune(self):
        statement = self.january()
        with freeze_time(datetime(2027, 1, 31, 22, 30)):
            self.assertEqual(self.levels(statement)["over"], "blocking")
        with freeze_time(datetime(2027, 1, 31, 23, 30)):
            self.assertEqual(self.levels(statement)["over"], "ok")

    def test_a_draft_payment_is_refused(self):
        payment = self.pay(self.martin, 10, IN_DECEMBER, post=False)
        statement = self.statement()
        self.assert_not_closed(statement, "drafts")
        payment.action_post()
        statement.invalidate_recordset()
        self.close(statement)

    def test_a_draft_remittance_is_refused(self):
        self.pay(self.martin, 10, IN_DECEMBER)
        remittance = self.Remittance.create(
            {
                "regie_id": self.regie.id,
                "journal_id": self.cash.id,
                "date": IN_DECEMBER,
            }
        )
        statement = self.statement()
        self.assert_not_closed(statement, "remittances")
        remittance.unlink()
        statement.invalidate_recordset()
        self.close(statement)

    def test_a_payment_without_a_number_keeps_it_open(self):
        """As in a journal that collected before it belonged to the régie."""
        journal = self._create_journal(
            self.env["espace.regie"], False, "OLD", "541299", "Ancienne caisse"
        )
        payment = self.pay(self.martin, 10, IN_DECEMBER, journal=journal)
        self.assertFalse(payment.espace_receipt_number)
        statement = self.statement()
        self.assertEqual(self.levels(statement)["numbers"], "ok")
        journal.write({"espace_regie_id": self.regie.id, "espace_means": "transfer"})
        statement.invalidate_recordset()
        self.assert_not_closed(statement, "numbers")
        payment.with_user(self._create_staff("finance")).action_espace_number()
        self.assertTrue(payment.espace_receipt_number)
        statement.invalidate_recordset()
        self.close(statement)

    def test_numbers_are_given_by_the_regie_to_families_only(self):
        payment = self.pay(self.martin, 10, IN_DECEMBER)
        number = payment.espace_receipt_number
        payment.action_espace_number()
        self.assertEqual(payment.espace_receipt_number, number)
        with self.assertRaises(AccessError):
            payment.with_user(self._create_staff("manager")).action_espace_number()
        stranger = self.env["res.partner"].create({"name": "Association"})
        other = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": stranger.id,
                "amount": 5,
                "date": IN_DECEMBER,
                "journal_id": self.cash.id,
            }
        )
        other.action_post()
        with self.assertRaises(UserError):
            other.action_espace_number()
        statement = self.statement()
        self.assert_not_closed(statement, "numbers")
        other.action_draft()
        other.unlink()
        statement.invalidate_recordset()
        self.close(statement)

    def test_one_statement_is_open_at_a_time(self):
        self.statement()
        with self.assertRaises(ValidationError):
            self.january()

    def test_gaps_and_overlaps_are_refused(self):
        self.close(self.statement())
        for start, end in (
            (date(2027, 1, 2), date(2027, 1, 31)),
            (date(2026, 12, 31), date(2026, 12, 31)),
            (date(2026, 11, 1), date(2026, 11, 30)),
        ):
            with self.subTest(start=start), self.assertRaises(ValidationError):
                self.statement(start, end)

    def test_a_statement_lies_within_a_year(self):
        with self.assertRaises(ValidationError):
            self.statement(date(2026, 12, 1), date(2027, 1, 3))

    def test_money_is_not_dated_into_a_closed_period(self):
        self.close(self.statement())
        for day in (date(2026, 12, 31), date(2026, 11, 15)):
            with self.subTest(day=day), self.assertRaises(ValidationError) as error:
                self.pay(self.martin, 10, day, self.bill)
            self.assertIn("01/01/2027", str(error.exception))
        with self.assertRaises(ValidationError):
            self.give_back(self.martin, 10, date(2026, 12, 31))
        self.pay(self.martin, 10, date(2027, 1, 1), self.bill)

    def test_a_payment_elsewhere_may_be_dated_there(self):
        self.close(self.statement())
        self.pay(self.martin, 10, IN_DECEMBER, journal=self.bank_journal)

    def test_money_paid_online_is_dated_on_the_clock_of_the_commune(self):
        """At half past midnight of 1 February it is still January in UTC."""
        self._publish_provider()
        self.bank_journal.write(
            {"espace_regie_id": self.regie.id, "espace_means": "online"}
        )
        with freeze_time(datetime(2027, 1, 31, 23, 30)):
            self.close(self.statement())
            self.close(self.january())
            transaction = self.notify(self.transaction(self.bill))
        self.assertEqual(transaction.payment_id.date, date(2027, 2, 1))
        self.assertEqual(self.bill.payment_state, "paid")

    # === Close the month === #

    def test_the_month_after_the_last_is_proposed(self):
        self.pay(self.martin, 10, date(2026, 11, 20))
        action = self.regie.action_close_month()
        november = self.Statement.browse(action["res_id"])
        self.assertEqual(
            (november.date_from, november.date_to),
            (date(2026, 11, 1), date(2026, 11, 30)),
        )
        self.assertEqual(self.regie.action_close_month()["res_id"], november.id)
        self.assertTrue(november.can_close)
        self.close(november)
        action = self.Statement.action_close_next()
        december = self.Statement.browse(action["res_id"])
        self.assertEqual(
            (december.date_from, december.date_to),
            (date(2026, 12, 1), date(2026, 12, 31)),
        )

    def test_the_form_proposes_regie_and_period(self):
        form = Form(self.Statement)
        self.assertEqual(form.regie_id, self.regie)
        self.assertEqual(form.date_to, date(2027, 1, 31))
        statement = form.save()
        self.assertEqual(len(statement.opening_ids), 3)
        self.assertIn("fa-check", statement.checklist)

    def test_a_commune_without_a_regie_is_told_so(self):
        self.regie.journal_ids.espace_regie_id = False
        self.regie.active = False
        with self.assertRaises(UserError):
            self.Statement.action_close_next()

    # === Demonstration === #

    def test_the_demonstration_leaves_the_last_month_to_be_closed(self):
        for day in (date(2026, 10, 5), date(2026, 11, 5), IN_DECEMBER, IN_JANUARY):
            self.pay(self.martin, 10, day)
            self.pay(self.durand, 20, day, journal=self.cheque)
        self.patch(Demonstration, "_company", lambda _demo: self.company)
        self.patch(Demonstration, "_today", lambda _demo: NOW.date())
        Demonstration(self.env)._load_collections()
        statements = self.regie.statement_ids.sorted("date_from")
        self.assertEqual(statements.mapped("state"), ["closed", "closed", "draft"])
        self.assertEqual(statements[-1].date_to, date(2026, 12, 31))
        self.assertTrue(statements[-1].can_close)
        self.assertEqual(statements.mapped("closing_balance"), [0, 0, 30])
        self.assertEqual(len(self.regie.remittance_ids), 4)

    # === Documents === #

    def test_the_workbook_holds_numbers(self):
        self.pay(self.martin, 10, IN_DECEMBER, self.bill, memo="=1+1")
        statement = self.close(self.statement())
        book = load_workbook(io.BytesIO(base64.b64decode(statement.xlsx)))
        self.assertEqual(len(book.sheetnames), 8)
        receipts = book["Receipts"]
        rows = next(receipts.iter_rows(min_row=2, max_row=2, values_only=True))
        self.assertEqual(rows[0], datetime(2026, 12, 10))
        self.assertEqual(rows[4], "=1+1")
        self.assertEqual(receipts.cell(2, 5).data_type, "s")
        # “Paid” is an amount; what was paid for is in words.
        headings = [cell.value for cell in receipts[1]]
        said = dict(zip(headings, rows, strict=True))
        self.assertEqual(said["Paid"], 10)
        self.assertEqual(said["Paid for"], self.bill.name)
        self.assertEqual(receipts.cell(3, 7).value, "=SUM(G2:G2)")
        products = list(book["By Product"].iter_rows(min_row=2, values_only=True))
        self.assertEqual([row[2] for row in products[:2]], [7.2, 2.8])

    def test_open_and_closed_statements_print(self):
        self.pay(self.martin, 10, IN_DECEMBER, self.bill)
        statement = self.statement()
        self.assertIn("Draft", self.html(statement))
        statement.invalidate_recordset()
        self.close(statement)
        html = self.html(statement)
        self.assertNotIn("Draft", html)
        for words in ("REG-E-2026-001", "7.20", "Certified true"):
            self.assertIn(words, html)
        receipts, _type = self.env["ir.actions.report"]._render_qweb_html(
            "espace_famille_billing.collection_receipts", statement.ids
        )
        self.assertIn(self.bill.name, receipts.decode())

    def test_the_content_is_kept_as_text_of_its_hash(self):
        self.pay(self.martin, 10, IN_DECEMBER, self.bill)
        statement = self.close(self.statement())
        self.assertEqual(json.loads(statement.content)["number"], statement.name)
        self.assertEqual(len(statement.content_hash), 64)

    # === Rights === #

    def test_management_reads_and_the_regie_closes(self):
        self.pay(self.martin, 10, IN_DECEMBER, self.bill)
        finance = self._create_staff("finance")
        manager = self._create_staff("manager")
        statement = self.statement().with_user(finance)
        with self.assertRaises(AccessError):
            statement.with_user(manager).action_close()
        self.assertEqual(statement.with_user(manager).receipts_total, 10)
        statement.with_user(manager).read()
        Form(statement.with_user(manager))
        statement.action_close()
        self.assertEqual(statement.closed_by_id, finance)
        statement.with_user(manager).read()
        statement.allocation_ids.with_user(manager).read()
        for user in (finance, manager):
            with self.assertRaises(UserError):
                statement.allocation_ids.with_user(user).write({"amount": 1})
