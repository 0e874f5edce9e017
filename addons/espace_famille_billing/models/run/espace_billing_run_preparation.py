"""What a run is about: whom it concerns, what is wrong, which days it locks."""

from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ...domain import invoicing
from ..charge.invoice_terms import Terms
from ..core.amounts import to_decimal
from .espace_billing_run import DONE, UNFINISHED


class EspaceBillingRun(models.Model):
    _inherit = "espace.billing.run"

    locked_session_ids = fields.Many2many(
        "espace.session", string="Days Locked", readonly=True, copy=False
    )

    # === What is concerned === #

    def _scope(self):
        """Return the domain of bookings or charges of the run's people and services."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id)
        if self.activity_ids:
            domain &= Domain("activity_id", "in", self.activity_ids.ids)
        if self.family_ids:
            domain &= Domain("family_id", "in", self.family_ids.ids)
        return domain

    def _in_period(self):
        return Domain("date", ">=", self.date_from) & Domain("date", "<=", self.date_to)

    def _charge_domain(self):
        """Return the domain of the charges that wait for this run.

        A regular run also takes what earlier ones left: small totals, corrections. What
        a family is paying online waits for its payment.
        """
        return (
            self._scope()
            & self._days()
            & Domain("state", "=", "to_invoice")
            & (
                Domain("reservation_id", "=", False)
                | Domain("reservation_id.state", "!=", "pending_payment")
            )
        )

    def _days(self):
        """Return the domain of the days that the run settles, before its period too."""
        if self.kind == "corrective":
            return self._in_period()
        return Domain("date", "<=", self.date_to)

    def _booking_domain(self):
        """Return the domain of the bookings that owe something, or may."""
        return self._scope() & self._in_period() & Domain("state", "=", "confirmed")

    def _session_domain(self):
        domain = Domain("company_id", "=", self.company_id.id) & self._in_period()
        if self.activity_ids:
            domain &= Domain("activity_id", "in", self.activity_ids.ids)
        return domain

    def _over(self):
        """Return the domain of the sessions that have ended."""
        Session = self.env["espace.session"].with_context(
            allowed_company_ids=self.company_id.ids
        )
        return Session._over()

    def _terms(self):
        return Terms(self.invoice_date, self.date_due, self.debit_date, self.id)

    # === Preparing === #

    def action_prepare(self):
        """Find who is to be invoiced and what is wrong; lock the days of the period."""
        self._check_regie()
        self._check_state("draft", "prepared")
        run_sudo = self.sudo()
        run_sudo._check_may_invoice()
        run_sudo._settle_uncharged()
        run_sudo._settle_changed_prices()
        run_sudo._flat_dues()._settle()
        run_sudo._lock_marked()
        run_sudo._gather_families()
        run_sudo._find_anomalies()
        if not run_sudo.family_line_ids and not run_sudo.blocking_count:
            raise UserError(run_sudo._nothing_words())
        run_sudo.write({"state": "prepared", "warnings_accepted_uid": False})

    def _nothing_words(self):
        return self.env._(
            "Nothing waits to be invoiced until %s for these activities and families: "
            "there is nothing to run.",
            format_date(self.env, self.date_to),
        )

    def _check_may_invoice(self):
        """Refuse closed books, another run on the same days, nothing to correct.

        :raise UserError: what is in the way
        """
        self.company_id._espace_check_open_books(self.invoice_date)
        others = self.search(
            [
                ("id", "!=", self.id),
                ("company_id", "=", self.company_id.id),
                ("date_from", "<=", self.date_to),
                ("date_to", ">=", self.date_from),
            ]
        ).filtered(self._meets)
        unfinished = others.filtered(lambda run: run.state in UNFINISHED)
        if unfinished:
            raise UserError(
                self.env._(
                    "“%s” invoices the same days and is not finished: finish or "
                    "cancel it first.",
                    unfinished[0].name,
                )
            )
        invoiced = others.filtered(lambda r: r.state in DONE and r.kind == "regular")
        if self.kind == "corrective" and not invoiced:
            raise UserError(
                self.env._(
                    "No run has invoiced these days yet: there is nothing to correct. "
                    "Make a regular run."
                )
            )

    def _meets(self, other):
        """Tell whether both concern a same activity and a same family."""
        return all(
            not self[name] or not other[name] or self[name] & other[name]
            for name in ("activity_ids", "family_ids")
        )

    def _settle_uncharged(self):
        """Charge what never was: what is settled already is settled in the batches."""
        bookings = self.env["espace.reservation"].search(
            self._booking_domain() & Domain("charge_ids", "=", False)
        )
        bookings._settle(strict=False)

    def _settle_changed_prices(self):
        """Charge the difference of what costs something else by now.

        Also of families that nothing else waits for: these are to be invoiced then.
        """
        Reservation = self.env["espace.reservation"]
        Reservation._mark_changed_prices(self.company_id)
        days = self._scope() & self._days() & Domain("state", "=", "confirmed")
        to_recompute = Domain("price_change", "=", "to_recompute")
        Reservation.search(days & to_recompute)._recompute_prices()
        to_correct = Domain("price_change", "=", "to_correct")
        Reservation.search(days & to_correct)._settle(strict=False)

    def _gather_families(self):
        """List the families that something waits for, with what waits.

        Looked at again, what has not changed is left as it is.
        """
        groups = self.env["espace.charge"]._read_group(
            self._charge_domain(), ["family_id", "regie_id"], ["amount:sum"]
        )
        waiting = defaultdict(Decimal)
        for family, regie, amount in groups:
            waiting[family, self._asked_by(regie)] += to_decimal(amount)
        kept = self.family_line_ids.filtered(
            lambda line: (
                waiting.get((line.family_id, line.regie_id)) == to_decimal(line.amount)
            )
        )
        (self.family_line_ids - kept).unlink()
        known = {(line.family_id, line.regie_id) for line in kept}
        self.env["espace.billing.run.family"]._list(
            self,
            [
                (family.id, regie.id or None, amount)
                for (family, regie), amount in waiting.items()
                if (family, regie) not in known
            ],
        )

    def _asked_by(self, regie):
        """Hook: return the régie that asks for charges of a régie, maybe none."""
        return regie

    def _take(self, charges):
        """Hook: do what has to be done before these charges are invoiced."""

    # === Locking the days === #

    def _lock_marked(self):
        """Lock the days that are over and whose attendance is all marked."""
        sessions = self._open_sessions()
        expected = self.env["espace.reservation"]._read_group(
            [
                ("session_id", "in", sessions.ids),
                ("state", "=", "confirmed"),
                ("attendance", "=", "expected"),
            ],
            ["session_id"],
        )
        left = sessions.browse(session.id for [session] in expected)
        self._lock(sessions - left)

    def _open_sessions(self):
        return self.env["espace.session"].search(
            self._session_domain()
            & self._over()
            & Domain("attendance_locked", "=", False)
        )

    def _lock(self, sessions):
        sessions.write({"attendance_locked": True})
        self.locked_session_ids |= sessions

    def _unlock(self):
        """Open the days again that this run locked."""
        self.locked_session_ids.filtered("attendance_locked").write(
            {"attendance_locked": False}
        )
        self.locked_session_ids = False

    # === Outcome === #

    def _outcome(self, charges, regie, paid=Decimal(0)):
        """Return what to make of a family's charges in a régie.

        See `invoicing.outcome`.

        :param Decimal paid: euros (below 0) that third parties will pay of them
        """
        amounts = [to_decimal(charge.amount) for charge in charges]
        return invoicing.outcome(
            [*amounts, paid] if paid else amounts,
            Decimal(str(self._minimum(regie))),
            self.is_last,
            bool(paid or charges.aid_id),
        )

    def _minimum(self, regie):
        """Return the smallest invoice of a régie, which the run says where it is one.

        :return: float, in euros
        """
        if regie.is_one_of_several:
            return regie.minimum_invoice
        return self.minimum_amount
