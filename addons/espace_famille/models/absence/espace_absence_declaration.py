from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...domain import absence as rules
from .espace_absence import OPEN_STATES, REASONS

# What somebody who declares an absence says; the rest is found by the gate.
DECLARED_FIELDS = {
    "child_id",
    "family_id",
    "date_from",
    "date_to",
    "activity_ids",
    "reason",
    "note",
}
MAX_DAYS = 366


class EspaceAbsence(models.Model):
    """The gate of absences: parents and agents alike declare them, and send proofs."""

    _inherit = "espace.absence"

    @api.model_create_multi
    def create(self, vals_list):
        """Declare what agents enter in a form; see `_declare`."""
        if self.env.su:
            return super().create(vals_list)
        self.browse().check_access("create")
        return self.browse(self._declare_form(dict(vals)).id for vals in vals_list)

    @api.model
    def _declare_form(self, vals):
        proofs = vals.pop("proof_ids", None)
        vals = {name: vals[name] for name in DECLARED_FIELDS & vals.keys()}
        # Who may not read why a child is absent may say so all the same.
        entered = self.sudo().new(vals)
        if not (entered.child_id and entered.family_id):
            raise ValidationError(self.env._("Choose the child and its family."))
        entered.child_id._origin.sudo(False).check_access("read")
        absence = self._declare(
            entered.family_id._origin,
            entered.child_id._origin,
            entered.date_from,
            entered.date_to,
            entered.activity_ids._origin,
            vals.get("reason") or "other",
            entered.note,
            origin="staff",
        )
        absence = self.browse(absence.id)
        if proofs:
            absence.write({"proof_ids": proofs})
        return absence

    @api.model
    def _declare(
        self,
        family,
        child,
        date_from,
        date_to,
        activities=None,
        reason="other",
        note="",
        now=None,
        origin="portal",
        proofs=(),
    ):
        """Declare that a child is or was absent from what `family` booked.

        :param activities: `espace.activity`, all those booked if empty
        :param datetime now: naive UTC, the present if None
        :param str origin: 'portal', bound by the delays, or 'staff'
        :param proofs: iterable of (file name, bytes)
        :return: the absence: accepted already where no proof is asked
        :raise AccessError: the child or an activity is not the family's
        :raise UserError: why nothing was declared, with what to do
        """
        now = now or fields.Datetime.now()
        family_sudo, child_sudo = family.sudo(), child.sudo()
        activities_sudo = (activities or self.env["espace.activity"]).sudo()
        self._check_who(family_sudo, child_sudo, activities_sudo)
        self._check_span(family_sudo.company_id, date_from, date_to, now)
        if reason not in dict(REASONS):
            raise UserError(self.env._("Choose the reason of the absence."))
        bookings_sudo = self._bookings_of(
            family_sudo, child_sudo, date_from, date_to, activities_sudo
        )
        concerned_sudo = self._concerned(bookings_sudo, activities_sudo)
        concerned_sudo._check_absence_open()
        if origin == "portal":
            self._check_declared_in_time(concerned_sudo, now)
        deadline = self._proof_deadline(concerned_sudo, now, origin)
        if deadline and deadline <= now and not proofs:
            raise UserError(self._too_late_for_proof(family_sudo.company_id, deadline))
        absence_sudo = self.sudo().create(
            {
                "child_id": child_sudo.id,
                "family_id": family_sudo.id,
                "date_from": date_from,
                "date_to": date_to,
                "activity_ids": [fields.Command.set(activities_sudo.ids)],
                "reason": reason,
                "note": note or False,
                "origin": origin,
                "declared_on": now,
                "declared_by": self.env.uid,
                "proof_deadline": deadline,
            }
        )
        absence_sudo = self.sudo().browse(absence_sudo.id)
        concerned_sudo.absence_id = absence_sudo
        absence_sudo._add_proofs(proofs, now)
        absence_sudo._take_in(
            now, bookings_sudo.filtered(lambda r: r.attendance == "present")
        )
        return absence_sudo

    @api.model
    def _check_who(self, family, child, activities):
        if len(family) != 1 or len(child) != 1 or child not in family.child_ids:
            raise AccessError(
                self.env._("This child does not belong to your family account.")
            )
        if activities.company_id - family.company_id:
            raise AccessError(self.env._("This activity is not one of your commune's."))

    @api.model
    def _check_span(self, company, date_from, date_to, now):
        if not (date_from and date_to):
            raise UserError(self.env._("Enter the first and the last day."))
        if date_to < date_from:
            raise UserError(self.env._("The last day is before the first: correct it."))
        today = company._espace_today(now)
        reach = timedelta(days=MAX_DAYS)
        if date_to - date_from >= reach or not today - reach <= date_from <= today + (
            reach
        ):
            raise UserError(
                self.env._("Declare one year at most, around today: correct the dates.")
            )

    @api.model
    def _bookings_of(self, family, child, date_from, date_to, activities):
        domain = [
            ("family_id", "=", family.id),
            ("child_id", "=", child.id),
            ("state", "=", "confirmed"),
            ("date", ">=", date_from),
            ("date", "<=", date_to),
        ]
        if activities:
            domain.append(("activity_id", "in", activities.ids))
        return self.env["espace.reservation"].sudo().search(domain)

    @api.model
    def _concerned(self, bookings, activities):
        """Return the bookings to excuse, or say why there is none."""
        strict = bookings.activity_id.filtered(lambda a: not a.absence_allowed)
        if strict and (activities or strict == bookings.activity_id):
            raise UserError(
                self.env._(
                    "%s: absences stay due, there is nothing to declare.",
                    ", ".join(strict.mapped("name")),
                )
            )
        allowed = bookings.filtered(lambda r: r.activity_id not in strict)
        absent = allowed.filtered(lambda r: r.attendance != "present")
        left = absent - absent._in_live_absence()
        left = left.filtered(lambda r: r.attendance != "absent_justified")
        if left:
            return left
        if absent:
            raise UserError(self.env._("An absence is already declared on these days."))
        if allowed:
            raise UserError(
                self.env._("The child was marked present: there is nothing to excuse.")
            )
        raise UserError(
            self.env._(
                "Nothing is booked for this child on these days: there is no absence "
                "to declare."
            )
        )

    @api.model
    def _check_declared_in_time(self, bookings, now):
        for booking in bookings.sorted("date"):
            company = booking.company_id
            limit = rules.declaration_deadline(
                booking.activity_id._absence_policy(), booking.date, company.espace_tz
            )
            if now >= limit:
                raise UserError(
                    self.env._(
                        "The absence of %(day)s (%(activity)s) could be declared until "
                        "%(limit)s: contact the town hall.",
                        day=company._espace_day_words(booking.date),
                        activity=booking.activity_id.name,
                        limit=company._espace_limit_words(limit),
                    )
                )

    @api.model
    def _proof_deadline(self, bookings, now, origin):
        """Return until when the proof of all the bookings may come, None without.

        Where activities differ, the longest delay holds. An agent who takes a call
        late gives the family a new delay.
        """
        company = bookings.company_id
        local = company._espace_local(now)
        first = min(bookings.mapped("date"))

        def deadlines(**changes):
            for activity in bookings.activity_id:
                yield rules.proof_deadline(
                    replace(activity._absence_policy(), **changes),
                    first,
                    local,
                    company.espace_tz,
                )

        deadline = max(filter(None, deadlines()), default=None)
        if deadline and deadline <= now and origin == "staff":
            deadline = max(filter(None, deadlines(start="declaration")))
        return deadline

    @api.model
    def _too_late_for_proof(self, company, deadline):
        return self.env._(
            "The proof of this absence was due until %s: contact the town hall.",
            company._espace_limit_words(deadline),
        )

    def _take_in(self, now, present):
        """Accept at once what asks for no proof, and say what is expected."""
        self.ensure_one()
        at_once = self._live().filtered(self._is_excused_at_once)
        self._excuse(at_once)
        if at_once == self._live():
            self._settle_state("accepted", now, by=False)
            self._notify_accepted(present)
        elif self.proof_count:
            self.state = "to_check"
        elif self.proof_deadline:
            self.state = "waiting_proof"
        if self.state in OPEN_STATES:
            self._notify_declared(present)

    @api.model
    def _is_excused_at_once(self, reservation):
        policy = reservation.activity_id._absence_policy()
        return policy.automatic and not policy.proof

    # === Proofs === #

    def _add_proofs(self, proofs, now):
        """Attach (file name, bytes) to the absence, as superuser."""
        self.env["espace.absence.proof"].sudo().create(
            [
                self.env["espace.absence.proof"]._prepare(self, name, content, now)
                for name, content in proofs
            ]
        )

    def _send_proofs(self, proofs, now=None):
        """Add the proofs that a family sends afterwards.

        :param proofs: iterable of (file name, bytes)
        :raise UserError: none is awaited, it is too late, or a file is not taken
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        self._check_state(*OPEN_STATES)
        if not proofs:
            raise UserError(self.env._("Choose a file to send."))
        if self.proof_deadline and now > self.proof_deadline:
            raise UserError(
                self._too_late_for_proof(self.company_id, self.proof_deadline)
            )
        self._add_proofs(proofs, now)
        self._proof_received()

    def _proof_received(self):
        self.sudo().filtered(
            lambda absence: absence.state in ("declared", "waiting_proof")
        ).state = "to_check"
