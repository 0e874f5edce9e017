from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, TODAY
from odoo.addons.espace_famille_billing.tests.common_regie import CounterCase

from .common import ADDRESS, COURT

PDF = b"%PDF-1.4"


@tagged("post_install", "-at_install")
class TestTitleDebts(CounterCase):
    """What a régie sent to the accountant makes titres; then the accountant is paid.

    The Martins owe a meal of 3.60 € and childcare of 1.30 €, the Durands a meal.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "espace_collect_days": 60,
                "espace_title_minimum": 0,
                "espace_title_firstname": "Anne",
                "espace_title_lastname": "Rivière",
                "espace_title_quality": "Maire",
                "espace_title_court": COURT,
            }
        )
        for family in cls.martin | cls.durand:
            family.partner_id.write(ADDRESS)
        cls.classPatch(
            cls.env.registry["account.move"], "_espace_pdf", lambda move: PDF
        )
        cls.account = cls.env["account.account"].create(
            {
                "name": "Compte au Trésor",
                "code": "515900",
                "account_type": "asset_cash",
                "company_ids": [(6, 0, cls.company.ids)],
            }
        )
        cls.moves = cls.meal_move | cls.evening_move | cls.lina_move

    def later(self, days=61):
        return self.at(TODAY + timedelta(days=days))

    def transmit(self, moves):
        action = moves.with_user(self.clerk).action_espace_transmit()
        transfer = self.env["espace.debt.transfer"].browse(action["res_id"])
        transfer.with_user(self.clerk).action_send()
        return transfer

    def sealed(self, minimum=0):
        one = self.env["espace.title.list"].with_user(self.clerk)
        one = one.create({"minimum_amount": minimum})
        one.action_gather()
        one.action_seal()
        return one

    def test_one_titre_a_family_and_its_number_on_the_etat(self):
        with self.later():
            transfer = self.transmit(self.moves)
            one = self.sealed()
        martin = one.title_ids.filtered(lambda t: t.family_id == self.martin)
        self.assertEqual(martin.amount, 4.90)
        self.assertEqual(martin.line_ids.move_id, self.meal_move | self.evening_move)
        line = transfer.line_ids.filtered(lambda x: x.move_id == self.meal_move)
        self.assertEqual(line.title_number, martin.display_name)

    def test_small_ones_wait_and_it_is_said(self):
        with self.later():
            self.transmit(self.moves)
            lists = self.env["espace.title.list"].with_user(self.clerk)
            one = lists.create({"minimum_amount": 4})
            one.action_gather()
            self.assertEqual(one.title_ids.family_id, self.martin)
            self.assertIn("1 families owe less than", one.small_words)

    def test_what_the_regie_still_collects_makes_no_titre(self):
        with self.later(30):
            one = self.env["espace.title.list"].with_user(self.clerk).create({})
            one.action_gather()
            self.assertFalse(one.title_ids)

    def test_it_is_not_taken_back_from_under_a_titre(self):
        with self.later():
            transfer = self.transmit(self.lina_move)
            one = self.sealed()
            line = transfer.line_ids.with_user(self.clerk)
            line.returned_reason = "Mistake"
            with self.assertRaises(UserError) as error:
                line.action_take_back()
            self.assertIn("cancel the titre first", str(error.exception))
            title = one.title_ids
            title.cancelled_reason = "Mistake"
            title.action_cancel()
            line.action_take_back()
            self.assertFalse(self.lina_move.espace_transmitted_on)

    def test_the_accountant_is_paid_and_the_titre_is_settled(self):
        with self.later():
            self.transmit(self.moves)
            one = self.sealed()
            title = one.title_ids.filtered(lambda t: t.family_id == self.martin)
            action = title.action_treasury()
            self.assertEqual(action["res_model"], "espace.treasury.wizard")
            self.env["account.move"].with_user(self.clerk)._espace_paid_to_treasury(
                self.martin,
                {
                    line: line.amount_residual
                    for line in (
                        self.meal_move | self.evening_move
                    )._espace_receivable_lines()
                },
                TODAY + timedelta(days=61),
                "P503",
                self.account,
            )
            self.env.invalidate_all()
            self.assertEqual(title.left, 0)
            self.assertEqual(self.meal_move.payment_state, "paid")

    def test_what_was_booked_since_is_of_the_regie_again(self):
        with self.later():
            self.transmit(self.moves)
            self.sealed()
        booking = self.booked(self.nina, self.meal, MONDAY + timedelta(days=7))
        self.assertEqual(booking.charge_ids.move_id.espace_regie_id, self.regie)
