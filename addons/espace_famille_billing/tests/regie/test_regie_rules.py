from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import NOW, THURSDAY, TODAY

from ..common_regie import CounterCase, euros


class RulesCase(CounterCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regie.write({"decision": "Arrêté n° 12", "decision_date": "2026-06-01"})

    def owe(self, amount):
        """Invoice the Martins something that is no booking; return what is posted."""
        family = self.martin
        move = self.Move.create(
            {
                "move_type": "out_invoice",
                "partner_id": family.partner_id.id,
                "invoice_date": TODAY,
                "invoice_line_ids": [
                    (0, 0, {"product_id": self.fee.id, "price_unit": amount})
                ],
            }
        )
        move.invoice_line_ids.tax_ids = False
        move.action_post()
        return move

    @property
    def fee(self):
        return self.env["product.product"].create(
            {"name": "Frais", "type": "service", "taxes_id": False}
        )

    def register(self, move, means, amount):
        lines = move._espace_receivable_lines()
        family = move.espace_family_id or self.martin
        return self.Payment.with_user(self.clerk)._espace_register(
            family.with_user(self.clerk),
            self.journals[means].with_user(self.clerk),
            {lines.with_user(self.clerk): amount},
            TODAY,
        )

    def refused(self, words, act, *args):
        with self.assertRaises(UserError) as error, self.env.cr.savepoint():
            act(*args)
        self.assertIn(words, str(error.exception))


@tagged("post_install", "-at_install")
class TestRegieRules(RulesCase):
    # === Means of payment === #

    def test_a_means_that_the_act_does_not_list_is_refused(self):
        self.regie.takes_card = False
        form = self.counter()
        form.journal_id = self.journals["card"]
        self.refused("Arrêté n° 12 of 06/01/2026", form.save().action_register)
        self.assertEqual(self.left(), euros("3.60", "1.30", "3.60"))
        self.pay(means="cash")

    def test_no_other_door_takes_it_either(self):
        self.regie.takes_card = False
        payment = self.Payment.with_user(self.clerk).create(
            {
                "payment_type": "inbound",
                "partner_id": self.martin.partner_id.id,
                "journal_id": self.journals["card"].id,
                "amount": 1,
                "date": TODAY,
            }
        )
        self.refused("does not list", payment.action_post)

    def test_the_counter_does_not_propose_it(self):
        self.regie.takes_cheque = False
        wizard = self.env["espace.counter.wizard"].with_user(self.clerk)
        wizard = wizard.new({"family_id": self.martin.id})
        self.assertTrue(wizard.journal_id)
        self.assertNotEqual(wizard.journal_id.espace_means, "cheque")

    # === Cash === #

    def test_cash_above_the_limit_of_a_debt_is_refused(self):
        move = self.owe(300.01)
        self.refused("at most", self.register, move, "cash", 300.01)
        self.register(move, "cash", 300)
        self.refused("0.00", self.register, move, "cash", 0.01)
        self.register(move, "cheque", 0.01)
        self.assertEqual(move.payment_state, "paid")

    def test_several_payments_in_cash_of_one_debt_count_together(self):
        move = self.owe(500)
        self.register(move, "cash", 200)
        self.refused("100.00", self.register, move, "cash", 150)
        self.register(move, "cash", 100)
        self.register(move, "card", 200)

    def test_a_rejected_payment_in_cash_does_not_count(self):
        move = self.owe(320)
        self.register(move, "cash", 300)._espace_reject("mistake", TODAY)
        self.register(move, "cash", 300)

    def test_the_limit_is_of_each_debt(self):
        first, second = self.owe(300), self.owe(250)
        lines = first._espace_receivable_lines() | second._espace_receivable_lines()
        payment = self.Payment._espace_register(
            self.martin,
            self.journals["cash"],
            {line: line.amount_residual for line in lines},
            TODAY,
        )
        self.assertEqual(payment.amount, 550)
        payment._espace_reject("mistake", TODAY)

    def test_the_limit_is_a_setting(self):
        self.regie.cash_limit = 0
        self.register(self.owe(1000), "cash", 1000)

    def test_the_ledger_refuses_it_whoever_matches(self):
        move = self.owe(400)
        payment = self.Payment.create(
            {
                "payment_type": "inbound",
                "partner_id": self.martin.partner_id.id,
                "journal_id": self.journals["cash"].id,
                "amount": 400,
                "date": TODAY,
            }
        )
        payment.action_post()
        lines = (payment.move_id | move).line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and not line.reconciled
            )
        )
        self.refused("article 1680", lines.reconcile)

    # === CESU === #

    def test_a_cesu_pays_childcare_and_no_canteen(self):
        form = self.counter()
        form.journal_id = self.journals["cesu"]
        self.assertEqual(form.amount, 1.30)
        form.save().action_register()
        self.assertEqual(self.left(), euros("3.60", "0.00", "3.60"))
        self.refused("a CESU may pay", self.register, self.meal_move, "cesu", 1)

    def test_a_cesu_pays_of_a_mixed_invoice_what_it_may(self):
        self.Reservation._book(
            self.durand,
            [(self.lina, self.meal, THURSDAY), (self.lina, self.t2, THURSDAY)],
            now=NOW,
        )
        move = self.invoices(self.durand) - self.lina_move
        self.assertEqual(move.amount_total, 5.20)
        self.refused("1.60", self.register, move, "cesu", 2)
        self.register(move, "cesu", 1)
        self.refused("0.60", self.register, move, "cesu", 1)
        self.register(move, "cesu", 0.60)

    def test_the_leisure_centre_is_paid_by_cesu_below_six(self):
        self.evening.category = "leisure"
        self.assertEqual(self.evening.cesu, "under_6")
        self.refused("0.00", self.register, self.evening_move, "cesu", 1)
        self.tom.birth_date = date(2021, 1, 15)
        self.register(self.evening_move, "cesu", 1)

    def test_each_activity_may_be_set_otherwise(self):
        self.assertEqual((self.canteen.cesu, self.evening.cesu), ("never", "always"))
        self.evening.cesu = "never"
        self.refused("0.00", self.register, self.evening_move, "cesu", 1)

    # === Ceilings === #

    def test_the_ceiling_of_cash_does_not_count_the_float(self):
        self.regie.write({"cash_ceiling": 3, "cash_float": 50})
        self.pay(amount=3)
        self.assertFalse(self.regie.cash_ceiling_exceeded)
        self.pay(amount=1)
        self.assertTrue(self.regie.cash_ceiling_exceeded)
        self.assertEqual(self.regie.cash_held, 4)
        self.assertIn("in cash", self.regie.warning)
        self.regie.write({"float_booked": True, "cash_float": 1.50})
        self.assertEqual(self.regie.cash_held, 2.50)

    def test_the_second_ceiling_is_of_all_means(self):
        self.regie.write({"cash_ceiling": 3, "total_ceiling": 4})
        self.pay(amount=2)
        self.assertFalse(self.regie.warning)
        self.pay(amount=2.50, means="cheque")
        self.assertEqual(self.regie.total_held, 4.50)
        self.assertIn("4.50", self.regie.warning)
        self.assertNotIn("in cash", self.regie.warning)
        data = self.env["espace.regie.dashboard"].with_user(self.clerk).load()
        self.assertIn("in all", data["warnings"][0])

    def test_the_deposit_account_counts_for_the_second_ceiling(self):
        deposit = self._create_journal(
            self.env["espace.regie"], False, "DFT", "515100", "DFT"
        )
        self.regie.dft_journal_id = deposit
        self.assertEqual(self.regie.total_held, 0)
        self.Move.create(
            {
                "move_type": "entry",
                "journal_id": deposit.id,
                "line_ids": [
                    (0, 0, {"account_id": deposit.default_account_id.id, "debit": 7}),
                    (
                        0,
                        0,
                        {
                            "account_id": self.meal_move.invoice_line_ids.account_id.id,
                            "credit": 7,
                        },
                    ),
                ],
            }
        ).action_post()
        self.regie.invalidate_recordset()
        self.assertEqual(self.regie.total_held, 7)

    def test_a_regie_may_refuse_what_is_above_its_ceilings(self):
        self.regie.write(
            {"cash_ceiling": 3, "total_ceiling": 5, "ceiling_rule": "refuse"}
        )
        self.pay(amount=2.50)
        with (
            self.assertRaisesRegex(UserError, "above its ceiling of .*3.00"),
            self.env.cr.savepoint(),
        ):
            self.pay(amount=1)
        self.pay(amount=1, means="card")
        with self.assertRaisesRegex(UserError, "in all"), self.env.cr.savepoint():
            self.pay(self.durand, amount=2, means="card")

    def test_the_ceiling_of_cash_is_not_above_the_other(self):
        with self.assertRaisesRegex(ValidationError, "must not be above"):
            self.regie.write({"cash_ceiling": 10, "total_ceiling": 5})

    def test_what_is_held_for_too_long_is_said(self):
        self.pay(amount=1)
        self.assertFalse(self.regie.warning)
        with self.at("2027-02-05"):
            self.regie.invalidate_recordset()
            self.assertIn("handed nothing over since", self.regie.warning)

    # === Persons === #

    def test_once_mandataires_are_listed_the_others_do_not_collect(self):
        agent = self._create_user("agent", "espace_famille.group_finance")
        self.pay(amount=1)
        self.env["espace.regie.mandate"].create(
            {
                "regie_id": self.regie.id,
                "user_id": agent.id,
                "date_from": date(2027, 1, 1),
                "date_to": date(2027, 1, 31),
            }
        )
        other = self._create_user("other", "espace_famille.group_finance")
        self.refused("not among those who collect", self.pay_as, other)
        payment = self.pay_as(agent)
        self.assertIn(f"{agent.name}, mandataire", payment._espace_received_by_words())
        with self.at("2027-02-01"):
            self.refused("not among", self.pay_as, agent)
        self.regie.deputy_ids = other
        self.pay_as(other)

    def pay_as(self, user):
        lines = self.martin._espace_open_lines("debit")[:1]
        return self.Payment.with_user(user)._espace_register(
            self.martin.with_user(user),
            self.journals["cash"].with_user(user),
            {lines.with_user(user): 0.10},
            self.company._espace_today(),
        )

    def test_the_collection_names_the_act_and_the_persons(self):
        agent = self._create_user("agent", "espace_famille.group_finance")
        self.regie.deputy_ids = self._create_user("deputy", "base.group_user")
        self.env["espace.regie.mandate"].create(
            {
                "regie_id": self.regie.id,
                "user_id": agent.id,
                "date_from": date(2026, 12, 1),
            }
        )
        collection = self.env["espace.collection.statement"].create(
            {
                "regie_id": self.regie.id,
                "date_from": date(2026, 12, 1),
                "date_to": date(2026, 12, 31),
            }
        )
        content = collection._read_content()
        self.assertEqual(content["decision_date"], "2026-06-01")
        self.assertEqual(content["mandataires"], agent.name)
        self.assertEqual(content["deputies"], self.regie.deputy_ids.name)
