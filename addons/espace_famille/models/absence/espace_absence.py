import logging
from dataclasses import replace
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...domain import absence as rules

_logger = logging.getLogger(__name__)

REASONS = [
    ("illness", "Illness"),
    ("family", "Family reasons"),
    ("medical", "Medical appointment"),
    ("outing", "School outing"),
    ("teacher", "Absent teacher"),
    ("other", "Other"),
]
STATES = [
    ("declared", "Declared"),
    ("waiting_proof", "Proof awaited"),
    ("to_check", "To check"),
    ("accepted", "Accepted"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),
]
# Not decided yet.
OPEN_STATES = ("declared", "waiting_proof", "to_check")

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
# What agents may correct afterwards.
CORRECTED_FIELDS = {"reason", "note", "proof_ids"}

MAX_DAYS = 366


class EspaceAbsence(models.Model):
    """An absence (absence) of a child, declared before or after the day.

    `_declare` is the gate of parents and agents alike. What is decided is written on
    the bookings: `absent_justified`, with `absence_due` on the days of carence, or
    `absent_unjustified`. What that costs is none of this model's business.
    """

    _name = "espace.absence"
    _description = "Absence"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    # Who and when
    child_id = fields.Many2one(
        "espace.child", required=True, index=True, ondelete="restrict"
    )
    family_id = fields.Many2one(
        "espace.family",
        "Paying Family",
        required=True,
        index=True,
        ondelete="restrict",
        help="The family whose bookings are excused.",
    )
    company_id = fields.Many2one(related="family_id.company_id", store=True, index=True)
    date_from = fields.Date("From", required=True, index=True)
    date_to = fields.Date("To", required=True)
    activity_ids = fields.Many2many(
        "espace.activity",
        string="Activities",
        check_company=True,
        help="Empty: all those that the child is booked on.",
    )

    # Why
    reason = fields.Selection(REASONS, required=True, default="illness", tracking=True)
    note = fields.Text()
    proof_ids = fields.One2many(
        "espace.absence.proof",
        "absence_id",
        "Proofs",
        groups="espace_famille.group_manager",
    )
    proof_count = fields.Integer(
        "Number of Proofs", compute="_compute_proof_count", compute_sudo=True
    )
    proof_deadline = fields.Datetime("Proof until", readonly=True, tracking=True)
    proof_words = fields.Char("Proof Expected until", compute="_compute_proof_words")
    shown_image = fields.Binary(
        "Proof (image)",
        compute="_compute_shown_proof",
        groups="espace_famille.group_manager",
    )
    shown_pdf = fields.Binary(
        "Proof (PDF)",
        compute="_compute_shown_proof",
        groups="espace_famille.group_manager",
    )

    # How it came
    origin = fields.Selection(
        [("portal", "By the family"), ("staff", "By staff")],
        "Declared",
        default="staff",
        required=True,
        readonly=True,
    )
    declared_on = fields.Datetime(readonly=True)
    declared_by = fields.Many2one("res.users", readonly=True, groups="base.group_user")

    # What became of it
    state = fields.Selection(
        STATES,
        "Status",
        default="declared",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    refusal = fields.Char("Reason of the Refusal", readonly=True, tracking=True)
    decided_on = fields.Datetime(readonly=True)
    decided_by = fields.Many2one("res.users", readonly=True, groups="base.group_user")
    reservation_ids = fields.One2many(
        "espace.reservation", "absence_id", "Bookings Concerned", readonly=True
    )
    reservation_count = fields.Integer(
        "Number of Bookings", compute="_compute_reservation_count", compute_sudo=True
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_from <= date_to)", "An absence must not end before it starts."
    )

    # === Computes === #

    @api.depends("proof_ids")
    def _compute_proof_count(self):
        for absence in self:
            absence.proof_count = len(absence.proof_ids)

    @api.depends("proof_deadline")
    @api.depends_context("lang")
    def _compute_proof_words(self):
        for absence in self:
            limit = absence.proof_deadline
            absence.proof_words = (
                absence.sudo().company_id._espace_limit_words(limit) if limit else ""
            )

    @api.depends("proof_ids.content", "proof_ids.media_type")
    def _compute_shown_proof(self):
        """Show the last proof beside the absence; the others open from their list."""
        for absence in self:
            proof = absence.proof_ids.sorted("id")[-1:]
            is_pdf = proof.media_type == "application/pdf"
            absence.shown_pdf = is_pdf and proof.content
            absence.shown_image = not is_pdf and proof.content

    @api.depends("reservation_ids")
    def _compute_reservation_count(self):
        for absence in self:
            absence.reservation_count = len(absence.reservation_ids)

    @api.depends("child_id.name", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for absence in self:
            parts = [absence.sudo().child_id.name, absence._span_words()]
            absence.display_name = " – ".join(filter(None, parts)) or self.env._(
                "New absence"
            )

    @api.onchange("child_id")
    def _onchange_child_id(self):
        """Take the household of the child, the usual case."""
        if self.child_id:
            day = self.date_from or self.env.company._espace_today()
            self.family_id = self.child_id._paying_family(day)

    @api.onchange("date_from")
    def _onchange_date_from(self):
        if self.date_from and not self.date_to:
            self.date_to = self.date_from

    # === CRUD === #

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
        entered = self.new(vals)
        if not (entered.child_id and entered.family_id):
            raise ValidationError(self.env._("Choose the child and its family."))
        absence = self._declare(
            entered.family_id._origin,
            entered.child_id._origin,
            entered.date_from,
            entered.date_to,
            entered.activity_ids._origin,
            entered.reason,
            entered.note,
            origin="staff",
        )
        absence = self.browse(absence.id)
        if proofs:
            absence.write({"proof_ids": proofs})
        return absence

    def write(self, vals):
        ours = vals.keys() & set(self._declared_once())
        if ours - CORRECTED_FIELDS and not self.env.su:
            raise UserError(
                self.env._(
                    "An absence is not rewritten: accept, refuse or withdraw it, then "
                    "declare it again."
                )
            )
        return super().write(vals)

    @api.model
    def _declared_once(self):
        """Return the fields of this model itself, without those of its thread."""
        return [
            name
            for name, field in self._fields.items()
            if not name.startswith(("message_", "website_message"))
            and name not in models.MAGIC_COLUMNS
        ]

    # === The gate: declare === #

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
        family, child = family.sudo(), child.sudo()
        activities = (activities or self.env["espace.activity"]).sudo()
        self._check_who(family, child, activities)
        self._check_span(family.company_id, date_from, date_to, now)
        if reason not in dict(REASONS):
            raise UserError(self.env._("Choose the reason of the absence."))
        bookings = self._bookings_of(family, child, date_from, date_to, activities)
        concerned = self._concerned(bookings, activities)
        concerned._check_absence_open()
        if origin == "portal":
            self._check_declared_in_time(concerned, now)
        deadline = self._proof_deadline(concerned, now, origin)
        if deadline and deadline <= now and not proofs:
            raise UserError(self._too_late_for_proof(family.company_id, deadline))
        # The parent who declares does not follow what agents write to each other.
        silent = self.sudo().with_context(mail_create_nosubscribe=True)
        absence = silent.create(
            {
                "child_id": child.id,
                "family_id": family.id,
                "date_from": date_from,
                "date_to": date_to,
                "activity_ids": [fields.Command.set(activities.ids)],
                "reason": reason,
                "note": note or False,
                "origin": origin,
                "declared_on": now,
                "declared_by": self.env.uid,
                "proof_deadline": deadline,
            }
        )
        absence = self.sudo().browse(absence.id)
        concerned.absence_id = absence
        absence._add_proofs(proofs, now)
        absence._take_in(now, bookings.filtered(lambda r: r.attendance == "present"))
        return absence

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
                self.env._("The child was pointed present: there is nothing to excuse.")
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

    # === From declared to decided === #

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

    def _live(self):
        """Return the bookings concerned that still stand, as superuser."""
        return self.sudo().reservation_ids.filtered(lambda r: r.state == "confirmed")

    def _excuse(self, bookings):
        """Excuse bookings; those of the days of carence stay due."""
        for activity, group in bookings.grouped("activity_id").items():
            days = self._carence_days(activity)
            due = group.filtered(lambda r, days=days: r.date in days)
            due._set_absence("absent_justified", due=True)
            (group - due)._set_absence("absent_justified")

    def _decided_for(self, booking, now):
        """Return what was decided of one booking, as values of it."""
        self.ensure_one()
        if self.state == "accepted":
            due = booking.date in self._carence_days(booking.activity_id)
            return {"attendance": "absent_justified", "absence_due": due}
        past = booking.date <= self.company_id._espace_today(now)
        refused = self.state == "refused" and past
        return {
            "attendance": "absent_unjustified" if refused else "expected",
            "absence_due": False,
        }

    def _carence_days(self, activity):
        """Return the days on which `activity` stays due during this absence."""
        policy = activity._absence_policy()
        if not policy.carence_days:
            return set()
        others = (
            self.sudo()
            .search(
                [
                    ("id", "!=", self.id),
                    ("child_id", "=", self.child_id.id),
                    ("family_id", "=", self.family_id.id),
                    ("state", "in", (*OPEN_STATES, "accepted")),
                    ("date_from", "<", self.date_from),
                    ("date_from", ">=", self.date_from - timedelta(days=MAX_DAYS)),
                ]
            )
            .filtered(lambda a: not a.activity_ids or activity in a.activity_ids)
        )
        first = min([self.date_from, *others.mapped("date_from")])
        service_days = (
            self.env["espace.session"]
            .sudo()
            .search_fetch(
                [
                    ("activity_id", "=", activity.id),
                    ("state", "=", "open"),
                    ("date", ">=", first),
                    ("date", "<=", self.date_to),
                ],
                ["date"],
            )
            .mapped("date")
        )
        spans = [rules.Span(a.date_from, a.date_to) for a in others]
        start = rules.first_day_of_run(self.date_from, spans, service_days)
        return rules.carence(policy, start, service_days)

    def _settle_state(self, state, now, by=None, refusal=False):
        self.sudo().write(
            {
                "state": state,
                "refusal": refusal,
                "decided_on": now,
                "decided_by": self.env.uid if by is None else by,
            }
        )

    def _accept(self, now=None):
        """Excuse the bookings concerned; those pointed present stay as they are.

        :raise UserError: it is decided already, or a day is locked or invoiced
        """
        now = now or fields.Datetime.now()
        for absence in self:
            absence._check_state(*OPEN_STATES, "refused")
            bookings = absence._live()
            present = bookings.filtered(lambda r: r.attendance == "present")
            absence._excuse(bookings - present)
            absence._settle_state("accepted", now)
            absence._notify_accepted(present)

    def _refuse(self, refusal, now=None):
        """Refuse: past days are without excuse, the child is expected on the others.

        :param str refusal: the reason, as the family reads it
        :raise UserError: it is decided already, or a day is locked or invoiced
        """
        now = now or fields.Datetime.now()
        for absence in self:
            absence._check_state(*OPEN_STATES, "accepted")
            bookings = absence._live()
            if absence.state in OPEN_STATES:
                bookings -= bookings.filtered(absence._is_excused_at_once)
            absence._mark_unexcused(bookings, now)
            absence._settle_state("refused", now, refusal=refusal)
            absence._notify_refused()

    def _mark_unexcused(self, bookings, now):
        today = self.company_id._espace_today(now)
        past = bookings.filtered(lambda r: r.date <= today)
        past._set_absence("absent_unjustified")
        (bookings - past)._set_absence("expected")

    def _withdraw(self, now=None):
        """Take a declaration back: the child is expected again on the days to come.

        :raise UserError: the absence was refused, or has begun and was decided on
        """
        now = now or fields.Datetime.now()
        for absence in self:
            absence._check_state(*OPEN_STATES, "accepted")
            bookings = absence._live()
            today = absence.company_id._espace_today(now)
            to_come = bookings.filtered(lambda r, today=today: r.date > today)
            decided = (bookings - to_come).filtered(
                lambda r: r.attendance == "absent_justified"
            )
            if decided:
                raise UserError(
                    self.env._(
                        "The absence of %s was accepted and its day has come: contact "
                        "the town hall.",
                        absence.company_id._espace_day_words(decided[0].date),
                    )
                )
            to_come._set_absence("expected")
            absence._settle_state("withdrawn", now)

    def _check_state(self, *states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        if self.state not in states:
            raise UserError(
                self.env._(
                    "The absence %(absence)s is already “%(state)s”.",
                    absence=self.display_name,
                    state=labels[self.state],
                )
            )

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

    @api.model
    def _cron_refuse_overdue(self):
        """Refuse the absences whose proof did not come; one failure stops nobody."""
        now = fields.Datetime.now()
        for absence in self.search(
            [("state", "=", "waiting_proof"), ("proof_deadline", "<", now)]
        ):
            try:
                with self.env.cr.savepoint():
                    absence._refuse_overdue(now)
            except UserError as error:
                _logger.warning("Absence %s is left as it is: %s", absence.id, error)
            except Exception:
                _logger.exception("Absence %s could not be refused", absence.id)

    def _refuse_overdue(self, now):
        self.ensure_one()
        if not self._live():
            # Its days were cancelled meanwhile: there is nothing to excuse.
            self._settle_state("withdrawn", now)
            return
        in_words = self._in_family_words()
        in_words._refuse(
            in_words.env._("The proof was not received by %s.", in_words.proof_words),
            now,
        )

    # === Messages (their lines are called by the templates) === #

    def _in_family_words(self):
        """Return the absence in the language of its family."""
        return self.with_context(lang=self.sudo().family_id.lang or self.env.lang)

    def _notify(self, name, **values):
        """Write to the family; what a parent does itself comes from the commune."""
        family = self.sudo().family_id
        if self.env.user.share:
            family = family.with_user(SUPERUSER_ID)
        name = f"espace_famille.mail_template_absence_{name}"
        family._notify_with(name, self, values)

    def _notify_declared(self, present):
        self._notify("declared", there=present)

    def _notify_accepted(self, present):
        self._notify("accepted", there=present)

    def _notify_refused(self):
        self._notify("refused")

    def _absent_lines(self):
        absent = self._live().filtered(lambda r: r.attendance != "present")
        return absent._absence_lines()

    def _excused_lines(self):
        excused = self._live().filtered(
            lambda r: r.attendance == "absent_justified" and not r.absence_due
        )
        return excused._absence_lines()

    def _carence_lines(self):
        return self._live().filtered("absence_due")._absence_lines()

    def _unexcused_lines(self):
        unexcused = self._live().filtered(
            lambda r: r.attendance in ("expected", "absent_unjustified")
        )
        return unexcused._absence_lines()

    def _span_words(self):
        """Say the days, '' while they are being typed in."""
        company = self.sudo().company_id or self.env.company
        if not (self.date_from and self.date_to):
            return ""
        return company._espace_span_words(self.date_from, self.date_to)

    # === Actions === #

    def action_accept(self):
        self.check_access("write")
        self._accept()

    def action_refuse(self):
        """Ask for the reason that the family will read."""
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_absence_refusal_action"
        )
        action["context"] = {"default_absence_ids": self.ids}
        return action

    def action_withdraw(self):
        self.check_access("write")
        self._withdraw()

    def action_open_reservations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_reservation_action"
        )
        action["display_name"] = self.display_name
        action["domain"] = [("absence_id", "=", self.id)]
        return action
