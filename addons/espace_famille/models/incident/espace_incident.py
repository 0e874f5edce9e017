from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..core.guards import ERASING, is_allowed

STATES = [("draft", "Being Written"), ("declared", "Declared")]
# What may still come once it is declared: steps, which are never edited themselves.
STILL_ADDED = {"step_ids"}


class EspaceIncident(models.Model):
    """An accident of a child (accident): what happened, what was done, who was told.

    Its author writes it and declares it; then nothing of it changes any more, what
    comes later is added as steps. Each household of the child gets a letter: both
    parents keep the right to know of it, whoever has the child that day.
    Source: article 373-2-1 of the Code civil.

    Injuries and care are data on health: their author reads them, and the group
    Health, whose reading is recorded. They are kept in two fields that nobody reads
    by name, so that they are neither searched, sorted nor exported in a list.
    """

    _name = "espace.incident"
    _description = "Accident"
    _inherit = ["espace.guard.mixin"]
    _order = "happened_on desc, id desc"
    _check_company_auto = True

    # Who, when and where
    child_id = fields.Many2one(
        "espace.child",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    # The commune of the agent, while no child is chosen: its children are proposed.
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        index=True,
    )
    happened_on = fields.Datetime(
        "When", required=True, index=True, default=fields.Datetime.now
    )
    activity_id = fields.Many2one(
        "espace.activity", ondelete="restrict", check_company=True
    )
    place = fields.Char(help="e.g. the playground, the way to the canteen")

    # What
    what_happened = fields.Text(
        required=True,
        help="The facts, as both households read them: name no other child.",
    )
    injury = fields.Text(
        "Injuries", compute="_compute_injury", inverse="_inverse_injury"
    )
    care = fields.Text("Care Given", compute="_compute_care", inverse="_inverse_care")
    injury_kept = fields.Text(groups=fields.NO_ACCESS, copy=False)
    care_kept = fields.Text(groups=fields.NO_ACCESS, copy=False)
    reads_health = fields.Boolean(compute="_compute_reads_health")
    witnesses = fields.Char(help="Read by staff alone.")

    # What was done
    step_ids = fields.One2many("espace.incident.step", "incident_id", "Steps")
    parents_told = fields.Boolean(
        compute="_compute_parents_told",
        store=True,
        help="A parent was told, by voice: the letter that is sent on the declaration "
        "is no call.",
    )

    # Who wrote it
    author_id = fields.Many2one(
        "res.users",
        "Written by",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.uid,
        ondelete="restrict",
    )
    state = fields.Selection(
        STATES, "Status", required=True, readonly=True, copy=False, default="draft"
    )
    declared_on = fields.Datetime(readonly=True, copy=False)
    declared_by = fields.Many2one("res.users", readonly=True, copy=False)

    # === Computes === #

    @api.depends("child_id.name", "happened_on")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for incident in self:
            parts = [incident.sudo().child_id.name, incident._when_words()]
            incident.display_name = " – ".join(filter(None, parts)) or self.env._(
                "New accident"
            )

    @api.depends("child_id")
    def _compute_company_id(self):
        for incident in self:
            incident.company_id = incident.child_id.company_id or self.env.company

    @api.depends("step_ids.kind")
    def _compute_parents_told(self):
        for incident in self:
            incident.parents_told = "guardian" in incident.step_ids.mapped("kind")

    @api.depends("author_id")
    @api.depends_context("uid")
    def _compute_reads_health(self):
        user = self.env.user
        all_of_them = self.env.su or user.has_group("espace_famille.group_health")
        for incident in self:
            mine = incident.author_id == user or not incident.author_id
            incident.reads_health = all_of_them or mine

    @api.depends("injury_kept", "reads_health")
    @api.depends_context("uid")
    def _compute_injury(self):
        for incident in self:
            incident.injury = incident._kept("injury_kept")

    @api.depends("care_kept", "reads_health")
    @api.depends_context("uid")
    def _compute_care(self):
        for incident in self:
            incident.care = incident._kept("care_kept")

    def _inverse_injury(self):
        for incident in self:
            incident._keep("injury_kept", incident.injury)

    def _inverse_care(self):
        for incident in self:
            incident._keep("care_kept", incident.care)

    def _kept(self, name):
        """Return what is kept on health for who may read it, and note the reading."""
        words = self.reads_health and self._origin.sudo()[name]
        if words and not self.env.su:
            self.env["espace.health.reading"]._note("incident", self.child_id)
        return words

    def _keep(self, name, words):
        if not self.reads_health:
            raise AccessError(
                self.env._(
                    "Injuries and care are written by the author of the record, or by "
                    "the agents of the group Health."
                )
            )
        self.sudo()[name] = words

    @api.constrains("happened_on")
    def _check_happened_on(self):
        now = fields.Datetime.now()
        for incident in self:
            if incident.happened_on > now:
                raise ValidationError(
                    self.env._("An accident cannot be recorded before it happens.")
                )

    # === Guards === #

    @property
    def _by_code(self):
        return {"author_id", "state", "declared_on", "declared_by"}

    @api.model
    def _by_code_words(self):
        return self.env._("Who wrote an accident and when is recorded by itself.")

    def write(self, vals):
        if vals.keys() - STILL_ADDED:
            self._check_being_written()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_while_written(self):
        self._check_being_written()

    def _check_being_written(self):
        """Keep what was declared as it is.

        :raise UserError: saying what to do instead
        """
        if is_allowed(self.env, ERASING):
            return
        for incident in self:
            if incident.state == "declared":
                raise UserError(
                    self.env._(
                        "The accident “%s” is declared, and stays as it is. Add a step "
                        "“Addition or correction” that says what is different.",
                        incident.display_name,
                    )
                )

    # === Declaring === #

    def action_declare(self):
        """Close the record, and write to each household of the child."""
        self.check_access("write")
        for incident in self:
            incident._check_being_written()
            incident.sudo().write(
                {
                    "state": "declared",
                    "declared_on": fields.Datetime.now(),
                    "declared_by": self.env.uid,
                }
            )
            incident._notify_households()

    def _notify_households(self):
        """Write to all guardians of each household, and note that it was done.

        Who may not book has the same right to know.
        """
        self.ensure_one()
        for family in self.sudo().child_id.family_ids:
            family._notify_with(
                "espace_famille.mail_template_incident_declared",
                self,
                partner_ids=family.guardian_ids.partner_id.ids,
            )
            self.sudo().step_ids.create(
                {
                    "incident_id": self.id,
                    "kind": "letter",
                    "family_id": family.id,
                    "author_id": self.env.uid,
                }
            )

    # === Words (of the letter, of the portal) === #

    def _when_words(self):
        """Say when it happened by the commune's clock, '' while that is typed in."""
        if not self.happened_on:
            return ""
        company_sudo = self.sudo().company_id or self.env.company.sudo()
        return company_sudo._espace_moment_words(self.happened_on)

    def _where_words(self):
        """Say where: the activity, the place, or both."""
        incident_sudo = self.sudo()
        parts = [incident_sudo.activity_id.name, incident_sudo.place]
        return ", ".join(filter(None, parts))

    def _steps_for(self, family_sudo):
        """Return what one household reads of the steps, as (when, what) in words.

        :param family_sudo: of which the calls and letters are said, and of no other
        """
        steps_sudo = self.sudo().step_ids.filtered(
            lambda step: (
                step.family_id == family_sudo
                if step.kind in ("guardian", "letter")
                else step.kind in ("rescue", "doctor", "authority", "addendum")
            )
        )
        labels = dict(steps_sudo._fields["kind"]._description_selection(self.env))
        return [
            (
                self.company_id._espace_moment_words(step.at),
                " – ".join(filter(None, [labels[step.kind], step._public_words()])),
            )
            for step in steps_sudo
        ]

    # === Erasure === #

    def _erase_words(self):
        """Erase what was written; that there was an accident stays."""
        self.step_ids._erase_words()
        self.write(
            {
                "what_happened": self.env._("Erased"),
                **dict.fromkeys(
                    ("injury_kept", "care_kept", "witnesses", "place"), False
                ),
            }
        )
