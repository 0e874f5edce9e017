from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

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

# Why a child is absent may tell of its health: those who decide about it read it, and
# the family itself. Agents of the day read that it is announced or accepted.
DECIDERS = "base.group_portal,espace_famille.group_manager,espace_famille.group_finance"

# What agents may correct afterwards.
CORRECTED_FIELDS = {"reason", "note", "proof_ids"}


class EspaceAbsence(models.Model):
    """An absence (absence) of a child, declared before or after the day.

    `_declare` is the gate of parents and agents alike. What is decided is written on
    the bookings: `absent_justified`, with `absence_due` on the days of carence, or
    `absent_unjustified`. What that costs is none of this model's business.
    """

    _name = "espace.absence"
    _description = "Absence"
    _inherit = ["espace.thread", "espace.guard.mixin"]
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
    reason = fields.Selection(
        REASONS, required=True, default="illness", tracking=True, groups=DECIDERS
    )
    note = fields.Text(groups=DECIDERS)
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
    refusal = fields.Char(
        "Reason of the Refusal", readonly=True, tracking=True, groups=DECIDERS
    )
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

    @property
    def _by_code(self):
        """All fields of this model itself but those that agents may correct."""
        own = self._fields.keys() - {*models.MAGIC_COLUMNS} - CORRECTED_FIELDS
        return {n for n in own if not n.startswith(("message_", "website_message"))}

    @api.model
    def _by_code_words(self):
        return self.env._(
            "An absence is not rewritten: accept, refuse or withdraw it, then "
            "declare it again."
        )

    # === Tools === #

    def _live(self):
        """Return the bookings concerned that still stand, as superuser."""
        return self.sudo().reservation_ids.filtered(lambda r: r.state == "confirmed")

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
        company_sudo = self.sudo().company_id or self.env.company
        if not (self.date_from and self.date_to):
            return ""
        return company_sudo._espace_span_words(self.date_from, self.date_to)

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

    @api.model
    def _counts(self, field, records):
        """Return {record: number of absences}, grouped by `field`."""
        return dict(
            self._read_group([(field, "in", records.ids)], [field], ["__count"])
        )

    @api.model
    def _action_of(self, field, record):
        """Return the list of the absences of one child or one family."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_absence_action"
        )
        action["display_name"] = record.display_name
        action["domain"] = [(field, "=", record.id)]
        action["context"] = {f"default_{field}": record.id}
        return action
