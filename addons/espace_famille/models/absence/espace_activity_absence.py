from odoo import api, fields, models

from ...domain import absence


class EspaceActivity(models.Model):
    """What an activity asks of a child's absence (règles d'absence)."""

    _inherit = "espace.activity"

    absence_allowed = fields.Boolean(
        "Absences Excused",
        default=True,
        help="Families may declare absences; an accepted one is not due.",
    )
    absence_proof = fields.Boolean("Proof Asked", default=True)
    absence_approval = fields.Selection(
        [("automatic", "Accepted at once"), ("manual", "By staff")],
        "Without Proof",
        default="automatic",
        required=True,
        help="What becomes of an absence for which no proof is asked.",
    )
    absence_proof_delay = fields.Integer("Proof within", default=48)
    absence_proof_unit = fields.Selection(
        [("hours", "hours"), ("days", "days")],
        "Unit of the Delay",
        default="hours",
        required=True,
    )
    absence_proof_start = fields.Selection(
        [
            ("absence", "after the first day of absence"),
            ("declaration", "after the declaration"),
        ],
        "Delay Runs",
        default="absence",
        required=True,
        help="The day from which the delay runs does not count.",
    )
    absence_carence_days = fields.Integer(
        "Days that Stay Due",
        help="Carence: the first days of service of an absence, still due although "
        "it is accepted.",
    )
    absence_declare_days = fields.Integer(
        "Declared until",
        default=2,
        help="Days after the day itself during which families may still declare it.",
    )
    absence_sentence = fields.Char(
        "Absences, as Shown to Families", compute="_compute_absence_sentence"
    )

    _absence_proof_delay_positive = models.Constraint(
        "CHECK(absence_proof_delay > 0)",
        "Families need some time to send a proof: enter a delay of 1 or more.",
    )
    _absence_days_positive = models.Constraint(
        "CHECK(absence_carence_days >= 0 AND absence_declare_days >= 0)",
        "The numbers of days of an absence must not be negative.",
    )

    def _absence_policy(self):
        """Return the `absence.Policy` of this activity."""
        self.ensure_one()
        return absence.Policy(
            allowed=self.absence_allowed,
            proof=self.absence_proof,
            automatic=self.absence_approval == "automatic",
            delay=self.absence_proof_delay,
            unit=self.absence_proof_unit,
            start=self.absence_proof_start,
            carence_days=self.absence_carence_days,
            declare_days=self.absence_declare_days,
        )

    # === Words === #

    @api.depends(
        "absence_allowed",
        "absence_proof",
        "absence_approval",
        "absence_proof_delay",
        "absence_proof_unit",
        "absence_proof_start",
        "absence_carence_days",
        "absence_declare_days",
    )
    @api.depends_context("lang")
    def _compute_absence_sentence(self):
        for activity in self:
            parts = (
                [
                    activity._absence_proof_words(),
                    activity._absence_declare_words(),
                    activity._absence_carence_words(),
                ]
                if activity.absence_allowed
                else [self.env._("Absences stay due.")]
            )
            activity.absence_sentence = " ".join(filter(None, parts))

    def _absence_proof_words(self):
        if not self.absence_proof:
            if self.absence_approval == "automatic":
                return self.env._("No proof is asked.")
            return self.env._("No proof is asked; the town hall decides.")
        delay = self.absence_proof_delay
        if self.absence_proof_unit == "hours":
            within = self.env._("%s h", delay)
        elif delay == 1:
            within = self.env._("1 day")
        else:
            within = self.env._("%s days", delay)
        if self.absence_proof_start == "absence":
            return self.env._("Proof within %s after the first day of absence.", within)
        return self.env._("Proof within %s after the declaration.", within)

    def _absence_declare_words(self):
        days = self.absence_declare_days
        if not days:
            return self.env._("To be declared on the day itself at the latest.")
        if days == 1:
            return self.env._("To be declared on the day after at the latest.")
        return self.env._("To be declared %s days after at the latest.", days)

    def _absence_carence_words(self):
        days = self.absence_carence_days
        if not days:
            return ""
        if days == 1:
            return self.env._("The first day stays due.")
        return self.env._("The first %s days stay due.", days)
