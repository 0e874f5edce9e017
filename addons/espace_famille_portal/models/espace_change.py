from odoo import api, fields, models
from odoo.exceptions import UserError

# What families may propose to change: the columns, by model.
COLUMNS = {
    "espace.family": ("lastname", "phone", "email", "street", "street2", "zip", "city"),
    "espace.guardian": ("firstname", "lastname", "civility", "phone", "email"),
    "espace.child": ("firstname", "lastname", "birth_date"),
}
# A name that was misspelt is applied at once where the commune wants it; a new person
# is always looked at by somebody.
SAFE = ("firstname", "lastname", "civility")


class EspaceChange(models.Model):
    """What a family proposes to correct in its file: one column, or one new person."""

    _name = "espace.change"
    _description = "Proposed Change"
    _order = "id desc"

    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="family_id.company_id", store=True, index=True)
    model = fields.Selection(
        [
            ("espace.family", "Family account"),
            ("espace.guardian", "Guardian"),
            ("espace.child", "Child"),
        ],
        "About",
        required=True,
        readonly=True,
    )
    res_id = fields.Many2oneReference(
        "Record", model_field="model", readonly=True, help="Empty for a new person."
    )
    subject = fields.Char(required=True, readonly=True)
    column = fields.Char(readonly=True)
    label = fields.Char("What", compute="_compute_label")
    before = fields.Char(readonly=True)
    after = fields.Char("Proposed", readonly=True)
    values = fields.Json(readonly=True)
    user_id = fields.Many2one("res.users", "Proposed by", readonly=True)
    state = fields.Selection(
        [
            ("proposed", "To look at"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        index=True,
    )
    reason = fields.Char("Reason of the Refusal")
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_at = fields.Datetime("Decided on", readonly=True)

    @api.depends("model", "column")
    def _compute_label(self):
        for change in self:
            column = self.env[change.model]._fields.get(change.column or "")
            change.label = (
                column._description_string(self.env)
                if column
                else self.env._("New person")
            )

    # === Proposing === #

    @api.model
    def _propose(self, record, values):
        """Propose new values of columns of a record; what is the same is left out.

        :return: the proposals, which replace those of before for the same columns
        """
        family = record if record._name == "espace.family" else record.family_id
        columns = {
            column: value or ""
            for column, value in values.items()
            if column in COLUMNS[record._name]
            and (value or "") != (record[column] or "")
        }
        self._open(family, record._name, record.id, list(columns)).unlink()
        return self.create(
            [
                {
                    **self._prepare(family, record._name, record.display_name),
                    "res_id": record.id,
                    "column": column,
                    "before": self._words(record, column, record[column]),
                    "after": self._words(record, column, value),
                    "values": {column: value},
                }
                for column, value in columns.items()
            ]
        )

    @api.model
    def _propose_new(self, family, model, values):
        """Propose a person whom the commune does not know."""
        name = f"{values['firstname']} {values['lastname']}"
        return self.create(
            {
                **self._prepare(family, model, name),
                "after": name,
                "values": {**values, "family_id": family.id},
            }
        )

    @api.model
    def _prepare(self, family, model, subject):
        return {
            "family_id": family.id,
            "model": model,
            "subject": subject,
            "user_id": self.env.uid,
        }

    @api.model
    def _open(self, family, model, res_id, columns):
        return self.search(
            [
                ("family_id", "=", family.id),
                ("model", "=", model),
                ("res_id", "=", res_id),
                ("column", "in", columns),
                ("state", "=", "proposed"),
            ]
        )

    @api.model
    def _words(self, record, column, value):
        field = record._fields[column]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        return str(value or "")

    # === Deciding === #

    def action_accept(self):
        """Write what the families propose into their files."""
        self._check_decides()
        for change in self:
            change._apply()

    def action_refuse(self):
        self._check_decides()
        self._decide("refused")

    def _check_decides(self):
        if not self.env.user.has_group("espace_famille.group_manager"):
            raise UserError(self.env._("Only the management decides on changes."))
        self.check_access("write")
        if any(change.state != "proposed" for change in self):
            raise UserError(self.env._("Some of these were decided already: reload."))

    def _apply(self):
        self.ensure_one()
        target = self.env[self.model]
        if self.res_id:
            record = target.browse(self.res_id).exists()
            if not record:
                raise UserError(
                    self.env._("%s no longer exists: refuse this change.", self.subject)
                )
            record.write(self.values)
        else:
            self.res_id = target.create(self.values)
        self._decide("accepted")

    def _apply_safe(self):
        """Apply the corrections that need nobody's eye."""
        for change in self.filtered(lambda c: c.res_id and c.column in SAFE):
            change._apply()

    def _decide(self, state):
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
