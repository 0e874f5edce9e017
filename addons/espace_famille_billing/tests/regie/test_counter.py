from datetime import date

from lxml import etree
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, THURSDAY, TODAY

from ..common_regie import CounterCase, euros


@tagged("post_install", "-at_install")
class TestCounter(CounterCase):
    """Encaissement au guichet."""

    def test_numbers_begin_with_the_code_of_the_regie_for_ever(self):
        self.regie.code = "SCO"
        payment = self.pay(self.martin)
        self.assertEqual(payment.espace_receipt_number, "SCO-2027-00001")
        self.regie.write({"code": "SCO", "name": "Régie des écoles"})
        with self.assertRaises(UserError):
            self.regie.code = "RS"
        self.assertEqual(self.regie.code, "SCO")

    def test_what_the_family_owes_is_shown_and_chosen(self):
        form = self.counter()
        self.assertEqual(form.open_amount, 4.90)
        self.assertEqual(form.amount, 4.90)
        self.assertEqual(form.regie_id, self.regie)
        lines = form.line_ids._records
        self.assertEqual([line["pay"] for line in lines], [True, True])
        self.assertEqual([line["amount"] for line in lines], [3.60, 1.30])

    def test_several_invoices_are_one_payment_with_one_receipt(self):
        payment = self.pay()
        self.assertEqual(payment.state, "paid")
        self.assertEqual(payment.amount, 4.90)
        self.assertEqual(payment.espace_kind, "receipt")
        self.assertEqual(payment.espace_regie_id, self.regie)
        self.assertEqual(payment.espace_receipt_number, "RS-2027-00001")
        self.assertEqual(
            payment._espace_settled(),
            [(self.meal_move, 3.60), (self.evening_move, 1.30)],
        )
        self.assertEqual(self.left(), euros("0", "0", "3.60"))
        self.assertEqual(
            set((self.meal_move | self.evening_move).mapped("payment_state")), {"paid"}
        )
        self.assertEqual(self.receivable(self.martin), 0)
        self.assertEqual(payment.espace_balance_after, 0)

    def test_an_amount_is_shared_from_the_oldest_on(self):
        payment = self.pay(amount=4)
        self.assertEqual(self.left(), euros("0", "0.90", "3.60"))
        self.assertEqual(payment.espace_balance_after, 0.90)
        self.assertEqual(self.evening_move.payment_state, "partial")
        self.assertEqual(self.pay().amount, 0.90)
        self.assertEqual(self.left(), euros("0", "0", "3.60"))

    def test_the_amounts_of_each_invoice_are_kept_as_chosen(self):
        form = self.counter()
        with form.line_ids.edit(0) as line:
            line.amount = 1
        with form.line_ids.edit(1) as line:
            line.amount = 0.50
        self.assertEqual(form.amount, 1.50)
        form.save().action_register()
        self.assertEqual(self.left(), euros("2.60", "0.80", "3.60"))

    def test_an_invoice_that_is_not_chosen_is_not_paid(self):
        form = self.counter()
        with form.line_ids.edit(0) as line:
            line.pay = False
        self.assertEqual(form.amount, 1.30)
        form.save().action_register()
        self.assertEqual(self.left(), euros("3.60", "0", "3.60"))

    def test_from_an_invoice_it_alone_is_chosen(self):
        form = self.counter(moves=self.evening_move)
        self.assertEqual(form.amount, 1.30)
        form.amount = 2
        self.assertEqual(
            [line["amount"] for line in form.line_ids._records], [0.70, 1.30]
        )
        form.amount = 1
        self.assertEqual([line["amount"] for line in form.line_ids._records], [1, 0])

    def test_invoices_of_several_families_are_left_to_odoo(self):
        moves = self.meal_move | self.lina_move
        action = moves.with_user(self.clerk).action_register_payment()
        self.assertEqual(action["res_model"], "account.payment.register")

    # === Advances === #

    def test_what_is_beyond_the_debt_is_kept_where_the_agent_says_so(self):
        form = self.counter()
        form.amount = 6
        self.assertEqual(form.advance, 1.10)
        self.assertFalse(form.keep_advance)
        form.keep_advance = True
        payment = self.Payment.browse(form.save().action_register()["res_id"])
        self.assertEqual(payment.amount, 6)
        self.assertEqual(payment._espace_kept(), 1.10)
        self.assertEqual(payment.espace_balance_after, -1.10)
        self.assertEqual(self.left(), euros("0", "0", "3.60"))
        self.assertEqual(self.martin._espace_credit(), 1.10)

    def test_the_next_invoice_uses_what_was_kept(self):
        self.pay(amount=6, keep_advance=True)
        move = self._invoiced(self.nina, self.t2, THURSDAY)
        self.assertEqual(move.amount_residual, 0.20)
        self.assertEqual(self.martin._espace_credit(), 0)
        self.assertEqual(float(move._espace_sums().deducted), 1.10)

    def test_no_change_is_given_on_a_cesu(self):
        form = self.counter()
        form.journal_id = self.journals["cesu"]
        form.amount = 10
        self.assertTrue(form.keep_advance)
        payment = self.Payment.browse(form.save().action_register()["res_id"])
        # It pays the childcare of 1.30 €, never the canteen.
        self.assertEqual((payment.amount, payment._espace_kept()), (10, 8.70))
        self.assertEqual(self.left(), euros("3.60", "0", "3.60"))
        self.assertEqual(self.martin.amount_due, 3.60)
        move = self._invoiced(self.nina, self.t2, THURSDAY)
        self.assertEqual(move.amount_residual, 0)
        self.Payment.env["espace.charge"]._cron_invoice_at_once(NOW)
        self.assertEqual(payment._espace_kept(), 7.40)
        self.assertEqual(self.left(), euros("3.60", "0", "3.60"))

    def test_passing_by_the_cesu_changes_no_amount(self):
        """The arrow keys pass by each means of payment on their way."""
        for typed, received in ((None, 4.90), (2, 2)):
            with self.subTest(typed=typed):
                form = self.counter()
                if typed:
                    form.amount = typed
                form.journal_id = self.journals["cesu"]
                self.assertEqual(form.amount, min(received, 1.30) if not typed else 0)
                form.journal_id = self.journals["card"]
                self.assertEqual(form.amount, received)
                lines = form.line_ids._records
                self.assertEqual(sum(line["amount"] for line in lines), received)

    def test_what_is_typed_for_a_cesu_stays(self):
        form = self.counter()
        form.journal_id = self.journals["cesu"]
        form.amount = 1
        form.journal_id = self.journals["card"]
        self.assertEqual(form.amount, 1)

    def test_an_advance_is_received_from_who_owes_nothing(self):
        self.pay(self.durand)
        payment = self.pay(self.durand, amount=20, keep_advance=True)
        self.assertEqual(payment.espace_receipt_number, "RS-2027-00002")
        self.assertEqual(self.durand._espace_credit(), 20)
        self.assertIn("20.00", self.receipt(payment))

    def test_an_advance_is_paid_back_and_rejected_as_any_payment(self):
        payment = self.pay(amount=6, keep_advance=True)
        payment.with_user(self.clerk)._espace_reject("mistake", TODAY)
        self.assertEqual(self.left(), euros("3.60", "1.30", "3.60"))
        self.assertEqual(self.martin._espace_credit(), 0)

    # === Not possible === #

    def assert_refused(self, form, *words):
        before = self.Payment.search_count([])
        wizard = form.save()
        with self.assertRaises(UserError) as error:
            wizard.action_register()
        for word in words:
            self.assertIn(word, str(error.exception).replace("\N{NO-BREAK SPACE}", " "))
        self.assertEqual(self.Payment.search_count([]), before)
        self.assertEqual(self.left(), euros("3.60", "1.30", "3.60"))

    def test_more_than_the_debt_is_refused_with_the_debt(self):
        form = self.counter()
        form.amount = 5
        self.assert_refused(form, "owes 4.90 €", "5.00 €")

    def test_one_cent_more_than_the_debt_is_refused(self):
        form = self.counter()
        form.amount = 4.91
        self.assert_refused(form, "4.91 €")

    def test_more_than_one_invoice_asks_is_refused(self):
        form = self.counter()
        with form.line_ids.edit(0) as line:
            line.amount = 4
        with form.line_ids.edit(1) as line:
            line.pay = False
        self.assert_refused(form, "Only 3.60 €")

    def test_nothing_and_less_than_nothing_are_refused(self):
        for amount in (0, -1):
            form = self.counter()
            form.amount = amount
            self.assert_refused(form, "amount")

    def test_a_double_click_takes_the_money_once(self):
        wizard = self.counter().save()
        before = self.env["account.payment"].search_count([])
        for action in ("action_register", "action_register_and_print"):
            getattr(wizard, action)()
        self.assertEqual(self.env["account.payment"].search_count([]), before + 1)

    def test_the_same_form_sent_twice_takes_the_money_once(self):
        """“Back” and “Register” again, or a program that calls a second time."""
        form = self.counter()
        token = form.token
        vals = {
            "family_id": self.martin.id,
            "regie_id": self.regie.id,
            "journal_id": self.journals["cash"].id,
            "token": token,
        }
        Wizard = self.env["espace.counter.wizard"].with_user(self.clerk)
        before = self.Payment.search_count([])
        for amount in (1, 1, 2):
            wizard = Wizard.create(vals)
            wizard.write({"amount": amount})
            wizard.line_ids[0].write({"pay": True, "amount": amount})
            wizard.line_ids[1].write({"pay": False, "amount": 0})
            action = wizard.action_register()
        self.assertEqual(self.Payment.search_count([]), before + 1)
        payment = self.Payment.browse(action["res_id"])
        self.assertEqual(payment.amount, 1)
        self.assertEqual(self.left(), euros("2.60", "1.30", "3.60"))
        self.assertNotEqual(self.counter().token, token)

    def test_the_database_refuses_the_same_form_twice(self):
        payment = self.pay(amount=1)
        self.assertTrue(payment.espace_form_token)
        vals = {
            **payment.copy_data()[0],
            "espace_form_token": payment.espace_form_token,
        }
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.Payment.create(vals)

    def test_a_refund_sent_twice_pays_back_once(self):
        self.pay(amount=10, keep_advance=True)
        Wizard = self.env["espace.refund.wizard"].with_user(self.clerk)
        action = self.martin.with_user(self.clerk).action_espace_refund()
        form = Form(Wizard.with_context(**action["context"]))
        form.journal_id = self.journals["cash"]
        form.amount = 2
        wizard = form.save()
        for _time in range(2):
            wizard.action_refund()
        self.assertEqual(self.martin._espace_credit(), 3.10)

    def test_archived_families_are_found_and_said_to_be_so(self):
        # They came: nothing is booked any more.
        self.martin.reservation_ids.attendance = "present"
        self.martin.action_archive()
        Family = self.env["espace.family"].with_user(self.clerk)
        found = Family.with_context(
            active_test=False, espace_show_archived=True
        ).name_search("Martin")
        self.assertTrue(dict(found)[self.martin.id].startswith("Martin (archived) – "))
        form = self.counter()
        self.assertTrue(form.archived)
        self.assertEqual(form.amount, 4.90)
        form.save().action_register()
        self.assertEqual(self.receivable(self.martin), 0)

    def test_dates_are_shown_with_their_year(self):
        """Odoo leaves the current year out, unless a date is written in figures."""
        Wizard = self.env["espace.counter.wizard"]
        arch = etree.fromstring(Wizard.get_view()["arch"])
        dates = arch.xpath("//field[@name='date' or @name='date_maturity']")
        self.assertEqual(len(dates), 3)
        for node in dates:
            self.assertIn("'numeric': true", node.get("options"))

    def test_a_day_to_come_is_refused(self):
        form = self.counter()
        form.date = MONDAY
        self.assert_refused(form, "yet to come")

    def test_a_cheque_without_number_is_refused(self):
        wizard = self.counter().save()
        wizard.journal_id = self.journals["cheque"]
        with self.assertRaises(UserError) as error:
            wizard.action_register()
        self.assertIn("number of the cheque", str(error.exception))

    def test_what_another_agent_took_meanwhile_is_not_taken_twice(self):
        form = self.counter()
        late = form.save()
        self.pay()
        with self.assertRaises(UserError):
            late.action_register()
        self.assertEqual(self.receivable(self.martin), 0)

    def test_the_line_of_another_family_is_refused(self):
        wizard = self.counter().save()
        wizard.line_ids[0].move_line_id = self.lina_move.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        with self.assertRaises(UserError):
            wizard.action_register()

    def test_a_journal_without_a_regie_is_refused(self):
        parts = {self.martin._espace_open_lines("debit")[0]: 1}
        with self.assertRaises(UserError) as error:
            self.Payment.with_user(self.clerk)._espace_register(
                self.martin, self.bank_journal, parts, TODAY
            )
        self.assertIn("belongs to no régie", str(error.exception))

    def test_the_lock_date_of_the_books_holds(self):
        form = self.counter()
        form.date = "2026-12-30"
        wizard = form.save()
        self.company.fiscalyear_lock_date = "2026-12-31"
        with self.assertRaises(UserError):
            wizard.action_register()

    def test_only_the_regie_takes_money(self):
        for role in ("manager", "animation"):
            user = self._create_staff(role)
            with self.assertRaises(AccessError):
                self.env["espace.counter.wizard"].with_user(user).create({})
            with self.assertRaises(AccessError):
                self.Payment.with_user(user)._espace_register(
                    self.martin, self.journals["cash"], {}, TODAY
                )

    # === Receipts === #

    def test_receipts_are_numbered_without_gap_by_year(self):
        first = self.pay(amount=1)
        with self.assertRaises(UserError):
            form = self.counter()
            form.amount = 100
            form.save().action_register()
        second = self.pay(self.durand, means="cheque")
        earlier = self.pay(amount=1, date="2026-12-31")
        third = self.pay()
        self.assertEqual(
            (first | second | earlier | third).mapped("espace_receipt_number"),
            ["RS-2027-00001", "RS-2027-00002", "RS-2026-00001", "RS-2027-00003"],
        )

    def test_the_button_of_odoo_gives_a_receipt_too(self):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.lina_move.ids
        )
        payment = wizard.create(
            {"journal_id": self.journals["card"].id}
        )._create_payments()
        self.assertEqual(payment.espace_receipt_number, "RS-2027-00001")

    def test_what_the_button_of_odoo_leaves_over_pays_the_rest(self):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.meal_move.ids
        )
        wizard.create(
            {"journal_id": self.journals["card"].id, "amount": 4.50}
        )._create_payments()
        self.assertEqual(self.left(), euros("0", "0.40", "3.60"))

    def test_a_draft_has_no_receipt_yet(self):
        draft = self.Payment.create(
            {
                "payment_type": "inbound",
                "partner_id": self.martin.partner_id.id,
                "journal_id": self.journals["card"].id,
                "amount": 1,
            }
        )
        self.assertFalse(draft.espace_receipt_number)
        draft.unlink()
        self.assertEqual(self.pay().espace_receipt_number, "RS-2027-00001")

    def test_a_payment_with_a_receipt_stays_as_it_is(self):
        payment = self.pay()
        for change in (
            payment.action_draft,
            payment.action_cancel,
            payment.unlink,
            payment.move_id.button_draft,
            payment.move_id.button_cancel,
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()
        payment.invalidate_recordset()
        self.assertEqual(payment.state, "paid")
        self.assertEqual(self.receivable(self.martin), 0)

    def test_a_journal_with_receipts_keeps_its_regie(self):
        self.pay()
        other = self.regie.create(
            {"name": "Autre", "code": "AU", "company_id": self.company.id}
        )
        for vals in ({"espace_regie_id": other.id}, {"espace_means": "card"}):
            with self.assertRaises(UserError):
                self.journals["cash"].write(vals)
        self.journals["card"].espace_regie_id = other

    def test_the_receipt_says_what_was_paid(self):
        payment = self.pay(amount=4, means="cheque")
        html = self.receipt(payment)
        for words in (
            "RS-2027-00001",
            "Régie scolaire",
            "Martin",
            "4.00",
            "0001234",
            "Banque du Lac",
            self.meal_move.name,
            self.evening_move.name,
            "0.40",
            "0.90",
            self.clerk.name,
        ):
            self.assertIn(words, html)

    def receipt(self, payments):
        report = self.env["ir.actions.report"].with_user(self.clerk)
        content, _kind = report._render_qweb_html(
            "espace_famille_billing.receipt", payments.ids
        )
        return content.decode()

    def test_the_receipt_is_sent_to_those_who_pay(self):
        self.martin.guardian_ids[1].is_payer = False
        payment = self.pay(send_receipt=True)
        message = self.messages(self.martin, "Receipt RS-2027-00001")
        self.assertEqual(message.partner_ids, self.martin.guardian_ids[0].partner_id)
        self.assertEqual(
            message.attachment_ids.name, f"{payment._espace_receipt_filename()}.pdf"
        )
        self.assertEqual(message.author_id, self.company.partner_id)

    def test_no_receipt_is_sent_unasked(self):
        self.pay(send_receipt=False)
        self.assertFalse(self.messages(self.martin))

    # === At the counter === #

    def test_change_is_reckoned(self):
        form = self.counter()
        form.tendered = 20
        self.assertEqual(form.change, 15.10)
        form.tendered = 4
        self.assertEqual(form.change, -0.90)
        self.assert_refused(form, "less than the amount")

    def test_cheque_and_cesu_tell_their_numbers(self):
        cheque = self.pay(amount=1, means="cheque")
        self.assertEqual(cheque.espace_cheque_bank, "Banque du Lac")
        self.assertEqual(cheque.espace_means, "cheque")
        cesu = self.pay(amount=1, means="cesu", cheque_number="CE-77")
        self.assertEqual(cesu.espace_cheque_number, "CE-77")
        self.assertFalse(cesu.espace_cheque_bank)

    def test_ten_payments_in_a_row(self):
        families = [self.martin, self.durand] * 5
        context = {}
        for family in families:
            form = Form(
                self.env["espace.counter.wizard"]
                .with_user(self.clerk)
                .with_context(**context)
            )
            form.family_id = family
            if not context:
                form.journal_id = self.journals["cash"]
            self.assertEqual(form.journal_id, self.journals["cash"])
            form.amount = 0.10
            action = form.save().action_register_and_next()
            context = action["context"]
        receipts = self.Payment.search(
            [("espace_regie_id", "=", self.regie.id)], order="id"
        )
        self.assertEqual(
            receipts.mapped("espace_receipt_number"),
            [f"RS-2027-{number:05}" for number in range(1, 11)],
        )
        self.assertEqual(self.left(), euros("3.10", "1.30", "3.10"))

    def test_the_same_payment_entered_again_is_pointed_out(self):
        payment = self.pay(amount=1, means="cheque")
        form = self.counter()
        form.journal_id = self.journals["cheque"]
        form.amount = 1
        self.assertFalse(form.warning)
        form.cheque_number = "0001234"
        self.assertIn(payment.espace_receipt_number, form.warning)

    def test_a_credit_is_deducted_before_money_is_taken(self):
        self.credit(self.martin, 2)
        form = self.counter()
        self.assertEqual((form.due, form.deducted), (4.90, 2))
        self.assertEqual((form.open_amount, form.amount), (2.90, 2.90))
        lines = form.line_ids._records
        self.assertEqual([line["deducted"] for line in lines], [2, 0])
        self.assertEqual([line["amount"] for line in lines], [1.60, 1.30])
        form.amount = 2
        payment = self.Payment.browse(form.save().action_register()["res_id"])
        self.assertEqual(payment.amount, 2)
        self.assertEqual(self.left(), euros("0", "0.90", "3.60"))

    def test_a_credit_without_credit_note_is_deducted_too(self):
        self.cancel(self.evening_move.espace_reservation_ids, staff=True)
        form = self.counter()
        self.assertEqual((form.deducted, form.amount), (1.30, 3.60))
        payment = self.Payment.browse(form.save().action_register()["res_id"])
        self.assertEqual(payment.amount, 3.60)
        self.assertEqual(self.left(), euros("0", "0", "3.60"))
        self.assertEqual(self.receivable(self.martin), 0)

    def test_a_credit_that_covers_all_leaves_nothing_to_receive(self):
        self.credit(self.martin, 7)
        form = self.counter()
        self.assertEqual((form.open_amount, form.amount), (0, 0))
        self.assertEqual((form.deducted, form.credit_left), (4.90, 2.10))

    def credit(self, family, amount):
        """Owe a family an amount: a payment that nothing asked for."""
        payment = self.Payment.create(
            {
                "payment_type": "inbound",
                "partner_id": family.partner_id.id,
                "journal_id": self.journals["card"].id,
                "amount": amount,
                "date": TODAY,
            }
        )
        payment.action_post()
        return payment

    def test_an_invoice_that_is_being_paid_online_is_not_proposed(self):
        self._publish_provider()
        self.notify(self.transaction(self.meal_move), "pending")
        form = self.counter()
        self.assertEqual(form.amount, 1.30)
        self.assertEqual(
            [line["on_its_way"] for line in form.line_ids._records], [True, False]
        )

    def test_other_debts_of_the_ledger_are_paid_too(self):
        """A balance taken over from the former software, entered by the accountant."""
        receivable = self.meal_move.line_ids.filtered("date_maturity").account_id
        income = self.meal_move.invoice_line_ids.account_id
        move = self.Move.create(
            {
                "move_type": "entry",
                "date": date(2026, 12, 31),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.martin.partner_id.id,
                            "debit": 30,
                        }
                    ),
                    Command.create({"account_id": income.id, "credit": 30}),
                ],
            }
        )
        move.action_post()
        payment = self.pay(amount=30)
        self.assertEqual(payment._espace_settled(), [(move, 30)])
