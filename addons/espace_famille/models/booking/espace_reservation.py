from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...domain.booking import SEAT_STATES, TRANSITIONS
from ..core.espace_thread import OFFICE
from ..core.guards import BY_THE_GATE, allow, is_allowed, without_defaults

# What is recorded on the day, and by whom.
ATTENDANCE_FIELDS = {"attendance", "arrived_at", "left_at"}
ATTENDANCE_STAMP = {"attendance_at", "attendance_uid"}


class EspaceReservation(models.Model):
    """A child booked for an option on a day (réservation).

    Everybody books through `_quote`, `_book` and `_cancel`: what a browser posts names
    a child, a product and a date; deadline, seat and price are found again there.
    Nobody writes a booking by hand: who may write bookings may record who came, and
    call the booking methods; what these find comes from no client.
    """

    _name = "espace.reservation"
    _description = "Booking"
    _order = "date, activity_id, child_id"
    _check_company_auto = True

    # Who
    child_id = fields.Many2one(
        "espace.child",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    family_id = fields.Many2one(
        "espace.family",
        "Paying Family",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    class_id = fields.Many2one(
        "espace.school.class",
        compute="_compute_class_id",
        store=True,
        precompute=True,
        help="Class of the child when it was booked.",
    )
    school_id = fields.Many2one(related="class_id.school_id")
    diet_id = fields.Many2one(related="child_id.diet_id")
    has_pai = fields.Boolean(related="child_id.has_pai")

    # What and when
    session_id = fields.Many2one(
        "espace.session",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    date = fields.Date(
        related="session_id.date", store=True, precompute=True, index=True
    )
    activity_id = fields.Many2one(
        related="session_id.activity_id", store=True, precompute=True
    )
    product_id = fields.Many2one(
        "product.product", "Option", required=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="session_id.company_id", store=True, precompute=True
    )

    # Life
    state = fields.Selection(
        [
            ("draft", "In the cart"),
            ("pending_payment", "Waiting for payment"),
            ("pending_approval", "Waiting for approval"),
            ("confirmed", "Confirmed"),
            ("waiting", "Waiting list"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
    )
    origin = fields.Selection(
        [("booked", "Booked"), ("walk_in", "Came without booking")],
        default="booked",
        required=True,
    )
    late = fields.Boolean("Booked Late")
    beyond = fields.Boolean(
        "Beyond the Places", readonly=True, help="An exceptional seat, given by staff."
    )
    beyond_reason = fields.Char(
        "Reason of the Seat Beyond", readonly=True, groups=OFFICE
    )
    booked_at = fields.Datetime("Booked on", readonly=True)
    hold_until = fields.Datetime("Seat Held until", readonly=True)
    cancelled_at = fields.Datetime("Cancelled on", readonly=True)
    cancel_reason = fields.Char(groups=f"base.group_portal,{OFFICE}")

    # Who came
    attendance = fields.Selection(
        [
            ("expected", "Expected"),
            ("present", "Present"),
            ("absent_unjustified", "Absent"),
            ("absent_justified", "Absent with proof"),
        ],
        default="expected",
        required=True,
    )

    _child_session_unique = models.UniqueIndex(
        "(child_id, session_id) WHERE state NOT IN ('cancelled', 'refused')",
        "This child is already booked on that day: reload the page.",
    )
    # An index more is paid at each booking: these find what no other index finds.
    _held_until = models.Index("(hold_until) WHERE state = 'pending_payment'")
    _waiting = models.Index("(session_id) WHERE state = 'waiting'")
    _to_approve = models.Index("(session_id) WHERE state = 'pending_approval'")

    # === Constraints and computes === #

    @api.constrains("product_id", "session_id")
    def _check_product(self):
        for reservation in self:
            if reservation.product_id.espace_activity_id != reservation.activity_id:
                raise ValidationError(
                    self.env._(
                        "%(product)s is not an option of %(activity)s.",
                        product=reservation.product_id.name,
                        activity=reservation.activity_id.name,
                    )
                )

    @api.constrains("child_id", "family_id")
    def _check_family(self):
        for reservation in self:
            family, child = reservation.family_id, reservation.child_id
            if family != child.family_id and family not in child.family_ids:
                raise ValidationError(
                    self.env._(
                        "%(child)s does not belong to %(family)s.",
                        child=reservation.child_id.name,
                        family=reservation.family_id.name,
                    )
                )

    @api.depends("child_id")
    def _compute_class_id(self):
        for reservation in self:
            reservation.class_id = reservation.child_id.class_id

    @api.depends("child_id.name", "product_id.name", "date")
    def _compute_display_name(self):
        # Parents read their bookings, not the products behind them.
        for reservation, known_sudo in zip(self, self.sudo(), strict=True):
            child, product = known_sudo.child_id, known_sudo.product_id
            reservation.display_name = f"{child.name} – {product.name}"

    # === CRUD === #
    # The steps that other rooms define are called here, so that one sees their order.

    @api.model_create_multi
    def create(self, vals_list):
        self._check_created_by_the_gate()
        # What the gate does not say is no matter of defaults sent by a client.
        clean = without_defaults(self)
        reservations = super(EspaceReservation, clean).create(vals_list)
        reservations._trace_creation()
        for reservation, vals in zip(reservations, vals_list, strict=True):
            if vals.get("attendance", "expected") != "expected":
                reservation._note_gestures(vals)
        reservations.filtered(lambda r: r.state != "draft")._check_unlocked()
        reservations._tell_screens({"state": None})
        if not self.env.su:
            reservations._after_creation_by_hand()
        return reservations.with_env(self.env)

    def write(self, vals):
        self._check_written_by_the_gate(vals)
        self._check_change_unlocked(vals)
        marks_by_hand = not self.env.su and vals.keys() & ATTENDANCE_FIELDS
        if marks_by_hand:
            self._check_marks_by_hand()
            vals = self._attendance_vals(vals)
        before = self._traced_before(vals)
        self._check_transition(vals)
        result = super().write(vals)
        self._trace_changes(before)
        self._note_gestures(vals)
        self._tell_screens(vals)
        if marks_by_hand:
            self.sudo()._check_times()
            self._after_attendance()
        return result

    def _check_created_by_the_gate(self):
        if not self._is_gate():
            raise AccessError(
                self.env._(
                    "Bookings are made with “Book for a Family”, which knows the "
                    "limits, the places and the prices."
                )
            )

    def _check_written_by_the_gate(self, vals):
        if vals.keys() - ATTENDANCE_FIELDS - ATTENDANCE_STAMP and not self._is_gate():
            raise AccessError(
                self.env._(
                    "A booking is not rewritten by hand: cancel it and book again, or "
                    "record who came."
                )
            )

    def _is_gate(self):
        return self.env.su or is_allowed(self.env, BY_THE_GATE)

    def _by_the_gate(self):
        """Return these bookings as the booking methods write them."""
        return self if self.env.su else allow(self, BY_THE_GATE)

    def _check_transition(self, vals):
        """Refuse a state that cannot follow; what has ended stays so.

        Only a closure that is undone brings back what it had cancelled, as it was.
        """
        state = vals.get("state")
        for reservation in self if state else ():
            old = reservation.state
            if state == old or state in TRANSITIONS[old]:
                continue
            if not reservation._comes_back(vals):
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(booking)s is “%(old)s” and cannot become “%(new)s”.",
                        booking=reservation.display_name,
                        old=labels[old],
                        new=labels[state],
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_cart(self):
        if self.filtered(lambda reservation: reservation.state != "draft"):
            raise UserError(
                self.env._("A booking is cancelled, not deleted: use “Cancel”.")
            )

    def _notify_expired(self, family):
        """Write to the family that its seats were freed."""
        family._notify_with(
            "espace_famille.mail_template_hold_expired", self[:1], {"places": self}
        )

    def _again_url(self):
        """Hook: return where the family takes up again what was not kept, or ""."""
        return ""

    def _day_lines(self):
        """Return one line of words for each of these bookings, in their order."""
        return [
            f"{r.display_name}, {r.company_id._espace_day_words(r.date)}" for r in self
        ]

    # === Actions === #

    def action_confirm(self):
        """Approve bookings that wait for it."""
        self.check_access("write")
        pending = self.filtered(lambda r: r.state == "pending_approval")
        for reservation in pending._by_the_gate():
            reservation.state = reservation._state_once_approved()
        pending._after_booking(fields.Datetime.now())

    def _state_once_approved(self):
        return "confirmed"

    def action_refuse(self):
        self.check_access("write")
        now = fields.Datetime.now()
        freed = self.filtered(lambda r: r.state in SEAT_STATES).session_id
        self._by_the_gate().write({"state": "refused"})
        self._after_cancelling(now)
        self._promote_waiting(freed, now)

    def action_cancel(self):
        """Cancel as staff, whatever the limit."""
        self.check_access("write")
        self._cancel(staff=True, reason=self.env._("Cancelled by staff"))

    # === Tools === #

    @api.model
    def _coming_counts(self, field, records):
        """Return {record: number of seats held from today on}, grouped by `field`."""
        return dict(
            self._read_group(
                self._holding_seat()
                & Domain(field, "in", records.ids)
                & Domain("date", ">=", self.env.company._espace_today()),
                [field],
                ["__count"],
            )
        )

    @api.model
    def _holding_seat(self):
        """Return the domain of the reservations that hold a seat."""
        return Domain("state", "in", SEAT_STATES) & Domain("origin", "=", "booked")
