from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ...domain import closure as rules
from ...domain.booking import ENDED_STATES, SEAT_STATES
from ..core.guards import NO_PROMOTION, allow, without_defaults

KINDS = [
    ("strike", "Strike"),
    ("weather", "Weather"),
    ("bridge", "Bridge"),
    ("teacher", "Absent teacher"),
    ("outing", "School outing"),
    ("other", "Other"),
]
MAX_DAYS = 366
MAX_NAMED = 5

# What applying and undoing record, and nobody enters.
RECORDED = {
    "state",
    "applied_on",
    "applied_by",
    "undone_on",
    "undone_by",
    "session_ids",
    "reservation_ids",
    "cancelled_count",
    "told_count",
    "not_restored",
}


@dataclass
class Plan:
    """What a closure would do, found before anything is changed."""

    sessions: models.Model  # to be closed
    bookings: models.Model  # to be cancelled
    drafts: models.Model  # to be taken out of the carts
    present: models.Model  # left alone: the child was there
    problems: list  # in words; one of them forbids the closure

    @property
    def families(self):
        return self.bookings.family_id

    def is_empty(self):
        return not (self.sessions or self.bookings or self.drafts)


class EspaceClosure(models.Model):
    """A closure (fermeture): strike, bridge, weather…

    Applying it closes the sessions, cancels, waives and tells the families in one go;
    it can be undone as long as nothing of it was invoiced.
    """

    _name = "espace.closure"
    _description = "Closure"
    _inherit = ["mail.thread", "espace.rulebook.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "Reason",
        required=True,
        tracking=True,
        help="Shown to families: “Closed: strike”.",
    )
    kind = fields.Selection(KINDS, required=True, default="strike")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date_from = fields.Date("From", required=True, index=True, tracking=True)
    date_to = fields.Date("To", required=True, tracking=True)

    # What and whom
    activity_ids = fields.Many2many(
        "espace.activity",
        string="Activities",
        check_company=True,
        help="Empty: all of them.",
    )
    school_ids = fields.Many2many(
        "espace.school",
        string="Schools",
        check_company=True,
        help="Empty: all of them.",
    )
    class_ids = fields.Many2many(
        "espace.school.class",
        string="Classes",
        check_company=True,
        help="Empty: all of them. With schools too, the children of either stay away.",
    )
    message = fields.Text(
        "Message to Families", help="Written above the list of what is cancelled."
    )

    # Life
    state = fields.Selection(
        [("draft", "To apply"), ("done", "Applied"), ("undone", "Undone")],
        "Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    applied_on = fields.Datetime(readonly=True, copy=False)
    applied_by = fields.Many2one("res.users", readonly=True, copy=False)
    undone_on = fields.Datetime(readonly=True, copy=False)
    undone_by = fields.Many2one("res.users", readonly=True, copy=False)

    # What it changed
    session_ids = fields.Many2many(
        "espace.session", string="Sessions Closed", readonly=True, copy=False
    )
    reservation_ids = fields.One2many(
        "espace.reservation", "closure_id", "Bookings Cancelled", readonly=True
    )
    cancelled_count = fields.Integer(
        "Bookings Cancelled by it", readonly=True, copy=False
    )
    told_count = fields.Integer("Families Told", readonly=True, copy=False)
    not_restored = fields.Text("Not Brought Back", readonly=True, copy=False)

    # Preview
    session_count = fields.Integer("Sessions to Close", compute="_compute_preview")
    booking_count = fields.Integer("Bookings to Cancel", compute="_compute_preview")
    draft_count = fields.Integer("Taken out of Carts", compute="_compute_preview")
    family_count = fields.Integer("Families to Tell", compute="_compute_preview")
    problems = fields.Text(compute="_compute_preview")
    remarks = fields.Text(compute="_compute_preview")
    is_whole = fields.Boolean(compute="_compute_is_whole")

    _dates_ordered = models.Constraint(
        "CHECK(date_from <= date_to)", "A closure must not end before it starts."
    )

    # === Constraints and computes === #

    @api.constrains("date_from", "date_to")
    def _check_length(self):
        for closure in self:
            if closure.date_to - closure.date_from >= timedelta(days=MAX_DAYS):
                raise ValidationError(
                    self.env._("Close one year at most at a time: change the dates.")
                )

    @api.onchange("kind")
    def _onchange_kind(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        if self.kind != "other" and (not self.name or self.name in labels.values()):
            self.name = labels[self.kind]

    @api.onchange("date_from")
    def _onchange_date_from(self):
        if self.date_from and (not self.date_to or self.date_to < self.date_from):
            self.date_to = self.date_from

    @api.depends("school_ids", "class_ids")
    def _compute_is_whole(self):
        for closure in self:
            closure.is_whole = not (closure.school_ids or closure.class_ids)

    @api.depends(
        "state",
        "company_id",
        "date_from",
        "date_to",
        "activity_ids",
        "school_ids",
        "class_ids",
    )
    def _compute_preview(self):
        for closure in self:
            if closure.state == "draft" and closure._is_ready():
                closure.update(closure._preview())
            else:
                closure.update(self._no_preview())

    def _is_ready(self):
        return bool(
            self.date_from
            and self.date_to
            and timedelta(0) <= self.date_to - self.date_from < timedelta(days=MAX_DAYS)
        )

    @api.model
    def _no_preview(self):
        return {
            "session_count": 0,
            "booking_count": 0,
            "draft_count": 0,
            "family_count": 0,
            "problems": False,
            "remarks": False,
        }

    def _preview(self):
        plan = self._plan()
        remarks = [
            self.env._("%s was pointed present: its booking stays.", words)
            for words in self._booking_lines(plan.present)
        ]
        return {
            "session_count": len(plan.sessions),
            "booking_count": len(plan.bookings),
            "draft_count": len(plan.drafts),
            "family_count": len(plan.families),
            "problems": "\n".join(plan.problems),
            "remarks": "\n".join(remarks),
        }

    @api.depends("name", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for closure in self:
            parts = [closure.name, closure._span_words()]
            closure.display_name = ", ".join(filter(None, parts))

    # === CRUD === #

    def write(self, vals):
        scope = {
            "date_from",
            "date_to",
            "activity_ids",
            "school_ids",
            "class_ids",
            "company_id",
        }
        if not self.env.su:
            applied = self.filtered(lambda closure: closure.state != "draft")
            if vals.keys() & RECORDED or (applied and vals.keys() & scope):
                raise UserError(
                    self.env._(
                        "A closure that was applied is not rewritten: undo it, then "
                        "make another."
                    )
                )
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        entered = [
            {name: value for name, value in vals.items() if name not in RECORDED}
            for vals in vals_list
        ]
        return super(EspaceClosure, without_defaults(self)).create(entered)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        if self.filtered(lambda closure: closure.state != "draft"):
            raise UserError(
                self.env._("A closure that was applied is kept: undo it instead.")
            )

    # === Scope, as bookings read it === #

    @api.model
    def _scopes(self, company, first, last):
        """Return the `closure.Scope` of what is closed between two dates."""
        return [
            scope
            for scope in self._all_scopes(company.id, company.sudo().espace_revision)
            if scope.date_from <= last and scope.date_to >= first
        ]

    @api.model
    @tools.ormcache("company_id", "revision")
    def _all_scopes(self, company_id, revision):
        """Return the `closure.Scope` of all that was ever closed.

        :param str revision: of the company, see `rulebook.py`
        """
        closures = self.sudo().search(
            [("company_id", "=", company_id), ("state", "=", "done")]
        )
        return tuple(closure._scope() for closure in closures)

    def _scope(self):
        self.ensure_one()
        return rules.Scope(
            id=self.id or 0,
            name=self.name or "",
            date_from=self.date_from,
            date_to=self.date_to,
            activities=frozenset(self.activity_ids.ids),
            schools=frozenset(self.school_ids.ids),
            classes=frozenset(self.class_ids.ids),
        )

    @api.model
    def _reason_words(self, name):
        """Say why a day is closed: “Fermé : grève”."""
        if name[1:2].islower():
            name = name[:1].lower() + name[1:]
        return self.env._("Closed: %s", name)

    def _words(self):
        self.ensure_one()
        return self._reason_words(self.name)

    # === Plan === #

    def _plan(self, now=None):
        """Find what the closure would change; see `Plan`.

        Reads as superuser: a problem may come from money that the agent does not see.
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        scope = self._scope()
        sessions = self.env["espace.session"].sudo().search(self._session_domain())
        bookings = self._bookings(sessions)
        drafts = bookings.filtered(lambda r: r.state == "draft")
        present = bookings.filtered(lambda r: r.attendance == "present")
        bookings -= drafts | present
        to_close = sessions.filtered(lambda session: session.state == "open")
        plan = Plan(
            sessions=to_close if scope.is_whole else to_close.browse(),
            bookings=bookings,
            drafts=drafts,
            present=present,
            problems=[],
        )
        locked = (plan.sessions | bookings.session_id).filtered("attendance_locked")
        plan.problems += [
            self.env._(
                "The attendance of %s is locked: this day can no longer be closed.",
                session.display_name,
            )
            for session in locked[:MAX_NAMED]
        ]
        plan.problems += self._problems(plan, now)
        if plan.is_empty():
            plan.problems.append(
                self.env._(
                    "Nothing is open or booked on these days for these activities and "
                    "children: there is nothing to close."
                )
            )
        return plan

    def _session_domain(self):
        domain = [
            ("company_id", "=", self.company_id.id),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
        ]
        if self.activity_ids:
            domain.append(("activity_id", "in", self.activity_ids.ids))
        return domain

    def _bookings(self, sessions):
        """Return the live bookings of the children who would stay away."""
        domain = [
            ("session_id", "in", sessions.ids),
            ("state", "not in", ENDED_STATES),
        ]
        if not self.is_whole:
            domain += [
                "|",
                ("child_id.class_id", "in", self.class_ids.ids),
                ("child_id.school_id", "in", self.school_ids.ids),
            ]
        return self.env["espace.reservation"].sudo().search(domain)

    def _problems(self, plan, now):
        """Hook: return in words what forbids to apply this plan."""
        return []

    # === Apply === #

    def _apply(self, now=None):
        """Close, cancel, waive and tell, all or nothing.

        :raise UserError: what forbids it, naming the day; nothing is changed
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        self._check_state("draft")
        plan = self._plan(now)
        if plan.problems:
            raise UserError("\n".join(plan.problems))
        # Closed first: a place that is freed on a closed day is nobody's.
        plan.sessions.write({"state": "closed"})
        bookings = plan.bookings._cancel_for(self, now)
        # Where only some classes stay away, others wait for the places they leave.
        bookings._promote_waiting(bookings.session_id, now)
        allow(plan.drafts, NO_PROMOTION)._cancel(now, staff=True)
        families = bookings.family_id
        self.sudo().write(
            {
                "state": "done",
                "applied_on": now,
                "applied_by": self.env.uid,
                "session_ids": [fields.Command.set(plan.sessions.ids)],
                "cancelled_count": len(bookings),
                "told_count": len(families),
            }
        )
        for family, cancelled in bookings.grouped("family_id").items():
            self._notify_closed(family, cancelled)

    def _check_state(self, state):
        labels = dict(self._fields["state"]._description_selection(self.env))
        if self.state != state:
            raise UserError(
                self.env._(
                    "The closure “%(closure)s” is already “%(state)s”.",
                    closure=self.name,
                    state=labels[self.state],
                )
            )

    # === Undo === #

    def _undo(self, now=None):
        """Reopen what it closed and bring back what it cancelled, as far as can be.

        What cannot come back (place taken, child booked again, payment not made) is
        listed in `not_restored`; it stays cancelled.

        :raise UserError: something of it was invoiced since; nothing is changed
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        self._check_state("done")
        problems = self._undo_problems()
        if problems:
            raise UserError("\n".join(problems))
        cancelled = self.sudo().reservation_ids.filtered(
            lambda r: r.state == "cancelled"
        )
        self.sudo().write(
            {"state": "undone", "undone_on": now, "undone_by": self.env.uid}
        )
        cancelled -= self._hand_over(cancelled)
        left = self._not_restorable(cancelled)
        restored = cancelled.filtered(lambda r: r not in left)._restore()
        # Who could not come back leaves a place to those who wait again.
        restored._promote_waiting(cancelled.session_id, now)
        self.sudo().not_restored = "\n".join(
            f"{line}: {reason}"
            for line, reason in zip(
                self._booking_lines(cancelled.browse(r.id for r in left)),
                left.values(),
                strict=True,
            )
        )
        for family, bookings in cancelled.grouped("family_id").items():
            self._notify_reopened(family, bookings & restored, bookings - restored)

    def _undo_problems(self):
        """Hook: return in words what forbids to undo."""
        locked = self.sudo().reservation_ids.session_id.filtered("attendance_locked")
        return [
            self.env._(
                "The attendance of %s is locked: the closure can no longer be undone.",
                session.display_name,
            )
            for session in locked[:MAX_NAMED]
        ]

    def _hand_over(self, cancelled):
        """Leave to the other closures what they close too; reopen the rest.

        :return: the bookings that stay cancelled, now for the other closures
        """
        sessions = self.sudo().session_ids
        others = self.sudo().search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "done"),
                ("date_from", "<=", self.date_to),
                ("date_to", ">=", self.date_from),
            ]
        )
        kept = cancelled.browse()
        for other in others:
            scope = other._scope()
            if scope.is_whole:
                closed = sessions.filtered(
                    lambda s, scope=scope: scope.closes(s.date, s.activity_id.id)
                )
                other.session_ids |= closed
                sessions -= closed
            also = (cancelled - kept).filtered(
                lambda r, scope=scope: (
                    scope.closes(r.date, r.activity_id.id)
                    and scope.concerns(
                        r.child_id.school_id.id or None, r.child_id.class_id.id or None
                    )
                )
            )
            also.write({"closure_id": other.id})
            kept |= also
        sessions.filtered(lambda s: s.state == "closed").write({"state": "open"})
        return kept

    def _not_restorable(self, bookings):
        """Return {booking: why it cannot come back, in words}."""
        taken = self._booked_again(bookings)
        free, left = {}, {}
        for booking in bookings.sorted(lambda r: (r.booked_at or r.create_date, r.id)):
            session, before = booking.session_id, booking.closure_state_before
            reason = ""
            if before == "pending_payment":
                reason = self.env._("the payment had not been completed")
            elif (booking.child_id.id, session.id) in taken:
                reason = self.env._("the child was booked again meanwhile")
            elif session.state != "open":
                reason = self.env._("the session is closed for another reason")
            elif before in SEAT_STATES and session.seats_limited:
                seats = free.setdefault(
                    session.id,
                    session.capacity - session.booked_count + session.beyond_count,
                )
                # A seat beyond the places takes none of them.
                if booking.origin == "booked" and not booking.beyond:
                    if seats <= 0:
                        reason = self.env._("the place was taken meanwhile")
                    free[session.id] -= 1
            if reason:
                left[booking] = reason
        return left

    @api.model
    def _booked_again(self, bookings):
        """Return {(child id, session id)} of what was booked since."""
        live = (
            self.env["espace.reservation"]
            .sudo()
            .search_fetch(
                [
                    ("session_id", "in", bookings.session_id.ids),
                    ("child_id", "in", bookings.child_id.ids),
                    ("state", "not in", ENDED_STATES),
                ],
                ["child_id", "session_id"],
            )
        )
        return {(r.child_id.id, r.session_id.id) for r in live}

    # === Messages === #

    def _notify_closed(self, family, bookings):
        self._notify(family, "closed", cancelled=bookings)

    def _notify_reopened(self, family, restored, left):
        waiting = restored.filtered(lambda r: r.state == "waiting")
        self._notify(
            family, "reopened", restored=restored - waiting, waiting=waiting, left=left
        )

    def _notify(self, family, name, **values):
        """Write to one family; e-mails of a large closure go out through the queue."""
        family.with_context(mail_notify_force_send=False)._notify_with(
            f"espace_famille.mail_template_{name}", self, values
        )

    def _booking_lines(self, bookings=None):
        """Return one line of words for each booking, in the order given.

        A preview gives none and shows those of one family.
        """
        company = self.sudo().company_id
        if bookings is None:
            bookings = self.sudo().reservation_ids
            bookings = bookings.filtered(lambda r: r.family_id == bookings[0].family_id)
        return [
            self.env._(
                "%(child)s: %(option)s, %(day)s",
                child=booking.child_id.name,
                option=booking.product_id.with_context(lang=self.env.lang).name,
                day=company._espace_day_words(booking.date),
            )
            for booking in bookings
        ]

    def _span_words(self):
        company = self.sudo().company_id
        if not (self.date_from and self.date_to and company):
            return ""
        return company._espace_span_words(self.date_from, self.date_to)

    # === Actions === #

    def action_preview(self):
        """Show what the closure would do and ask for a confirmation."""
        return self._confirm("apply")

    def action_undo(self):
        """Show what undoing brings back and ask for a confirmation."""
        return self._confirm("undo")

    def _confirm(self, purpose):
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_closure_wizard_action"
        )
        action["context"] = {
            "default_closure_id": self.id,
            "default_purpose": purpose,
        }
        return action

    def action_open_reservations(self):
        """Open the bookings that it would cancel, or has cancelled."""
        self.ensure_one()
        self.check_access("read")
        bookings = (
            self._plan().bookings if self.state == "draft" else self.reservation_ids
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_reservation_action"
        )
        action["display_name"] = self.display_name
        action["domain"] = [("id", "in", bookings.ids)]
        action["context"] = {"search_default_group_activity": 1}
        return action

    def action_open_sessions(self):
        self.ensure_one()
        self.check_access("read")
        sessions = self._plan().sessions if self.state == "draft" else self.session_ids
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_session_action"
        )
        action["display_name"] = self.display_name
        action["domain"] = [("id", "in", sessions.ids)]
        action["views"] = [(False, "list"), (False, "form")]
        return action
