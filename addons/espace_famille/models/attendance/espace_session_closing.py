from odoo import api, fields, models
from odoo.exceptions import UserError

from ...domain import attendance_events as rules


class EspaceActivity(models.Model):
    _inherit = "espace.activity"

    building = fields.Char(
        help="Where the children are, for the evacuation list. Empty: in their school."
    )
    grace_minutes = fields.Integer(
        "Minutes of Grace",
        default=10,
        help="A child that stays longer past the end of its option is proposed the "
        "next one when the agents close the list. Nothing is charged by itself.",
    )

    _grace_not_negative = models.Constraint(
        "CHECK(grace_minutes >= 0)", "Minutes of grace are not negative."
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    def _espace_desk_names(self):
        """Return the names of those who can unlock a day: three at most.

        The administrators as well may; they are named where there is nobody else.
        """
        self.ensure_one()
        group = self.env.ref("espace_famille.group_manager").sudo()
        able = group.all_user_ids.filtered(
            lambda user: user.active and self in user.company_ids
        )
        admin = self.env.ref("espace_famille.group_admin").sudo()
        desk = able.filtered(lambda user: admin not in user.all_group_ids)
        return (desk or able).sorted("name")[:3].mapped("name")


class EspaceSession(models.Model):
    """The end of a service: what is missing, and the lock by the last agent."""

    _inherit = "espace.session"

    stayed_words = fields.Char(
        "Stayed past their Option",
        compute="_compute_stayed_words",
        help="Nothing is charged by itself: change the option of those who owe it.",
    )

    @api.depends("reservation_ids.left_at", "reservation_ids.product_id")
    def _compute_stayed_words(self):
        for session in self:
            stayed = session._stayed_longer() if session.records_times else []
            session.stayed_words = ", ".join(
                f"{booking.child_id.name} ({option.name})" for booking, option in stayed
            )

    unlock_words = fields.Char(
        "Unlocking Asked For",
        readonly=True,
        copy=False,
        help="Who asked for it and why; empty once the day was unlocked.",
    )

    def _missing(self):
        """Return what is to be done before agents lock the day.

        :return: {"expected": bookings that nobody marked, without announced absences;
            "here": those whose departure is to be noted; "clashes": those with two
            answers}
        """
        self.ensure_one()
        bookings = self.sudo().reservation_ids.filtered(
            lambda r: r.state == "confirmed"
        )
        expected = bookings.filtered(lambda r: r.attendance == "expected")
        return {
            "expected": expected - expected._in_live_absence(),
            "here": bookings.filtered(
                lambda r: (
                    r.records_times and r.attendance == "present" and not r.left_at
                )
            ),
            "clashes": bookings.filtered("attendance_clash"),
        }

    def _lock_by_agents(self):
        """Lock the day once nothing is missing; announced absences become absences.

        What devices send later goes to the family desk.

        :raise UserError: what is missing, by name
        """
        self.ensure_one()
        self._check_agent()
        self._check_attendance_open()
        if names := self._missing_words():
            raise UserError(names)
        announced = self.reservation_ids.filtered(
            lambda r: r.state == "confirmed" and r.attendance == "expected"
        )
        if announced:
            announced._set_attendance("absent_unjustified")
        self.sudo().attendance_locked = True

    def _missing_words(self):
        missing = self._missing()
        labels = {
            "expected": self.env._("Not marked yet: %s."),
            "here": self.env._("Without departure: %s."),
            "clashes": self.env._("With two answers: %s."),
        }
        return " ".join(
            label % ", ".join(missing[name].child_id.mapped("name"))
            for name, label in labels.items()
            if missing[name]
        )

    def _ask_to_unlock(self, reason):
        """Record that agents found something to correct: the family desk sees it.

        :param str reason: of the agent
        :raise UserError: there is none
        """
        self.ensure_one()
        self._check_agent()
        if not reason:
            raise UserError(self.env._("Say what is to be corrected."))
        self.sudo().unlock_words = f"{self.env.user.name} – {reason}"
        self.env["espace.reservation.event"]._record(
            [
                {
                    "session_id": self.id,
                    "company_id": self.company_id.id,
                    "kind": "unlock_asked",
                    "note": reason or False,
                }
            ]
        )

    def _locked_words(self):
        """Say who locked the day and when, and who can open it again."""
        self.ensure_one()
        event = self.sudo().lock_event_ids.filtered(lambda e: e.kind == "locked")[:1]
        if not event:
            return self.env._(
                "The day is locked. It can be unlocked by: %s.", self._desk_words()
            )
        return self.env._(
            "Locked at %(time)s by %(agent)s. It can be unlocked by: %(desk)s.",
            time=f"{self.company_id._espace_local(event.at):%H:%M}",
            agent=event.user_id.name,
            desk=self._desk_words(),
        )

    def _desk_words(self):
        names = self.company_id._espace_desk_names()
        return ", ".join(names) or self.env._("Management")

    def _options_of_page(self):
        """Return the options of this day as the rules know them."""
        return [
            rules.Option(
                option.product_variant_id.id,
                option.espace_time_from,
                option.espace_time_to,
            )
            for option in self.activity_id.product_ids
        ]

    def _stayed_longer(self, now=None):
        """Return [(booking, the option to propose)] of those that stayed past theirs.

        :param datetime now: naive UTC, until when those stay that have not left
        """
        self.ensure_one()
        local = self.company_id._espace_local(now or fields.Datetime.now())
        until = local.hour + local.minute / 60 if local.date() == self.date else 24
        options = self._options_of_page()
        by_id = {option.product_id: option for option in options}
        found = []
        for booking in self.sudo().reservation_ids:
            current = by_id.get(booking.product_id.id)
            here = booking.state == "confirmed" and booking.attendance == "present"
            if not (here and current and booking.records_times):
                continue
            proposed = rules.next_option(
                options,
                current,
                booking.left_at or until,
                self.activity_id.grace_minutes / 60,
            )
            if proposed:
                found.append(
                    (booking, self.env["product.product"].browse(proposed.product_id))
                )
        return found
