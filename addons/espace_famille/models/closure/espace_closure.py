from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...domain import closure as rules
from ..core.guards import without_defaults

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
RECORDED = frozenset(
    (
        "state",
        "applied_on",
        "applied_by",
        "undone_on",
        "undone_by",
        "session_ids",
        "reservation_ids",
        "cancelled_count",
        "notified_count",
        "not_restored",
        "emergency_activity_id",
        "emergency_session_ids",
    )
)
# What it closes, which stays as it was applied.
SCOPE = {
    "date_from",
    "date_to",
    "activity_ids",
    "school_ids",
    "class_ids",
    "company_id",
    "kind",
    "opens_emergency",
    "emergency_school_ids",
    "emergency_class_ids",
    "emergency_from",
    "emergency_to",
    "emergency_places",
    "emergency_staff",
}


class EspaceClosure(models.Model):
    """A closure (fermeture): strike, bridge, weather…

    Applying it closes the sessions, cancels, waives and notifies the families in one
    go; it can be undone until the attendance of its days is locked.
    """

    _name = "espace.closure"
    _description = "Closure"
    _inherit = ["espace.thread", "espace.guard.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True
    _by_code = RECORDED

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
    notified_count = fields.Integer("Families Notified", readonly=True, copy=False)
    not_restored = fields.Text("Not Brought Back", readonly=True, copy=False)

    # Preview
    session_count = fields.Integer("Sessions to Close", compute="_compute_preview")
    booking_count = fields.Integer("Bookings to Cancel", compute="_compute_preview")
    draft_count = fields.Integer("Taken out of Carts", compute="_compute_preview")
    family_count = fields.Integer("Families to Notify", compute="_compute_preview")
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

    @api.depends("state", *sorted(SCOPE))
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
            self.env._("%s was marked present: its booking stays.", words)
            for words in self._booking_lines(plan.present)
        ]
        return {
            "session_count": len(plan.sessions),
            "booking_count": len(plan.bookings),
            "draft_count": len(plan.drafts),
            "family_count": len(plan.families | self._emergency_families()),
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
        applied = any(closure.state != "draft" for closure in self)
        if applied and vals.keys() & SCOPE and not self._is_code():
            raise UserError(self._by_code_words())
        return super().write(vals)

    @api.model
    def _by_code_words(self):
        return self.env._(
            "A closure that was applied is not rewritten: undo it, then make another."
        )

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
    def _scopes(self, company, first, last, found=None):
        """Return the `closure.Scope` of what is closed between two dates.

        :param found: those of `_applied_from` these days, if somebody has found them
        """
        if found is None:
            found = self.search(
                self._applied_from(company, first) & Domain("date_from", "<=", last)
            )
        return [one._scope() for one in found if one.date_from <= last]

    @api.model
    def _applied_from(self, company, first):
        """Return the domain of what is closed on a date or later."""
        return (
            Domain("company_id", "=", company.id)
            & Domain("state", "=", "done")
            & Domain("date_to", ">=", first)
        )

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
            spared=self._spared(),
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

    # === Messages === #

    def _notify_closed(self, cancelled):
        """Tell each family, once, what closes for it and what opens instead.

        :param cancelled: the bookings that were cancelled
        :return: how many families are told
        """
        told = {
            family: {"cancelled": bookings}
            for family, bookings in cancelled.grouped("family_id").items()
        }
        name = "closed"
        if self.opens_emergency:
            name = "strike"
            for family in self._emergency_families():
                told.setdefault(family, {"cancelled": cancelled.browse()})
        return self._notify("closed", {one: (name, told[one]) for one in told})

    def _notify_reopened(self, cancelled, restored, ended):
        """Tell each family what stands again, what does not, and what no longer opens.

        :param cancelled: the bookings that the closure had cancelled
        :param restored: those of them that stand again
        :param ended: bookings of its emergency service, cancelled now
        """
        told = {}
        for family in cancelled.family_id | ended.family_id:
            own = cancelled.filtered(lambda r, family=family: r.family_id == family)
            back = own & restored
            waiting = back.filtered(lambda r: r.state == "waiting")
            over = ended.filtered(lambda r, family=family: r.family_id == family)
            told[family] = (
                "strike_over" if over else "reopened",
                {
                    "restored": back - waiting,
                    "waiting": waiting,
                    "left": own - restored,
                    "ended": over,
                },
            )
        self._notify("reopened", told)

    def _notify(self, kind, told):
        """Write to families in batches, each in its words and in one message.

        :param dict told: {family: (name of the template, what it may name)}
        :return: how many families are written to
        """
        words, attachments = {}, self.env["ir.attachment"]
        for family, (name, values) in told.items():
            made = family._words_with(
                f"espace_famille.mail_template_{name}", self, values
            )
            if made:
                subject, body, attached = made
                words[family] = {"subject": subject, "body": body}
                attachments |= attached
        if words:
            self.env["espace.message"]._write_for(self, kind, words, attachments)
        return len(words)

    def _booking_lines(self, bookings=None):
        """Return one line of words for each booking, in the order given.

        A preview gives none and shows those of one family.
        """
        company_sudo = self.sudo().company_id
        if bookings is None:
            bookings = self.sudo().reservation_ids
            bookings = bookings.filtered(lambda r: r.family_id == bookings[0].family_id)
        return [
            self.env._(
                "%(child)s: %(option)s, %(day)s",
                child=booking.child_id.name,
                option=booking.product_id.with_context(lang=self.env.lang).name,
                day=company_sudo._espace_day_words(booking.date),
            )
            for booking in bookings
        ]

    def _span_words(self):
        company_sudo = self.sudo().company_id
        if not (self.date_from and self.date_to and company_sudo):
            return ""
        return company_sudo._espace_span_words(self.date_from, self.date_to)

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

    def action_open_messages(self):
        """Open what became of what families were told, one by one."""
        self.ensure_one()
        self.check_access("read")
        return self.env["espace.message.line"]._open(
            self.display_name, [("message_id.closure_id", "=", self.id)]
        )
