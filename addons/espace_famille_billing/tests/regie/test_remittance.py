from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.espace_famille.tests.common import TODAY

from ..common_regie import RegieCase

IN_DECEMBER = date(2026, 12, 10)


@tagged("post_install", "-at_install")
class TestRemittance(RegieCase):
    def remittance(self, journal=None, **vals):
        return self.Remittance.create(
            {
                "regie_id": self.regie.id,
                "journal_id": (journal or self.cash).id,
                "date": TODAY,
                **vals,
            }
        )

    def balance(self, journal):
        return self.regie._balances(journal)[journal]

    def test_cash_is_handed_over_with_its_entry(self):
        self.pay(self.martin, 30, IN_DECEMBER)
        remittance = self.remittance()
        self.assertEqual((remittance.held, remittance.amount), (30, 30))
        remittance.amount = 25
        remittance.action_confirm()
        self.assertEqual(remittance.name, "REG-V-2027-001")
        self.assertEqual(self.balance(self.cash), 5)
        self.assertEqual(self.balance(self.treasury), 25)
        self.assertEqual(remittance.move_id.state, "posted")
        self.assertEqual(remittance.move_id.date, TODAY)

    def test_more_than_is_held_is_refused(self):
        self.pay(self.martin, 30, date(2027, 1, 2))
        for vals in (
            {"amount": 30.01},
            {"amount": 0},
            {"amount": -5},
            {"amount": 10, "date": date(2027, 1, 1)},
            {"amount": 10, "date": date(2027, 1, 5)},
        ):
            remittance = self.remittance(**vals)
            with self.subTest(vals=vals), self.assertRaises(ValidationError):
                remittance.action_confirm()
            self.assertEqual((remittance.state, remittance.name), ("draft", False))
            remittance.unlink()
        self.assertEqual(self.balance(self.cash), 30)

    def test_a_treasury_journal_is_needed(self):
        self.pay(self.martin, 30, IN_DECEMBER)
        self.regie.remittance_journal_id = False
        with self.assertRaises(ValidationError):
            self.remittance().action_confirm()

    def test_a_journal_of_another_regie_is_refused(self):
        _regie, journals, _treasury = self._open_regie("RE2")
        self.pay(self.martin, 30, IN_DECEMBER, journal=journals["cash"])
        with self.assertRaises(ValidationError):
            self.remittance(journals["cash"]).action_confirm()

    # === Cheques === #

    def cheques(self):
        return self.pay(
            self.martin,
            10,
            IN_DECEMBER,
            journal=self.cheque,
            espace_cheque_number="0000123",
            espace_cheque_bank="Banque postale",
        ) | self.pay(self.durand, 15.50, IN_DECEMBER, journal=self.cheque)

    def test_a_slip_lists_the_cheques_and_adds_them_up(self):
        cheques = self.cheques()
        remittance = self.remittance(self.cheque)
        remittance.action_all_cheques()
        self.assertEqual(remittance.payment_ids, cheques)
        self.assertEqual(remittance.amount, 25.50)
        remittance.action_confirm()
        self.assertEqual(cheques.espace_remittance_id, remittance)
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "espace_famille_billing.remittance_slip", remittance.ids
        )
        for words in ("0000123", "Banque postale", "REG-V-2027-001", "15.50"):
            self.assertIn(words, html.decode())

    def test_a_cheque_is_handed_over_once(self):
        cheques = self.cheques()
        first = self.remittance(self.cheque, payment_ids=cheques.ids)
        second = self.remittance(self.cheque, payment_ids=cheques[:1].ids)
        first.action_confirm()
        with self.assertRaises(ValidationError):
            second.action_confirm()

    def test_a_rejected_cheque_is_not_on_a_slip(self):
        cheques = self.cheques()
        self.reject(cheques[0], date(2027, 1, 2))
        remittance = self.remittance(self.cheque, payment_ids=cheques.ids)
        with self.assertRaises(ValidationError):
            remittance.action_confirm()
        remittance.action_all_cheques()
        self.assertEqual(remittance.payment_ids, cheques[1])
        remittance.action_confirm()

    def test_the_amount_of_a_slip_is_its_cheques(self):
        cheques = self.cheques()
        remittance = self.remittance(self.cheque, payment_ids=cheques.ids)
        remittance.amount = 20
        with self.assertRaises(ValidationError):
            remittance.action_confirm()
        with self.assertRaises(ValidationError):
            self.remittance(self.cheque, amount=5).action_confirm()

    def test_a_cheque_handed_over_stays_as_it_is(self):
        cheque = self.cheques()[0]
        self.remittance(self.cheque, payment_ids=cheque.ids).action_confirm()
        for attempt in (cheque.action_draft, cheque.action_cancel, cheque.unlink):
            with self.assertRaises(UserError):
                attempt()
        with self.assertRaises(UserError):
            cheque.espace_remittance_id = False

    # === For ever === #

    def test_what_was_handed_over_never_changes(self):
        self.pay(self.martin, 30, IN_DECEMBER)
        remittance = self.remittance()
        remittance.action_confirm()
        move = remittance.move_id
        for attempt in (
            lambda: remittance.sudo().write({"amount": 1}),
            lambda: remittance.write({"state": "draft"}),
            lambda: remittance.write({"statement_id": False}),
            remittance.unlink,
            remittance.action_confirm,
            move.button_draft,
            move.button_cancel,
            lambda: move.write({"espace_remittance_id": False}),
            lambda: move.line_ids[0].write({"date": IN_DECEMBER}),
        ):
            with self.assertRaises(UserError):
                attempt()
        self.assertEqual(self.balance(self.cash), 0)

    def test_nobody_makes_up_a_confirmed_remittance(self):
        for vals in ({"state": "posted"}, {"name": "X"}, {"reverses_id": 1}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.remittance(**vals)

    def test_a_closed_period_takes_no_remittance(self):
        self.pay(self.martin, 30, IN_DECEMBER)
        self.close(self.statement())
        with self.assertRaises(ValidationError):
            self.remittance(date=date(2026, 12, 31)).action_confirm()
        self.remittance().action_confirm()

    # === Taken back === #

    def taken_back(self, remittance):
        action = remittance.action_take_back()
        return self.Remittance.browse(action["res_id"])

    def test_what_is_taken_back_is_a_line_of_its_own(self):
        self.pay(self.martin, 30, IN_DECEMBER)
        remittance = self.remittance(date=IN_DECEMBER)
        remittance.action_confirm()
        self.close(self.statement())
        back = self.taken_back(remittance)
        back.write({"amount": -10, "date": date(2027, 1, 2)})
        back.action_confirm()
        self.assertEqual(self.balance(self.cash), 10)
        january = self.close(self.statement(date(2027, 1, 1), date(2027, 1, 3)))
        self.assertEqual(january.remittances_total, 10)
        self.assertEqual(january.closing_balance, 10)
        [row] = january._read_content()["remittances"]
        self.assertEqual((row["reverses"], row["amount"]), (remittance.name, -1000))

    def test_no_more_is_taken_back_than_was_handed_over(self):
        self.pay(self.martin, 30, IN_DECEMBER)
        remittance = self.remittance()
        remittance.action_confirm()
        back = self.taken_back(remittance)
        for amount in (-30.01, 5, 0):
            back.amount = amount
            with self.subTest(amount=amount), self.assertRaises(ValidationError):
                back.action_confirm()
        back.amount = -30
        back.action_confirm()
        with self.assertRaises(UserError):
            remittance.action_take_back()
        with self.assertRaises(UserError):
            back.action_take_back()

    def test_a_slip_taken_back_whole_frees_its_cheques(self):
        cheques = self.cheques()
        remittance = self.remittance(self.cheque, payment_ids=cheques.ids)
        remittance.action_confirm()
        self.taken_back(remittance).action_confirm()
        again = self.remittance(self.cheque, payment_ids=cheques.ids)
        again.action_confirm()
        self.assertEqual(cheques.espace_remittance_id, again)
        self.assertEqual(remittance.payment_ids, cheques)

    # === Cash ceiling === #

    def test_too_much_cash_is_warned_about(self):
        self.regie.cash_ceiling = 20
        self.pay(self.martin, 20, IN_DECEMBER)
        self.assertFalse(self.regie.cash_ceiling_exceeded)
        self.pay(self.durand, 0.01, IN_DECEMBER)
        self.regie.invalidate_recordset()
        self.assertEqual(self.regie.cash_held, 20.01)
        self.assertTrue(self.regie.cash_ceiling_exceeded)
        statement = self.statement()
        self.assertIn("20.01", statement.ceiling_warning)
        self.assertIn("20.01", statement.checklist)
        self.close(statement)
        self.remittance().action_confirm()
        self.regie.invalidate_recordset()
        self.assertFalse(self.regie.cash_ceiling_exceeded)

    # === Screens and rights === #

    def test_the_regie_hands_cash_over_from_its_form(self):
        finance = self._create_staff("finance")
        self.pay(self.martin, 30, IN_DECEMBER)
        action = self.regie.with_user(finance).action_remit()
        Remittance = self.Remittance.with_user(finance)
        form = Form(Remittance.with_context(**action["context"]))
        self.assertEqual(form.destination_journal_id, self.treasury)
        self.assertEqual(form.amount, 30)
        remittance = form.save()
        remittance.action_confirm()
        self.assertEqual(remittance.state, "posted")
        self.assertEqual(
            remittance.action_open_entry()["res_id"], remittance.move_id.id
        )

    def test_management_reads_and_hands_nothing_over(self):
        self.pay(self.martin, 30, IN_DECEMBER)
        remittance = self.remittance().with_user(self._create_staff("manager"))
        remittance.read()
        Form(remittance)
        for attempt in (remittance.action_confirm, remittance.action_all_cheques):
            with self.assertRaises(AccessError):
                attempt()
