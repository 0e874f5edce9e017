from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.espace_famille.tests.common import TODAY

from ..common_regie import CounterCase

DAYS = 61


@tagged("post_install", "-at_install")
class TestTreasury(CounterCase):
    """A debt that was sent to the public accountant is paid there.

    The Martins owe a meal of 3.60 € and childcare of 1.30 €, the Durands a meal.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"espace_collect_days": 60, "espace_title_minimum": 0})
        cls.treasury = cls._create_journal(
            cls.env["espace.regie"], False, "TRES", "515900", "Trésor"
        )
        cls.regie.remittance_journal_id = cls.treasury

    def later(self, days=DAYS):
        return self.at(TODAY + timedelta(days=days))

    def transmit(self, moves):
        action = moves.with_user(self.clerk).action_espace_transmit()
        transfer = self.env["espace.debt.transfer"].browse(action["res_id"])
        transfer.with_user(self.clerk).action_send()
        self.env.invalidate_all()
        return transfer

    def form(self, moves, **vals):
        action = moves.with_user(self.clerk).action_espace_treasury()
        model = self.env[action["res_model"]].with_user(self.clerk)
        form = Form(model.with_context(**action["context"]))
        form.reference = "P503 n° 12"
        for name, value in vals.items():
            setattr(form, name, value)
        return form

    def record(self, moves, **vals):
        """Record what the accountant received, as an agent does."""
        action = self.form(moves, **vals).save().action_record()
        return self.Move.browse(action["res_id"])

    def test_it_settles_the_debt_without_a_receipt(self):
        with self.later():
            self.transmit(self.meal_move)
            form = self.form(self.meal_move)
            self.assertEqual(form.amount, 3.60)
            move = self.record(self.meal_move)
        self.assertEqual(self.meal_move.payment_state, "paid")
        self.assertEqual(self.evening_move.amount_residual, 1.30)
        money = move.line_ids.filtered("debit")
        self.assertEqual(money.account_id, self.treasury.default_account_id)
        self.assertFalse(move.espace_regie_id)
        self.assertFalse(
            self.Payment.search([("espace_family_id", "=", self.martin.id)])
        )
        line = self.env["espace.account.line"].search([("move_id", "=", move.id)])
        self.assertEqual((line.kind, line.credit), ("treasury", 3.60))
        with self.later():
            statement = self.env["espace.collection.statement"].create(
                {
                    "regie_id": self.regie.id,
                    "date_from": TODAY.replace(day=1),
                    "date_to": TODAY + timedelta(days=DAYS),
                }
            )
            self.assertEqual(statement.unpaid_total, 4.90)

    def test_a_part_is_recorded_and_the_rest_is_left(self):
        with self.later():
            self.transmit(self.meal_move | self.evening_move)
            self.record(self.meal_move, amount=1)
            self.assertEqual(self.meal_move.amount_residual, 2.60)
            form = self.form(self.evening_move)
            self.assertEqual(form.amount, 1.30)
            self.assertEqual(len(form.line_ids), 2)

    def test_only_what_is_with_the_accountant_and_no_more(self):
        with self.later():
            self.transmit(self.meal_move)
            record = self.Move.with_user(self.clerk)._espace_paid_to_treasury
            account = self.treasury.default_account_id
            meal, evening, lina = (
                move._espace_receivable_lines()
                for move in (self.meal_move, self.evening_move, self.lina_move)
            )
            today = TODAY + timedelta(days=DAYS)
            for words, args in (
                ("not with the public", ({evening: 1}, today, "P", account)),
                ("not of this family", ({lina: 1}, today, "P", account)),
                ("no more", ({meal: 9}, today, "P", account)),
                ("at least one", ({meal: -1}, today, "P", account)),
                ("at least one", ({}, today, "P", account)),
                ("nothing was paid there before", ({meal: 1}, TODAY, "P", account)),
                ("to come", ({meal: 1}, today + timedelta(1), "P", account)),
                ("reference", ({meal: 1}, today, " ", account)),
                (
                    "account of a régie",
                    ({meal: 1}, today, "P", self.journals["cash"].default_account_id),
                ),
            ):
                with self.assertRaises(UserError) as error, self.env.cr.savepoint():
                    record(self.martin, *args)
                self.assertIn(words, str(error.exception))
            with self.assertRaises(AccessError):
                self.Move.with_user(
                    self._create_staff("manager")
                )._espace_paid_to_treasury(self.martin, {meal: 1}, today, "P", account)
        self.assertEqual(self.meal_move.amount_residual, 3.60)

    def test_a_form_sent_twice_records_it_once(self):
        with self.later():
            self.transmit(self.meal_move)
            wizard = self.form(self.meal_move, amount=1).save()
            first, second = wizard.action_record(), wizard.action_record()
            self.assertEqual(first["res_id"], second["res_id"])
            self.assertEqual(self.meal_move.amount_residual, 2.60)

    def test_it_stays_and_is_undone_by_its_button(self):
        with self.later():
            self.transmit(self.meal_move)
            move = self.record(self.meal_move)
            for act in (
                move.button_draft,
                move.unlink,
                lambda: move.write({"date": TODAY}),
                move._reverse_moves,
                self.meal_move._espace_receivable_lines().remove_move_reconcile,
            ):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    act()
            with self.assertRaises(AccessError):
                move.with_user(self.clerk).espace_treasury_reference = "Other"
            move.with_user(self.clerk).action_espace_undo_treasury()
            self.assertTrue(move.espace_treasury_undone)
            self.assertEqual(self.meal_move.amount_residual, 3.60)
            with self.assertRaises(UserError):
                move.with_user(self.clerk).action_espace_undo_treasury()
            self.record(self.meal_move)
            self.assertEqual(self.meal_move.amount_residual, 0)

    def test_the_check_finds_what_settles_something_else(self):
        with self.later():
            self.transmit(self.meal_move)
            move = self.record(self.meal_move)
        find = self.env["espace.check"]._find_treasury
        self.assertFalse(find(self.company))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET espace_treasury_reference = '' WHERE id = %s",
            [move.id],
        )
        self.assertEqual(find(self.company), move)
        self.env.cr.execute(
            "UPDATE account_move SET espace_treasury_reference = 'P' WHERE id = %s",
            [move.id],
        )
        self.env.invalidate_all()

    def test_it_is_borne_and_on_the_tax_certificate(self):
        self.tom.birth_date = TODAY.replace(year=2023)
        with self.later():
            self.transmit(self.evening_move)
            self.record(self.evening_move)
        [one] = self.env["espace.tax.certificate"]._certificates(
            self.martin, TODAY.year
        )
        self.assertEqual(float(one["paid"]), 1.30)
