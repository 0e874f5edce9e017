import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...domain import attendance_events as rules
from ...domain.booking import ENDED_STATES
from ..booking.espace_reservation import ATTENDANCE_FIELDS
from ..core.guards import ERASING, is_allowed

KINDS = [
    (rules.MARK, "Marked"),
    (rules.UNDO, "Taken back"),
    (rules.OPTION, "Option of the day"),
    (rules.UNKNOWN, "Unknown child"),
]
ANSWERS = [
    (rules.EXPECTED, "Expected"),
    (rules.PRESENT, "Present"),
    (rules.ABSENT, "Absent"),
    (rules.EXCUSED, "Absent with proof"),
    (rules.GONE, "Left"),
]
RESULTS = [
    ("applied", "Applied"),
    ("kept", "Another answer holds"),
    ("aside", "For the family desk"),
    ("refused", "Refused"),
    ("dismissed", "Set aside by the family desk"),
]
# What of them says something about a child.
LIVE = ("applied", "kept")

ANSWER_OF = {
    "expected": rules.EXPECTED,
    "present": rules.PRESENT,
    "absent_unjustified": rules.ABSENT,
    "absent_justified": rules.EXCUSED,
}
ATTENDANCE_OF = {
    **{answer: name for name, answer in ANSWER_OF.items()},
    rules.GONE: "present",
}


class EspaceAttendanceEvent(models.Model):
    """One gesture of an agent on one child, as the device recorded it.

    What holds for the child is found from all its gestures by
    `domain/attendance_events.py`, and written on its booking. A gesture is recorded
    once: its identity comes from the device, which may send it as often as it likes.
    What the office changes in Odoo's lists is a gesture too, which had seen all others.
    """

    _name = "espace.attendance.event"
    _description = "Gesture of Attendance"
    _order = "at desc, id desc"
    _rec_name = "uid"
    _log_access = False

    uid = fields.Char("Identity", required=True)
    device = fields.Char()
    user_id = fields.Many2one(
        "res.users", "By", required=True, ondelete="restrict", index=True
    )
    sender_id = fields.Many2one(
        "res.users",
        "Sent by",
        required=True,
        ondelete="restrict",
        help="Who was logged in when the device sent it.",
    )
    session_id = fields.Many2one(
        "espace.session", required=True, index=True, ondelete="cascade"
    )
    date = fields.Date(related="session_id.date", store=True)
    company_id = fields.Many2one(related="session_id.company_id", store=True)
    child_id = fields.Many2one("espace.child", index=True, ondelete="restrict")
    reservation_id = fields.Many2one(
        "espace.reservation", "Booking", index="btree_not_null", ondelete="set null"
    )
    kind = fields.Selection(KINDS, required=True, default=rules.MARK)
    answer = fields.Selection(ANSWERS, required=True, default=rules.EXPECTED)
    product_id = fields.Many2one("product.product", "Option", ondelete="restrict")
    at = fields.Datetime(
        "On",
        required=True,
        help="Of the gesture, on the corrected clock of the device.",
    )
    received_at = fields.Datetime("Received on", required=True)
    clock_off = fields.Integer(
        "Clock of the Device", help="By how many minutes it differed when it was sent."
    )
    seen = fields.Char(help="Gestures that held when the agent touched the screen.")
    target = fields.Char(help="The gesture taken back.")
    arrived_at = fields.Float("Arrived at", aggregator=False)
    left_at = fields.Float("Left at", aggregator=False)
    with_words = fields.Char("Left with")
    words = fields.Char("Name and Class", help="Of a child that no list knew.")
    result = fields.Selection(RESULTS, required=True, default="applied")
    reason = fields.Char()

    _uid_unique = models.UniqueIndex(
        "(uid, session_id)", "This gesture was recorded already."
    )
    _to_review = models.Index("(company_id) WHERE result = 'aside'")

    # === Guards === #

    def write(self, vals):
        by_code = self.env.su or is_allowed(self.env, ERASING)
        if vals and not by_code:
            raise UserError(self.env._("What agents recorded is never edited."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What agents recorded is never deleted."))

    def _erase_words(self):
        """Erase who fetched a child and the names of unknown ones; gestures stay."""
        self.sudo().write({"with_words": False, "words": False, "reason": False})

    # === What holds === #

    def _as_rules(self):
        """Return these gestures as the rules know them."""
        return [
            rules.Event(
                event.uid,
                event.user_id.id,
                event.at,
                event.kind,
                event.answer,
                tuple((event.seen or "").split()),
                event.target or "",
                event.arrived_at or None,
                event.left_at or None,
                event.with_words or "",
            )
            for event in self
        ]

    @api.model
    def _of(self, bookings):
        """Return {booking id: its live gestures}, as superuser."""
        events = self.sudo().search(
            [("reservation_id", "in", bookings.ids), ("result", "in", LIVE)]
        )
        return {
            booking.id: found
            for booking, found in events.grouped("reservation_id").items()
        }

    @api.model
    def _standings(self, bookings):
        """Return {booking id: `Standing`} of those of which anybody said anything."""
        return {
            key: rules.fold(events._as_rules())
            for key, events in self._of(bookings).items()
        }

    # === What the office writes === #

    @api.model
    def _note_office(self, bookings):
        """Record what was just written on bookings by hand as gestures of the office.

        They had seen what held: late gestures of devices correct nothing of it unless
        they had not seen it, and then both are shown.
        """
        standings = self._standings(bookings)
        now = fields.Datetime.now()
        self.sudo().create(
            [
                {
                    "uid": f"office:{uuid.uuid4()}",
                    "device": "office",
                    "user_id": booking.attendance_uid.id or self.env.uid,
                    "sender_id": self.env.uid,
                    "session_id": booking.session_id.id,
                    "child_id": booking.child_id.id,
                    "reservation_id": booking.id,
                    "answer": rules.GONE
                    if booking.attendance == "present" and booking.left_at
                    else ANSWER_OF[booking.attendance],
                    "at": booking.attendance_at or now,
                    "received_at": now,
                    "seen": " ".join(standings[booking.id].heads)
                    if booking.id in standings
                    else False,
                    "arrived_at": booking.arrived_at,
                    "left_at": booking.left_at,
                }
                for booking in bookings.sudo()
            ]
        )

    # === Family desk === #

    def _check_desk(self):
        if not (self.env.su or self.env.user.has_group("espace_famille.group_manager")):
            raise AccessError(
                self.env._("Management decides about gestures that came too late.")
            )
        self.check_access("read")

    def action_apply(self):
        """Apply what came after the lock; the day must be unlocked first.

        :raise UserError: the day is locked, or a child is still unknown
        """
        self._check_desk()
        waiting = self.filtered(lambda event: event.result == "aside")
        waiting.session_id._check_unlocked()
        for event in waiting:
            if not event.child_id and event.kind == rules.UNKNOWN:
                raise UserError(
                    self.env._("Say first who “%s” is.", event.words or event.uid)
                )
        self.env["espace.attendance.receiver"]._apply_again(waiting)

    def action_dismiss(self):
        """Leave out what came after the lock: the day stays as it was locked."""
        self._check_desk()
        waiting = self.filtered(lambda event: event.result == "aside")
        waiting.sudo().write({"result": "dismissed"})

    def action_attach(self):
        """Open the choice of which child an unknown one is."""
        self.ensure_one()
        self._check_desk()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who is it?"),
            "res_model": "espace.attendance.attach.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_event_id": self.id},
        }


class EspaceReservation(models.Model):
    _inherit = "espace.reservation"

    left_with = fields.Char(
        "Left with", readonly=True, copy=False, groups="espace_famille.group_animation"
    )
    attendance_clash = fields.Boolean(
        "Two Answers",
        readonly=True,
        copy=False,
        help="Two agents said different things without having seen each other's.",
    )
    gesture_ids = fields.One2many(
        "espace.attendance.event",
        "reservation_id",
        "Gestures",
        readonly=True,
        groups="espace_famille.group_animation",
    )

    # As Odoo asks for it: “WHERE attendance_clash” would not answer “IS TRUE”.
    _clashes = models.Index("(session_id) WHERE attendance_clash IS TRUE")

    def _note_gestures(self, vals):
        """Record as gestures what was written of who came, whoever wrote it.

        :param vals: what was written; what gestures themselves say names the clash
        """
        if "attendance_clash" in vals or not vals.keys() & ATTENDANCE_FIELDS:
            return
        noted = self.filtered(lambda r: r.state not in ("draft", *ENDED_STATES))
        if not noted:
            return
        self.env["espace.attendance.event"]._note_office(noted)
        clashing_sudo = noted.sudo().filtered("attendance_clash")
        if clashing_sudo:
            clashing_sudo.write({"attendance_clash": False})

    def _lock_rows(self):
        """Have whoever changes the same bookings meanwhile begin again.

        Under REPEATABLE READ a transaction does not see the gestures that another one
        has just recorded: the one that comes second fails here and Odoo runs it again.
        """
        if self:
            self.env.cr.execute(
                SQL(
                    "UPDATE espace_reservation SET attendance_at = attendance_at"
                    " WHERE id = ANY(%s)",
                    self.ids,
                )
            )
