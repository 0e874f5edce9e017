from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..core.guards import ERASING, is_allowed

# Code writes these: nobody says by hand that a letter was sent.
BY_CODE_KINDS = {"letter"}
KINDS = [
    ("guardian", "Parent told"),
    ("rescue", "Emergency services called"),
    ("doctor", "Doctor or nurse called"),
    ("authority", "Declaration sent"),
    ("letter", "Letter to the household"),
    ("other", "Other step"),
    ("addendum", "Addition or correction"),
]


class EspaceIncidentStep(models.Model):
    """What was done about an accident: who was called or told, by whom, when and how.

    Steps are added at any time. Once the accident is declared none is edited: what was
    wrong is corrected by another step.
    """

    _name = "espace.incident.step"
    _description = "Step after an Accident"
    _inherit = ["espace.guard.mixin"]
    _order = "at, id"
    _rec_name = "kind"

    incident_id = fields.Many2one(
        "espace.incident", "Accident", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="incident_id.company_id", store=True, index=True
    )
    at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    kind = fields.Selection(KINDS, "Step", required=True, default="guardian")
    guardian_id = fields.Many2one("espace.guardian", ondelete="set null")
    family_id = fields.Many2one(
        "espace.family",
        "Household",
        compute="_compute_family_id",
        store=True,
        readonly=False,
        ondelete="set null",
    )
    who = fields.Char(help="Whom, where it is no guardian; to which office.")
    how = fields.Selection(
        [
            ("phone", "By telephone"),
            ("there", "On the spot"),
            ("message", "By message or e-mail"),
            ("post", "By post"),
        ]
    )
    words = fields.Text("What was Said or Done")
    author_id = fields.Many2one(
        "res.users",
        "Written by",
        required=True,
        readonly=True,
        default=lambda self: self.env.uid,
        ondelete="restrict",
    )

    @api.depends("guardian_id")
    def _compute_family_id(self):
        for step in self:
            step.family_id = step.guardian_id.sudo().family_id or step.family_id

    @api.constrains("guardian_id", "kind", "who", "words")
    def _check_said(self):
        for step in self:
            guardian, child = step.guardian_id.sudo(), step.incident_id.sudo().child_id
            if guardian and guardian.family_id not in child.family_ids:
                raise ValidationError(
                    self.env._(
                        "%(guardian)s is not a guardian of %(child)s: choose one of "
                        "its households.",
                        guardian=guardian.name,
                        child=child.name,
                    )
                )
            if is_allowed(self.env, ERASING):
                continue
            if step.kind == "guardian" and not (guardian or step.who):
                raise ValidationError(self.env._("Say which parent was told."))
            if step.kind == "addendum" and not step.words:
                raise ValidationError(self.env._("Say what is added or corrected."))

    # === Guards === #

    @property
    def _by_code(self):
        return {"author_id", "family_id"}

    @api.model
    def _by_code_words(self):
        return self.env._("Who wrote a step, and which letter was sent, is recorded.")

    def _check_by_code(self, vals):
        super()._check_by_code(vals)
        if vals.get("kind") in BY_CODE_KINDS and not self._is_code():
            raise AccessError(self._by_code_words())

    def write(self, vals):
        self.incident_id._check_being_written()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_while_written(self):
        self.incident_id._check_being_written()

    def _public_words(self):
        """Return what the household reads of a step: no call is told word by word."""
        return self.words if self.kind == "addendum" else self.who or ""

    def _erase_words(self):
        self.write({"words": False, "who": False, "guardian_id": False})
