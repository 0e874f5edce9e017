import runpy
from datetime import date

from lxml import etree

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import SQL, file_path

from odoo.addons.espace_famille.tests.common import MONDAY, NOW, THURSDAY, TODAY

from ..common_regie import CounterCase, SeveralRegiesCase, euros

GROUP = "espace_famille_billing.group_regies"


@tagged("post_install", "-at_install")
class TestTheOnlyRegie(CounterCase):
    """A commune with one régie is asked nothing, and all is that régie's."""

    def test_it_takes_over_what_was_there_before_it(self):
        self.assertEqual((self.canteen | self.evening).regie_id, self.regie)
        moves = self.meal_move | self.evening_move
        self.assertEqual(moves.espace_regie_id, self.regie)
        self.assertEqual(moves.invoice_line_ids.espace_charge_ids.regie_id, self.regie)

    def test_what_was_charged_before_the_first_regie_is_its_own(self):
        other = self.env["res.company"].create(
            {"name": "Commune voisine", "espace_is_commune": True}
        )
        activity = self.canteen.with_company(other).copy(
            {"company_id": other.id, "booking_rule_id": False, "cancel_rule_id": False}
        )
        self.assertFalse(activity.regie_id)
        regie = self.regie.create(
            {"name": "Régie voisine", "code": "RV", "company_id": other.id}
        )
        self.assertEqual(activity.regie_id, regie)
        self.assertEqual(self.canteen.regie_id, self.regie)

    def test_a_new_activity_is_collected_by_it(self):
        activity = self.env["espace.activity"].create({"name": "Étude"})
        self.assertEqual(activity.regie_id, self.regie)

    def test_nothing_asks_which_regie_until_there_are_two(self):
        user = self.env.ref("base.group_user")
        group = self.env.ref(GROUP)
        user.sudo()._remove_group(group)
        self.assertFalse(self.asks_regie())
        self.regie.create(
            {"name": "Loisirs", "code": "AL", "company_id": self.company.id}
        )
        self.assertIn(group, user.all_implied_ids)
        self.assertTrue(self.asks_regie())

    def asks_regie(self):
        """Tell whether the counter shows the régie to the clerk."""
        wizard = self.env["espace.counter.wizard"].with_user(self.clerk)
        arch = etree.fromstring(wizard.get_view(view_type="form")["arch"])
        return arch.xpath("//field[@name='regie_id'][not(@invisible)]")

    def test_its_smallest_invoice_is_that_of_the_settings(self):
        self.company.espace_minimum_invoice = 7
        self.assertEqual(self.regie.minimum_invoice, 7)

    def test_an_activity_that_no_regie_collects_is_not_paid_to_it(self):
        self.canteen.regie_id = False
        booking = self.booked(self.tom, self.meal, THURSDAY)
        move = booking.charge_ids.move_id
        self.assertFalse(move.espace_regie_id)
        form = self.counter()
        self.assertEqual(form.amount, 4.90 + 3.60)
        form = self.counter(moves=move)
        with self.assertRaises(UserError) as error, self.env.cr.savepoint():
            form.save().action_register()
        self.assertIn("which Régie scolaire does not collect", str(error.exception))
        self.assertEqual(move.payment_state, "not_paid")


@tagged("post_install", "-at_install")
class TestSeveralRegies(SeveralRegiesCase):
    # === Invoices === #

    def test_what_is_booked_is_of_the_regie_of_its_activity(self):
        self.assertEqual(self.meal_move.espace_regie_id, self.regie)
        self.assertEqual(self.evening_move.espace_regie_id, self.leisure)

    def test_what_is_printed_names_its_own_regie(self):
        for move in (self.meal_move, self.evening_move):
            regie = move.espace_regie_id
            said = move._espace_document(with_payments=True)
            self.assertEqual(said["regie"], regie)
            self.assertIn(regie.decision, str(said["mentions"]))

    def test_a_booking_of_both_makes_an_invoice_for_each(self):
        self.Reservation._book(
            self.durand,
            [(self.lina, self.meal, THURSDAY), (self.lina, self.t1, THURSDAY)],
            now=NOW,
        )
        moves = self.invoices(self.durand) - self.lina_move
        self.assertEqual(len(moves), 2)
        self.assertEqual(
            {move.espace_regie_id: move.amount_total for move in moves},
            {self.regie: 3.60, self.leisure: 0.80},
        )

    def test_a_regie_numbers_its_invoices_in_its_own_journal(self):
        journal = self.env["account.journal"].create(
            {"name": "Factures loisirs", "code": "FAL", "type": "sale"}
        )
        self.leisure.sale_journal_id = journal
        move = self._invoiced(self.lina, self.t1, THURSDAY)
        self.assertEqual(move.journal_id, journal)

    def test_an_activity_that_changes_its_regie_leaves_what_was_charged(self):
        self.canteen.regie_id = self.leisure
        charges = self.meal_move.invoice_line_ids.espace_charge_ids
        credit = charges._credit("Erreur", NOW)
        charges.reservation_id._waive("Erreur")
        self.assertEqual(credit.espace_regie_id, self.regie)
        booking = self.booked(self.lina, self.meal, THURSDAY)
        self.assertEqual(booking.charge_ids.move_id.espace_regie_id, self.leisure)

    # === Credits === #

    def test_a_credit_is_not_used_for_the_debts_of_another_regie(self):
        payment = self.Payment.create(
            {
                "payment_type": "inbound",
                "partner_id": self.martin.partner_id.id,
                "journal_id": self.journals["card"].id,
                "amount": 10,
                "date": TODAY,
            }
        )
        payment.action_post()
        self.martin._espace_set_off()
        self.assertEqual(self.left(), euros("0.00", "1.30", "3.60"))
        self.assertEqual(self.martin._espace_open_amount("credit"), 6.40)
        evening = self._invoiced(self.nina, self.t1, THURSDAY)
        self.assertEqual(evening.payment_state, "not_paid")

    def test_the_ledger_refuses_to_match_two_regies(self):
        payment = self.Payment.create(
            {
                "payment_type": "inbound",
                "partner_id": self.martin.partner_id.id,
                "journal_id": self.journals["card"].id,
                "amount": 1.30,
                "date": TODAY,
            }
        )
        payment.action_post()
        lines = payment.move_id.line_ids | self.evening_move.line_ids
        lines = lines.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and not line.reconciled
            )
        )
        self.refused("each régie keeps its own money", lines.reconcile)

    # === Counter === #

    def test_the_counter_takes_what_is_owed_to_its_regie(self):
        form = self.counter()
        self.assertEqual(form.regie_id, self.leisure)
        self.assertEqual(form.amount, 1.30)
        self.assertIn("3.60", form.elsewhere)
        form.regie_id = self.regie
        self.assertEqual(form.amount, 3.60)
        self.assertEqual(form.journal_id.espace_regie_id, self.regie)
        self.assertIn("1.30", form.elsewhere)
        form.journal_id = self.journals["cash"]
        form.save().action_register()
        self.assertEqual(self.left(), euros("0.00", "1.30", "3.60"))

    def test_the_counter_opens_at_the_regie_of_the_invoice(self):
        form = self.counter(moves=self.meal_move)
        self.assertEqual((form.regie_id, form.amount), (self.regie, 3.60))

    def test_what_is_owed_to_two_regies_is_not_paid_together(self):
        lines = self.martin._espace_open_lines("debit")
        parts = {line: line.amount_residual for line in lines}
        self.refused(
            "several régies",
            self.Payment._espace_register,
            self.martin,
            self.journals["cash"],
            parts,
            TODAY,
        )

    def test_money_of_one_regie_pays_nothing_of_the_other(self):
        self.refused(
            "Take the payment at Régie périscolaire AL",
            self.register,
            self.evening_move,
            self.journals["cash"],
        )
        self.assertEqual(self.left(), euros("3.60", "1.30", "3.60"))

    def test_each_regie_numbers_its_own_receipts(self):
        first = self.register(self.meal_move, self.journals["cash"])
        second = self.register(self.evening_move, self.leisure_journals["cash"])
        third = self.register(self.lina_move, self.journals["cash"])
        self.assertEqual(
            (first | second | third).mapped("espace_receipt_number"),
            ["RS-2027-00001", "AL-2027-00001", "RS-2027-00002"],
        )

    def test_only_those_of_the_regie_collect(self):
        agent = self.clerks["RS"]
        self.refused(
            "You are not among those who collect for Régie périscolaire AL",
            self.register,
            self.evening_move,
            self.leisure_journals["cash"],
            user=agent,
        )
        self.register(self.meal_move, self.journals["cash"], user=agent)
        self.regie.mandate_ids.filtered(lambda mandate: mandate.user_id == agent).write(
            {"date_from": date(2027, 1, 1), "date_to": date(2027, 1, 3)}
        )
        self.refused(
            "collect for Régie scolaire",
            self.register,
            self.lina_move,
            self.journals["cash"],
            user=agent,
        )

    def test_the_counter_opens_at_the_regie_one_works_for(self):
        for code, regie in (("RS", self.regie), ("AL", self.leisure)):
            wizard = self.env["espace.counter.wizard"].with_user(self.clerks[code])
            self.assertEqual(Form(wizard).regie_id.id, regie.id)

    # === Write-offs, rejections === #

    def test_a_write_off_is_of_one_regie(self):
        lines = self.martin._espace_open_lines("debit")
        account = self.env["account.account"].create(
            {"name": "Losses", "code": "654100", "account_type": "expense"}
        )
        args = (TODAY, "Délibération 1", TODAY, account)
        self.refused(
            "several régies",
            self.Move._espace_write_off,
            self.martin,
            {line: line.amount_residual for line in lines},
            *args,
        )
        line = lines.filtered(lambda line: line.move_id == self.meal_move)
        move = self.Move._espace_write_off(
            self.martin, {line: line.amount_residual}, *args
        )
        self.assertEqual(move.espace_regie_id, self.regie)
        move.action_espace_undo_write_off()
        self.assertEqual(move.reversal_move_ids.espace_regie_id, self.regie)
        self.assertEqual(self.meal_move.payment_state, "not_paid")

    def test_a_rejected_payment_is_due_at_its_regie_with_its_fee(self):
        payment = self.register(
            self.evening_move, self.leisure_journals["cheque"], espace_cheque_number="1"
        )
        rejection = payment._espace_reject("unpaid_cheque", TODAY)
        self.assertEqual(rejection.espace_regie_id, self.leisure)
        fee = self.env["product.product"].create({"name": "Frais", "type": "service"})
        move = rejection._espace_charge_fee(fee, 8, TODAY, "Délibération 2027-12")
        self.assertEqual(move.espace_regie_id, self.leisure)
        self.assertEqual(self.evening_move.payment_state, "not_paid")

    # === What is shown === #

    def test_the_dashboard_shows_one_regie_or_all(self):
        self.register(self.meal_move, self.journals["cash"], 1)
        self.env.flush_all()
        dashboard = self.env["espace.regie.dashboard"].with_user(self.clerk)
        due = {
            regie_id: dashboard.load(regie_id)["cards"][0]["value"]
            for regie_id in (0, self.regie.id, self.leisure.id)
        }
        self.assertIn("7.50", due[0])
        self.assertIn("6.20", due[self.regie.id])
        self.assertIn("1.30", due[self.leisure.id])
        data = self.env["espace.regie.dashboard"].with_user(self.clerks["AL"]).load()
        self.assertEqual(data["regie"], self.leisure.id)
        self.assertEqual(len(data["regies"]), 2)
        link = data["cards"][0]["action"]
        shown = self.env[link["res_model"]].search(link["domain"])
        self.assertEqual(sum(shown.mapped("amount")), 1.30)

    def test_what_is_unpaid_is_stated_by_its_own_regie(self):
        for regie, amount in ((self.regie, 7.20), (self.leisure, 1.30)):
            collection = self.env["espace.collection.statement"].create(
                {
                    "regie_id": regie.id,
                    "date_from": date(2027, 1, 1),
                    "date_to": date(2027, 1, 31),
                }
            )
            self.assertEqual(collection.unpaid_total, amount)

    # === Runs === #

    def test_a_run_makes_an_invoice_a_family_and_regie(self):
        self._bill_at_consumption()
        (self.regie | self.leisure).minimum_invoice = 0
        for product, day in ((self.meal, THURSDAY), (self.t1, MONDAY)):
            self.point(self.booked(self.nina, product, day), "present")
        run = self._run()
        self.assertEqual(
            [(line.regie_id, line.amount) for line in run.family_line_ids],
            [(self.regie, 3.60), (self.leisure, 0.65)],
        )
        self.assertEqual(
            run.move_ids.sorted("amount_total").espace_regie_id,
            self.regie | self.leisure,
        )

    def test_each_regie_has_its_smallest_invoice(self):
        self._bill_at_consumption()
        self.regie.minimum_invoice = 0
        self.leisure.minimum_invoice = 5
        for product, day in ((self.meal, THURSDAY), (self.t1, MONDAY)):
            self.point(self.booked(self.nina, product, day), "present")
        run = self._run()
        self.assertEqual(
            {line.regie_id: line.state for line in run.family_line_ids},
            {self.regie: "done", self.leisure: "reported"},
        )
        self.company.espace_minimum_invoice = 9
        self.assertEqual(self.leisure.minimum_invoice, 5)

    def _bill_at_consumption(self):
        for booking in self.Reservation.search([("company_id", "=", self.company.id)]):
            self.point(booking, "present")
        (self.canteen | self.evening).billing_mode = "consumption"

    def _run(self):
        with self.at("2027-02-01"):
            run = self.env["espace.billing.run"].create(
                {"date_from": date(2027, 1, 1), "date_to": date(2027, 1, 31)}
            )
            run.action_prepare()
            run.action_launch_anyway()
            run._work_all()
        self.assertFalse(run.failed_count)
        return run

    # === Migration === #

    def test_a_database_of_before_is_told_of_which_regie_all_is(self):
        """With one régie all is its own; with two, what was paid says to whom."""
        payment = self.register(self.evening_move, self.leisure_journals["cash"])
        tables = {
            "account_move": "espace_regie_id",
            "espace_charge": "regie_id",
            "espace_activity": "regie_id",
        }
        self.env.flush_all()
        for table, column in tables.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = NULL",
                    SQL.identifier(table),
                    SQL.identifier(column),
                )
            )
        path = file_path("espace_famille_billing/migrations/19.0.1.2.0/pre-migrate.py")
        migration = runpy.run_path(path)
        migration["fill_regies"](self.env.cr)
        self.env.invalidate_all()
        first = self.company._espace_default_regie()
        self.assertEqual(first, self.leisure)
        self.assertEqual(self.evening_move.espace_regie_id, self.leisure)
        self.assertEqual(payment.move_id.espace_regie_id, self.leisure)
        self.assertEqual(self.meal_move.espace_regie_id, first)
        charges = (self.meal_move | self.evening_move).invoice_line_ids
        self.assertEqual(charges.espace_charge_ids.regie_id, first)
        self.assertEqual((self.canteen | self.evening).regie_id, first)

    # === Online === #

    def test_a_provider_pays_only_into_its_own_regie(self):
        self._publish_provider()
        self._pay_into(self.provider, self.regie)
        self.assertTrue(self.company._espace_pays_online(self.regie))
        self.assertFalse(self.company._espace_pays_online(self.leisure))
        with self.assertRaisesRegex(ValidationError, "cannot be paid by"):
            self.transaction(self.evening_move)
        payment = self.notify(self.transaction(self.meal_move)).payment_id
        self.assertEqual(payment.espace_receipt_number, "RS-2027-00001")

    def test_one_payment_online_is_not_for_two_regies(self):
        self._publish_provider()
        with self.assertRaisesRegex(ValidationError, "several régies"):
            self.transaction(self.meal_move | self.evening_move, amount=4.90)

    def test_what_cannot_be_paid_online_is_invoiced_instead(self):
        self._publish_provider()
        self._pay_into(self.provider, self.regie)
        claire = self._create_portal_user(self.martin.guardian_ids[0])
        booked = self.Reservation.with_user(claire).sudo()
        booked._book(
            self.martin,
            [(self.tom, self.meal, THURSDAY), (self.nina, self.t1, THURSDAY)],
            now=NOW,
        )
        states = {
            child: self.reservation(child, activity, THURSDAY).state
            for child, activity in ((self.tom, self.canteen), (self.nina, self.evening))
        }
        self.assertEqual(states, {self.tom: "pending_payment", self.nina: "confirmed"})
