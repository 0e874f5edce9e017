"""The work of a run: families invoiced in batches, each batch a transaction."""

import logging
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying
from odoo.tools import SQL

from ...domain import invoicing

_logger = logging.getLogger(__name__)

# What a run is at when a job goes on with it.
AT_WORK = ("invoicing", "sending")
# When what another worker was at is looked at again.
LATER = timedelta(minutes=1)
# Families a transaction: many are created faster together, few are lost by a kill.
BATCH = 100
# Documents a transaction: each is printed by a program of its own.
SENDING_BATCH = 5


class EspaceBillingRun(models.Model):
    _inherit = "espace.billing.run"

    @api.model
    def _cron_work(self, states=AT_WORK):
        """Go on with the runs at work, batch by batch, as long as the job may last.

        The job says after each batch how much is left: Odoo calls it again, also
        after a worker was killed.

        :param states: what runs are at that are gone on with
        """
        Cron = self.env["ir.cron"]
        Cron._commit_progress(remaining=self._left(states))
        for run in self._at_work(states):
            while run._goes_on(states):
                done = retrying(run._work_batch, self.env)
                if not done and run._is_with_others():
                    # Theirs is the rest; it is looked at again, in case they die.
                    run._trigger(fields.Datetime.now() + LATER)
                    Cron._commit_progress(remaining=0)
                    break
                if not Cron._commit_progress(done, remaining=self._left(states)):
                    return

    @api.model
    def _cron_invoice_beside(self):
        """Invoice beside the worker of `_cron_work`, other families of the same runs.

        What leaves by e-mail leaves from one worker alone.
        """
        self._cron_work(states=("invoicing",))

    @api.model
    def _at_work(self, states=AT_WORK):
        return self.search(
            [("state", "in", states), ("paused", "=", False)], order="id"
        )

    @api.model
    def _left(self, states=AT_WORK):
        """Return how much is left to do: families, and runs that have to end.

        As long as it is not 0 Odoo calls the job again, at once.
        """
        return sum(run._to_do() + 1 for run in self._at_work(states) if run._has_work())

    def _is_with_others(self):
        """Tell whether other workers are at all families that are left to invoice."""
        self.env.invalidate_all()
        return self.state == "invoicing" and not self.paused and self._to_do() > 0

    def _to_do(self):
        """Return how many families are left to invoice, or to send to."""
        field = "sending" if self.state == "sending" else "state"
        return self.env["espace.billing.run.family"].search_count(
            [("run_id", "=", self.id), (field, "=", "todo")]
        )

    def _has_work(self):
        """Tell whether a batch has anything to do.

        Where e-mails are still leaving it has not: the last that left calls the job.
        """
        return (
            self.state == "invoicing" or self._to_do() > 0 or not self._unsent("queued")
        )

    def _goes_on(self, states=AT_WORK):
        """Tell whether there is more to do, as the last transactions of all say."""
        self.env.invalidate_all()
        return self.state in states and not self.paused and self._has_work()

    def _work_batch(self):
        """Do one batch of what the run is at; return how many families it was."""
        self.ensure_one()
        if self.state == "sending":
            return self._send_batch(SENDING_BATCH)
        return self._invoice_batch(BATCH)

    def _work_all(self):
        """Do all that is left in the current transaction."""
        state = self.state
        while self.state == state and self._has_work():
            self._work_batch()

    def _invoice_batch(self, size):
        """Invoice some of the families left; the run is invoiced when none is.

        It ends with its last batch: what ended later might wait for the next hour. Of
        workers at once each takes families that no other one is at; whoever finds
        none left to take leaves the end to them.

        :return: how many lines of the run it was
        """
        if self.state != "invoicing":
            return 0
        lines = self._take_lines(size)
        if lines and not self._invoice_lines(lines):
            return 0
        if not self._to_do():
            self._finish_invoicing()
        return len(lines)

    def _take_lines(self, size):
        """Return the lines left of some families, and lock them for this transaction.

        A family is taken whole, all its régies: what is settled is of all of them. Who
        has seen another worker's lines as they were before begins again.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT family.id
                  FROM espace_family family
                  JOIN (SELECT family_id, min(id) AS first
                          FROM espace_billing_run_family
                         WHERE run_id = %(run)s AND state = 'todo'
                         GROUP BY family_id) todo ON todo.family_id = family.id
                 ORDER BY todo.first
                 LIMIT %(size)s
                   FOR NO KEY UPDATE OF family SKIP LOCKED
                """,
                run=self.id,
                size=size,
            )
        )
        families = [family_id for [family_id] in self.env.cr.fetchall()]
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM espace_billing_run_family
                 WHERE run_id = %(run)s AND state = 'todo'
                   AND family_id = ANY(%(families)s)
                 ORDER BY id
                   FOR NO KEY UPDATE
                """,
                run=self.id,
                families=families,
            )
        )
        return self.env["espace.billing.run.family"].browse(
            line_id for [line_id] in self.env.cr.fetchall()
        )

    def _invoice_lines(self, lines):
        """Invoice these families; stop the run and return False in closed books."""
        try:
            self.company_id._espace_check_open_books(self.invoice_date)
        except UserError as error:
            self._pause_because(str(error))
            return False
        lines._invoice_together()
        return True

    def _finish_invoicing(self):
        self.state = "invoiced"
        self._invoice_third_parties()
        self.message_post(
            body=self._in_words().env._(
                "%(done)s invoices or credit notes made, %(reported)s families "
                "carried over, %(failed)s failed.",
                done=self.invoiced_count,
                reported=self.reported_count,
                failed=self.failed_count,
            )
        )

    def _pause_because(self, reason):
        self.paused = True
        self.message_post(body=reason)


class EspaceBillingRunFamily(models.Model):
    _inherit = "espace.billing.run.family"

    def _invoice_together(self):
        """Invoice these families in one go; where one fails, each on its own."""
        try:
            with self.env.cr.savepoint():
                self._invoice()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:  # noqa: BLE001 - found family by family below
            for line in self:
                line._invoice_alone()

    def _invoice_alone(self):
        """Invoice one family; what prevents it is written down and stops nobody."""
        try:
            with self.env.cr.savepoint():
                self._invoice()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except UserError as error:
            self.write({"state": "failed", "reason": str(error)})
        except Exception as error:
            _logger.exception("Family %s of a billing run", self.family_id.id)
            self.write(
                {
                    "state": "failed",
                    "reason": self.run_id._in_words().env._(
                        "Unexpected error: %s", error
                    ),
                }
            )

    def _invoice(self):
        """Settle these families, then invoice, credit or carry over each of them.

        A family gets a document from each régie that something waits for.
        """
        run = self.run_id
        self._settle()
        charges = self.env["espace.charge"].search(
            run._charge_domain() & Domain("family_id", "in", self.family_id.ids)
        )
        waiting = charges.grouped(
            lambda charge: (charge.family_id, run._asked_by(charge.regie_id))
        )
        lines = self | self._add_lines(waiting)
        taken = charges.browse()
        paid = charges._planned_aids()
        for line in lines:
            own = waiting.get((line.family_id, line.regie_id), charges.browse())
            owners = own.grouped(lambda charge: charge._owner())
            by_others = sum((paid[owner] for owner in owners), Decimal(0))
            outcome = run._outcome(own, line.regie_id, by_others)
            if outcome in (invoicing.INVOICE, invoicing.CREDIT_NOTE):
                taken |= own
            else:
                line._set_aside(outcome, own)
        run._take(taken)
        moves = taken._invoice_under(run._terms(), fields.Datetime.now())
        by_move = moves.grouped(lambda m: (m.espace_family_id, m.espace_regie_id))
        for line in lines.filtered(lambda line: line.state == "todo"):
            line._set_done(by_move[line.family_id, line.regie_id])

    def _add_lines(self, waiting):
        """Return new lines for régies for which settling found something to invoice.

        What has a line already, in a batch to come or past, stays with it.

        :param waiting: keys (family, régie) of what waits to be invoiced
        """
        run = self.run_id
        lines = self.search(
            [("run_id", "=", run.id), ("family_id", "in", self.family_id.ids)]
        )
        known = {(line.family_id, line.regie_id) for line in lines}
        return self.create(
            [
                {"run_id": run.id, "family_id": family.id, "regie_id": regie.id}
                for family, regie in waiting
                if (family, regie) not in known
            ]
        )

    def _settle(self):
        run = self.run_id
        bookings = self.env["espace.reservation"].search(
            run._booking_domain() & Domain("family_id", "in", self.family_id.ids)
        )
        bookings._settle(strict=False)
        run._flat_dues(self.family_id)._settle()

    def _set_aside(self, outcome, charges):
        nothing = outcome == invoicing.NOTHING
        self.write(
            {
                "state": "skipped" if nothing else "reported",
                "amount": sum(charges.mapped("amount")),
            }
        )

    def _set_done(self, move):
        sign = -1 if move.move_type == "out_refund" else 1
        self.write(
            {
                "state": "done",
                "amount": sign * move.amount_total,
                "move_id": move.id,
                "reason": False,
            }
        )
