from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from runpy import run_path

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import TODAY

from ..common_regie import CounterCase

ADDON = Path(__file__).parents[2]
SGC = "Service de gestion comptable de Castres, 3 rue du Pont"


@tagged("post_install", "-at_install")
class TestCollecting(CounterCase):
    """A régie sends a bill and a payment request; then the accountant recovers.

    The Martins owe a meal of 3.60 € and childcare of 1.30 €, the Durands a meal; all is
    due today. The régie collects for sixty days.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "espace_collect_days": 60,
                "espace_title_minimum": 0,
                "espace_accountant_contact": SGC,
            }
        )
        cls.Transfer = cls.env["espace.debt.transfer"]

    def later(self, days):
        return self.at(TODAY + timedelta(days=days))

    def to_transmit(self):
        self.env.invalidate_all()
        return self.Move.search(
            [
                ("espace_to_transmit", "=", True),
                ("company_id", "=", self.company.id),
            ]
        )

    def transmit(self, moves):
        """Send these to the accountant, as an agent does; return the état."""
        action = moves.with_user(self.clerk).action_espace_transmit()
        transfer = self.Transfer.browse(action["res_id"])
        transfer.with_user(self.clerk).action_send()
        self.env.invalidate_all()
        return transfer

    # === What is to be sent === #

    def test_after_the_last_day_a_debt_is_listed(self):
        with self.later(60):
            self.assertFalse(self.to_transmit())
        with self.later(61):
            self.assertEqual(
                self.to_transmit(), self.meal_move | self.evening_move | self.lina_move
            )
            self.assertEqual(self.meal_move.espace_last_day, TODAY + timedelta(days=60))
            self.assertTrue(self.meal_move.espace_to_transmit)

    def test_money_of_a_page_that_was_open_meanwhile_is_kept(self):
        """The accountant asks for it by a title: the régie does not take it as well."""
        self._publish_provider()
        self._pay_into(self.provider, self.regie)
        with self.later(61):
            both = self.meal_move | self.evening_move
            page = self.transaction(both, 4.90, partner_id=self.martin.partner_id.id)
            alone = self.transaction(self.lina_move)
            self.transmit(self.meal_move | self.lina_move)
            self.notify(page)
            self.notify(alone)
        self.assertEqual(self.left(), [Decimal("3.6"), 0, Decimal("3.6")])
        self.assertEqual(self.martin._espace_credit(), 3.6)
        self.assertEqual(self.durand._espace_credit(), 3.6)
        for family in self.martin | self.durand:
            [message] = self.messages(
                family, "Part of your payment stays on your account"
            )
            self.assertIn("sent to the public accountant", message.body)

    def test_without_a_last_day_nothing_is(self):
        self.company.espace_collect_days = 0
        with self.later(999):
            self.assertFalse(self.to_transmit())
            self.assertFalse(self.meal_move.espace_last_day)

    def test_small_debts_make_no_title_and_a_disputed_one_is_kept(self):
        self.company.espace_title_minimum = 4
        self.evening_move.write(
            {"espace_disputed": True, "espace_dispute_reason": "Was ill"}
        )
        with self.later(61):
            self.assertFalse(self.to_transmit())
            self.evening_move.espace_disputed = False
            self.assertEqual(self.to_transmit(), self.meal_move | self.evening_move)

    def test_the_law_sets_the_smallest_title(self):
        """15 €, D1611-1 CGCT (LAW.md 2)."""
        self.assertEqual(
            self.env["res.company"]
            .create({"name": "V", "espace_is_commune": True})
            .espace_title_minimum,
            15,
        )

    # === The état === #

    def test_what_was_sent_is_numbered_dated_and_stays(self):
        with self.later(61):
            transfer = self.transmit(self.meal_move | self.lina_move)
            self.assertEqual(transfer.name, "2027-001")
            self.assertEqual(transfer.date, TODAY + timedelta(days=61))
            self.assertEqual(transfer.sent_by_id, self.clerk)
            self.assertEqual(transfer.line_ids.mapped("amount"), [3.60, 3.60])
            self.assertEqual(transfer.amount, 7.20)
            self.assertEqual(self.meal_move.espace_transmitted_on, transfer.date)
            self.assertEqual(self.to_transmit(), self.evening_move)
            self.assertEqual(self.transmit(self.evening_move).name, "2027-002")
        clerks = transfer.with_user(self.clerk)
        with self.assertRaises(UserError):
            clerks.unlink()
        with self.assertRaises(UserError):
            clerks.line_ids[0].unlink()
        with self.assertRaises(UserError):
            clerks.line_ids[0].amount = 1
        with self.assertRaises(UserError):
            clerks.date = TODAY
        clerks.line_ids[0].title_number = "T-1234"

    def test_what_is_paid_meanwhile_is_not_sent(self):
        with self.later(61):
            action = (
                (self.meal_move | self.lina_move)
                .with_user(self.clerk)
                .action_espace_transmit()
            )
            transfer = self.Transfer.browse(action["res_id"]).with_user(self.clerk)
            self.pay(self.durand)
            self.pay(self.martin, amount=1)
            transfer.action_send()
        self.assertEqual(transfer.line_ids.move_id, self.meal_move)
        self.assertEqual(transfer.line_ids.amount, 2.60)

    def test_what_the_family_is_owed_is_deducted_before(self):
        """A meal paid and given back covers the childcare of 1.30 €."""
        self.pay(amount=3.60)
        with self.later(61):
            transfer = self.Transfer.browse(
                (self.evening_move | self.lina_move)
                .with_user(self.clerk)
                .action_espace_transmit()["res_id"]
            )
            self.meal_move.espace_reservation_ids._cancel(staff=True)
            transfer.with_user(self.clerk).action_send()
        self.assertEqual(transfer.line_ids.move_id, self.lina_move)
        self.assertEqual(self.evening_move.amount_residual, 0)

    def test_it_is_not_sent_before_its_time_nor_twice(self):
        with self.assertRaises(UserError):
            self.transmit(self.meal_move)
        with self.later(61):
            transfer = self.transmit(self.meal_move)
            with self.assertRaises(UserError):
                transfer.with_user(self.clerk).action_send()
            with self.assertRaises(UserError):
                self.transmit(self.meal_move)

    def test_only_the_regie_sends_it(self):
        with self.later(61):
            moves = self.meal_move.with_user(self._create_staff("manager"))
            with self.assertRaises(AccessError):
                moves.action_espace_transmit()

    def test_what_was_sent_by_mistake_is_taken_back_for_a_reason(self):
        with self.later(61):
            line = self.transmit(self.meal_move).line_ids.with_user(self.clerk)
            with self.assertRaises(UserError):
                line.action_take_back()
            line.returned_reason = "Payment plan"
            line.action_take_back()
            self.env.invalidate_all()
            self.assertFalse(self.meal_move.espace_transmitted_on)
            self.assertEqual(self.pay(amount=3.60).amount, 3.60)

    def test_the_etat_is_printed(self):
        with self.later(61):
            transfer = self.transmit(self.meal_move)
            html, _kind = self.env["ir.actions.report"]._render_qweb_html(
                "espace_famille_billing.debt_transfers", transfer.ids
            )
            self.assertEqual(
                transfer.with_user(self.clerk).action_print()["type"],
                "ir.actions.report",
            )
        page = html.decode()
        for words in ("2027-001", self.meal_move.name, self.martin.reference, "3.60"):
            self.assertIn(words, page)

    # === What it changes === #

    def test_the_regie_takes_it_no_more_and_says_where_to_pay(self):
        with self.later(61):
            self.transmit(self.meal_move)
            form = self.counter()
            self.assertIn(SGC, form.with_accountant)
            self.assertIn(self.meal_move.name, form.with_accountant)
            # What is left is proposed, and an amount that is typed is for it alone.
            self.assertEqual(form.amount, 1.30)
            form.amount = 1
            form.save().action_register()
            self.assertEqual(self.meal_move.amount_residual, 3.60)
            line = self.meal_move._espace_receivable_lines()
            with self.assertRaises(UserError) as error:
                self.Payment.with_user(self.clerk)._espace_register(
                    self.martin, self.journals["cash"], {line: 3.60}, TODAY
                )
        self.assertIn(SGC, str(error.exception))

    def test_past_the_last_day_the_counter_warns(self):
        with self.later(60):
            self.assertFalse(self.counter().with_accountant)
        with self.later(61):
            form = self.counter()
            self.assertIn("until 5 March 2027", form.with_accountant)
            self.assertEqual(form.amount, 4.90)

    def test_nothing_is_paid_online_of_it(self):
        self.assertEqual(self.meal_move._espace_due_online(), Decimal("3.60"))
        with self.later(61):
            self.transmit(self.meal_move)
            self.assertEqual(self.meal_move._espace_due_online(), 0)
            self.assertFalse(self.meal_move._has_to_be_paid())

    def test_it_is_not_reminded_of(self):
        with self.later(61):
            self.transmit(self.meal_move | self.evening_move)
            verdicts = self.env["espace.reminder"]._verdicts(
                self.company, self.company._espace_today()
            )
            self.assertEqual(verdicts[self.martin][0].reason, "transmitted")
            self.assertTrue(verdicts[self.durand][1])

    # === Words === #

    def test_the_act_of_the_regie_says_how_many_reminders(self):
        self.company.espace_reminder_count = 1
        Reminder = self.env["espace.reminder"]
        for days, sent in ((12, True), (40, False)):
            with self.later(days):
                day = self.company._espace_today()
                found, _failed = Reminder._send(self.company, day, self.durand)
                self.assertEqual(bool(found), sent)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.company.espace_reminder_count = -1
            self.env.flush_all()

    def test_no_reminder_is_a_formal_notice(self):
        """Mise en demeure is an act of the accountant's recovery (LAW.md 1)."""
        self.env["res.lang"]._activate_lang("fr_FR")
        for lang in ("en_US", "fr_FR"):
            for vals in (
                self.env["espace.reminder.level"]
                .with_context(lang=lang)
                ._default_vals()
            ):
                words = " ".join(map(str, vals.values())).lower()
                self.assertNotIn("formal notice", words)
                self.assertNotIn("mise en demeure", words)

    def test_the_last_reminder_of_an_older_version_is_put_otherwise(self):
        level = self.company.espace_reminder_level_ids[-1]
        level.write(
            {
                "name": "Formal notice",
                "subject": "Formal notice to pay before transfer",
                "body": "We give you formal notice to pay {amount}.",
            }
        )
        first = self.company.espace_reminder_level_ids[0].body
        path = ADDON / "migrations/19.0.1.2.0/post-migrate.py"
        run_path(str(path))["migrate"](self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(level.name, "Last reminder")
        self.assertNotIn("formal notice", level.body.lower())
        self.assertEqual(self.company.espace_reminder_level_ids[0].body, first)
