"""A billing run whose worker is killed: real commits, a connection cut in between.

The commune and its invoices stay in the test database.
"""

import threading
import uuid
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.espace_famille.tests.common import MONDAY, NOW
from odoo.addons.espace_famille_billing.models.run import espace_billing_run_work
from odoo.addons.espace_famille_billing.tests.common import EspaceBillingCase

from .killed import KilledCase

EVENING = "2027-01-11 18:00:00"
FEBRUARY = "2027-02-01 09:00:00"
FAMILIES = 7


@tagged("post_install", "-at_install", "committed")
class TestRunKilled(KilledCase):
    def setUp(self):
        super().setUp()
        # Two families a batch: the run takes several transactions.
        self.startPatcher(patch.object(espace_billing_run_work, "BATCH", 2))
        with freeze_time(NOW), self.transaction() as env:
            self.build(env)

    def build(self, env):
        """Have seven families owe an evening each, and launch a run."""

        class Town(EspaceBillingCase):
            """Builds; no test runs."""

        Town._create_commune(env, name=f"Campagne {uuid.uuid4().hex[:8]}")
        Town._create_accounts()
        Town.tariff = Town._create_tariff()
        Town.evening.write({"billing_mode": "consumption", "capacity": 50})
        Town.evening.session_ids.capacity = 50
        Town.company.espace_minimum_invoice = 0
        children = []
        for number in range(FAMILIES):
            family = Town._create_family(f"Famille {number}", ["Claire"])
            children.append(Town._create_child(family, "Sam", Town.class_cp))
        bookings = Town.Reservation
        for child in children:
            [quote] = bookings._book(child.family_id, [(child, Town.t2, MONDAY)], NOW)
            bookings |= bookings.browse(quote.reservation_id)
        with freeze_time(EVENING):
            bookings._set_attendance("present")
        with freeze_time(FEBRUARY):
            run = Town.env["espace.billing.run"].create(
                {"date_from": "2027-01-01", "date_to": "2027-01-31"}
            )
            run.action_prepare()
            run.action_launch_anyway()
        self.company_id, self.run_id = Town.company.id, run.id

    def tearDown(self):
        with self.transaction() as env:
            company = env["res.company"].browse(self.company_id)
            self.assertEqual(env["espace.check"]._problems(company), [])
        super().tearDown()

    def state(self):
        """Return (state of the run, families done, invoices, their total, numbers)."""
        with self.transaction() as env:
            run = env["espace.billing.run"].browse(self.run_id)
            moves = env["account.move"].search([("company_id", "=", self.company_id)])
            done = run.family_line_ids.filtered(lambda line: line.state == "done")
            self.assertEqual(done.move_id, moves.sorted("id") & done.move_id)
            return (
                run.state,
                len(done),
                len(moves),
                round(sum(moves.mapped("amount_total")), 2),
            )

    def work(self, kill_after=None):
        with (
            freeze_time(FEBRUARY),
            self.batches("espace.billing.run", kill_after),
            self.transaction() as env,
        ):
            env["espace.billing.run"]._cron_work()

    def test_a_killed_worker_leaves_nothing_double_and_nothing_missing(self):
        self.killed(after=2)
        # Two batches were committed, the third was lost whole.
        self.assertEqual(self.state(), ("invoicing", 4, 4, 6.40))
        self.killed(after=0)
        self.assertEqual(self.state(), ("invoicing", 4, 4, 6.40))
        self.work()
        self.assertEqual(self.state(), ("invoiced", 7, 7, 11.20))
        self.work()
        self.assertEqual(self.state(), ("invoiced", 7, 7, 11.20))

    def test_a_run_ends_with_its_last_batch(self):
        """However short its time: Odoo calls the job again only while work is left."""
        lefts = []

        def time_is_up(cron, _done=0, *, remaining=None):
            cron.env.cr.commit()
            lefts.append(remaining)
            return 0

        with patch.object(self.registry["ir.cron"], "_commit_progress", time_is_up):
            for _call in range(2 * FAMILIES):
                self.work()
                if not lefts[-1]:
                    break
        self.assertEqual(self.state(), ("invoiced", 7, 7, 11.20))
        # What was left at the beginning, then at the end, of each of its four batches.
        self.assertEqual(lefts[::2], [8, 6, 4, 2])
        self.assertEqual(lefts[-1], 0)

    def side_by_side(self, *jobs):
        """Run these jobs of the run at once, each with a connection of its own."""
        start = threading.Barrier(len(jobs))
        errors = []

        def run(job):
            try:
                with self.transaction() as env:
                    env["espace.billing.run"].browse(self.run_id).read(["state"])
                    start.wait(timeout=30)
                    getattr(env["espace.billing.run"], job)()
            except Exception as error:  # noqa: BLE001 - told by the main thread
                errors.append(error)

        threads = [threading.Thread(target=run, args=[job]) for job in jobs]
        with mute_logger("odoo.sql_db"), freeze_time(FEBRUARY):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=120)
        self.assertFalse(errors)

    def test_two_workers_at_once_invoice_each_family_once(self):
        self.side_by_side("_cron_work", "_cron_work")
        self.assertEqual(self.state(), ("invoiced", 7, 7, 11.20))

    def test_workers_side_by_side_make_the_invoices_of_one(self):
        """Same amounts and lines a family, numbers without a gap, equal to the cent."""
        with freeze_time(FEBRUARY), self.transaction() as env:
            run = env["espace.billing.run"].browse(self.run_id)
            run._work_all()
            alone = self.invoices(run)
            env.cr.rollback()
            env.invalidate_all()
        self.side_by_side("_cron_work", "_cron_invoice_beside", "_cron_invoice_beside")
        with self.transaction() as env:
            run = env["espace.billing.run"].browse(self.run_id)
            self.assertEqual(self.invoices(run), alone)
            self.assertEqual(self.state(), ("invoiced", 7, 7, 11.20))
            ended = run.message_ids.filtered(lambda m: "7 invoices" in (m.body or ""))
            self.assertEqual(len(ended), 1)
            numbers = sorted(run.move_ids.mapped("sequence_number"))
            self.assertEqual(numbers, list(range(1, FAMILIES + 1)))

    def invoices(self, run):
        """Return {family: (amount, [what its lines say and cost])} of a run."""
        return {
            move.espace_family_id.id: (
                move.amount_total,
                [
                    (line.name, line.quantity, line.price_unit, line.balance)
                    for line in move.invoice_line_ids.sorted("sequence")
                ],
            )
            for move in run.move_ids
        }

    def test_what_another_worker_is_at_is_left_to_it(self):
        """A worker that finds nothing to take ends; the other one ends the run."""
        with freeze_time(FEBRUARY), self.transaction() as env:
            run = env["espace.billing.run"].browse(self.run_id)
            self.assertEqual(len(run._take_lines(FAMILIES)), FAMILIES)
            self.work()
            self.assertEqual(self.state(), ("invoicing", 0, 0, 0))
            env.cr.rollback()
        self.work()
        self.assertEqual(self.state(), ("invoiced", 7, 7, 11.20))

    def test_whoever_was_killed_left_its_families_to_the_others(self):
        self.killed(after=1)
        self.side_by_side("_cron_work", "_cron_invoice_beside")
        self.assertEqual(self.state(), ("invoiced", 7, 7, 11.20))

    def test_a_run_that_is_stopped_between_two_batches_stays_so(self):
        Run = self.registry["espace.billing.run"]
        work_batch = Run._work_batch

        def stopped_after(run):
            done = work_batch(run)
            with self.transaction() as env:
                env["espace.billing.run"].browse(self.run_id).action_stop()
            return done

        with (
            freeze_time(FEBRUARY),
            patch.object(Run, "_work_batch", stopped_after),
            self.transaction() as env,
        ):
            env["espace.billing.run"]._cron_work()
        self.assertEqual(self.state(), ("invoicing", 2, 2, 3.20))
        self.work()
        self.assertEqual(self.state(), ("invoicing", 2, 2, 3.20))
        with self.transaction() as env:
            env["espace.billing.run"].browse(self.run_id).action_resume()
        self.work()
        self.assertEqual(self.state(), ("invoiced", 7, 7, 11.20))
