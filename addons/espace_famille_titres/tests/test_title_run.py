from decimal import Decimal

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.espace_famille.tests.common import MONDAY, TUESDAY
from odoo.addons.espace_famille_billing.tests.run.test_billing_run import FEBRUARY

from .common import SGC, TitleCase


@tagged("post_install", "-at_install")
class TestTitleRun(TitleCase):
    def test_its_invoices_are_of_no_regie_and_paid_to_the_accountant(self):
        self.evenings()
        run = self.title_run()
        move = self.invoices(self.martin)
        self.assertEqual(run.move_ids, move | self.invoices(self.durand))
        self.assertEqual(move.amount_total, 2.60)
        self.assertFalse(move.espace_regie_id)
        self.assertEqual(move.espace_transmitted_on, move.invoice_date)
        self.assertFalse(move._has_to_be_paid())
        self.assertEqual(move._espace_due_online(), 0)
        words = move._espace_transmitted_words()
        self.assertIn("avis des sommes à payer", words)
        self.assertIn(SGC, words)

    def test_a_régie_s_run_stays_as_it_was(self):
        self.evenings()
        self.launched()
        move = self.invoices(self.martin)
        self.assertEqual(move.espace_regie_id, self.regie)
        self.assertFalse(move.espace_transmitted_on)

    def test_the_counter_and_reminders_leave_it_alone(self):
        self.evenings()
        self.title_run()
        move = self.invoices(self.martin)
        lines = move._espace_receivable_lines()
        with self.day(60):
            with self.assertRaises(UserError) as error:
                self.env["account.payment"].with_user(self.clerk)._espace_register(
                    self.martin, self.journals["cash"], {lines: 2.60}, FEBRUARY
                )
            self.assertIn("accountant", str(error.exception))
            verdicts = self.env["espace.reminder"]._verdicts(
                self.company, self.company._espace_today()
            )
            self.assertEqual(verdicts[self.martin][0].reason, "transmitted")

    def test_the_etat_d_encaissement_does_not_know_it(self):
        self.evenings()
        self.title_run()
        with self.day(27):
            statement = self.env["espace.collection.statement"].create(
                {
                    "regie_id": self.regie.id,
                    "date_from": FEBRUARY,
                    "date_to": FEBRUARY.replace(day=28),
                }
            )
            self.assertEqual(statement.unpaid_total, 0)
            self.assertTrue(self.receivable(self.martin))

    def test_its_document_says_whom_to_pay(self):
        self.evenings()
        self.title_run()
        move = self.invoices(self.martin)
        said = move._espace_document()
        self.assertFalse(said["regie"])
        [(_label, words)] = said["ways"]
        self.assertIn(SGC, words)
        self.assertNotIn("Due Date", dict(said["facts"]))
        self.assertNotIn("régisseur", " ".join(said["mentions"]))

    def test_what_is_too_small_is_carried_over_the_last_run_too(self):
        self.company.espace_title_minimum = 1
        self.evenings()
        run = self.title_run(is_last=True)
        self.assertEqual(run.minimum_amount, 1)
        self.assertFalse(self.invoices(self.durand))
        self.assertEqual(self.line(run, self.durand).state, "reported")
        self.assertEqual(self.invoices(self.martin).amount_total, 2.60)

    def test_the_smallest_titre_is_that_of_the_law(self):
        company = self.env["res.company"].create(
            {"name": "V", "espace_is_commune": True}
        )
        run = self.Run.with_company(company).new({"by_title": True})
        self.assertEqual(run.minimum_amount, 15)

    def test_without_issuer_or_court_nothing_is_prepared(self):
        self.evenings()
        for name in ("espace_title_quality", "espace_title_court"):
            kept = self.company[name]
            self.company[name] = False
            run = self.create_run(by_title=True)
            self.refused("does not bind", self.prepare, run)
            self.company[name] = kept

    def test_one_court_is_named(self):
        with self.assertRaises(ValidationError):
            self.company.espace_title_court = (
                "Tribunal administratif de Toulouse ou tribunal judiciaire de Castres"
            )

    def test_it_is_chosen_while_the_run_is_a_draft(self):
        self.evenings()
        run = self.prepared()
        self.refused("draft", run.with_user(self.clerk).write, {"by_title": True})

    def test_no_bank_is_asked_by_the_regie(self):
        self.martin.pays_by_debit = True
        self.evenings()
        self.title_run()
        self.assertFalse(self.invoices(self.martin).espace_debit_date)

    def test_what_is_taken_back_lowers_the_titre_and_not_the_regie(self):
        self.evenings()
        self.title_run()
        move = self.invoices(self.martin)
        charge = move.invoice_line_ids.espace_charge_ids[:1]
        with self.day(3):
            self.env["espace.credit.wizard"].create(
                {
                    "move_id": move.id,
                    "reason": "Was ill",
                    "follow_up": "waive",
                    "charge_ids": [Command.set(charge.ids)],
                }
            ).action_credit()
        note = move.reversal_move_ids
        self.assertFalse(note.espace_regie_id)
        self.assertEqual(move.amount_residual, 1.30)
        self.assertEqual(note.amount_residual, 0)

    def test_what_corrects_a_titre_waits_for_the_next_one(self):
        """An excuse that is refused after all: the evening is due, to no régie."""
        booking = self.came(self.nina, self.t2, MONDAY, "absent_justified")
        self.came(self.nina, self.t2, TUESDAY)
        self.title_run()
        booking.session_id.attendance_locked = False
        self.point(booking, "present")
        [late] = booking.charge_ids.filtered(lambda c: c.state == "to_invoice")
        self.assertEqual(Decimal(str(late.amount)), Decimal("1.30"))

    def test_both_kinds_of_runs_meet_in_one_account(self):
        meal = self.booked(self.nina, self.meal, MONDAY)
        self.evenings()
        self.title_run()
        moves = self.Move.search([("espace_family_id", "=", self.martin.id)])
        regies = {m: m.espace_regie_id for m in moves}
        self.assertEqual(regies[meal.charge_ids.move_id], self.regie)
        self.assertEqual(len(moves), 2)
        owed = self.martin._espace_owed_by_regie()
        self.assertEqual(owed[self.regie], 3.60)
        self.assertEqual(owed[self.regie.browse()], 2.60)

    def test_its_letter_tells_nobody_to_pay_the_commune(self):
        run = self.create_run(by_title=True)
        template = run._letter_template()
        self.evenings()
        self.title_run()
        move = self.invoices(self.martin)
        body = template._render_field("body_html", move.ids)[move.id]
        self.assertIn("Do not pay it to the commune", body)
        self.assertNotIn("Please pay it by", body)
        other = self.create_run()
        self.assertNotEqual(other._letter_template(), template)
