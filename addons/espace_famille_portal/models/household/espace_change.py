from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools.misc import format_amount, format_date

# What families may propose to change: the columns, by model.
COLUMNS = {
    "espace.family": ("lastname", "phone", "email", "street", "street2", "zip", "city"),
    "espace.guardian": ("firstname", "lastname", "civility", "phone", "email"),
    "espace.child": ("firstname", "lastname", "birth_date", "class_id", "diet_id"),
    "espace.authorisation": ("granted",),
    "espace.pickup.person": ("name", "relation", "phone", "child_ids", "active"),
    "espace.family.income": (),
}
# A name that was misspelt is applied at once where the commune wants it; a new person
# is always looked at by somebody.
SAFE = ("firstname", "lastname", "civility")

# What rests on consent alone is withdrawn at once, without anybody's leave: GDPR,
# article 7.3.
CONSENTS = ("photo",)

# A family that proposes more than that is not correcting its file.
MOST_OPEN = 100


class EspaceChange(models.Model):
    """What a family proposes to correct in its file: one column, or a new record."""

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
            ("espace.authorisation", "Authorisation"),
            ("espace.pickup.person", "Pick-up person"),
            ("espace.family.income", "Quotient familial"),
        ],
        "About",
        required=True,
        readonly=True,
    )
    res_id = fields.Many2oneReference(
        "Record", model_field="model", readonly=True, help="Empty for a new record."
    )
    subject = fields.Char(required=True, readonly=True)
    column = fields.Char(readonly=True)
    label = fields.Char("What", compute="_compute_label")
    before = fields.Char(readonly=True)
    after = fields.Char("Proposed", readonly=True)
    values = fields.Json(readonly=True)
    attachment_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        "Proofs",
        domain=[("res_model", "=", "espace.change")],
        readonly=True,
    )
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
    reason = fields.Char("Reason of the Refusal", readonly=True)
    decided_by_id = fields.Many2one("res.users", "Decided by", readonly=True)
    decided_at = fields.Datetime("Decided on", readonly=True)

    @api.depends("model", "column", "values")
    @api.depends_context("lang")
    def _compute_label(self):
        for change in self:
            change.label = change._label()

    def _label(self):
        self.ensure_one()
        if self.model == "espace.authorisation":
            kind = (self.values or {}).get("kind")
            field = self.env[self.model]._fields["kind"]
            return dict(field._description_selection(self.env)).get(kind)
        if self.model == "espace.family.income":
            return self.env._("Quotient familial")
        if (self.model, self.column) == ("espace.pickup.person", "active"):
            return self.env._("May no longer fetch the children")
        column = self.env[self.model]._fields.get(self.column or "")
        return (
            column._description_string(self.env) if column else self.env._("New person")
        )

    @api.depends("subject", "label")
    def _compute_display_name(self):
        for change in self:
            change.display_name = f"{change.subject} – {change.label}"

    # === Proposing === #

    @api.model
    def _propose(self, record, values, family=None):
        """Propose new values of columns of a record; what is the same is left out.

        :param dict values: plain ones: text, a date as YYYY-MM-DD, ids
        :param family: the household that proposes, of the two of a shared child
        :return: the proposals, which replace those of before for the same columns
        """
        if not family:
            family = record if record._name == "espace.family" else record.family_id
        asked = {c: v or "" for c, v in values.items() if c in COLUMNS[record._name]}
        # What is typed as it was before takes an earlier proposal back.
        self._open(family, record._name, record.id, list(asked)).unlink()
        columns = {c: v for c, v in asked.items() if v != self._plain(record, c)}
        self._check_number(family)
        return self.create(
            [
                {
                    **self._prepare(family, record._name, record.display_name),
                    "res_id": record.id,
                    "column": column,
                    "before": self._words(record, column, self._plain(record, column)),
                    "after": self._words(record, column, value),
                    "values": {column: self._to_write(record, column, value)},
                }
                for column, value in columns.items()
            ]
        )

    @api.model
    def _propose_new(self, family, model, values):
        """Propose a person whom the commune does not know."""
        self._check_number(family)
        name = values.get("name") or f"{values['firstname']} {values['lastname']}"
        record = self.env[model]
        return self.create(
            {
                **self._prepare(family, model, name),
                "after": ", ".join(
                    filter(
                        None,
                        [
                            name,
                            *(
                                self._words(record, column, value)
                                for column, value in values.items()
                                if column not in ("name", "firstname", "lastname")
                            ),
                        ],
                    )
                ),
                "values": {
                    **{c: self._to_write(record, c, v) for c, v in values.items()},
                    "family_id": family.id,
                },
            }
        )

    @api.model
    def _propose_end(self, person):
        """Propose that a pick-up person may no longer come."""
        self._open(person.family_id, person._name, person.id, ["active"]).unlink()
        return self.create(
            {
                **self._prepare(person.family_id, person._name, person.name),
                "res_id": person.id,
                "column": "active",
                "before": person._words(),
                "after": self.env._("No longer"),
                "values": {"active": False},
            }
        )

    @api.model
    def _propose_authorisations(self, family, child, guardian, answers, today):
        """Propose what a guardian allows for a child, or no longer.

        A consent that is withdrawn counts at once.

        :param dict answers: kind: “yes”, “no” or '' for what was not answered
        """
        known = {one.kind: one for one in child.authorisation_ids}
        proposed = self.browse()
        for kind, granted in answers.items():
            record = known.get(kind, self.env["espace.authorisation"])
            before = self._open(family, record._name, record.id, ["granted"])
            before.filtered(
                lambda one, kind=kind: (
                    one.values["child_id"] == child.id and one.values["kind"] == kind
                )
            ).unlink()
            if not granted or granted == record.granted:
                continue
            proposed |= self.create(
                {
                    **self._prepare(family, record._name, child.name),
                    "res_id": record.id,
                    "column": "granted",
                    "before": self._words(record, "granted", record.granted),
                    "after": self._words(record, "granted", granted),
                    "values": {
                        "child_id": child.id,
                        "kind": kind,
                        "granted": granted,
                        "guardian_id": guardian.id,
                        "given_on": today.isoformat(),
                    },
                }
            )
        self._check_number(family)
        proposed._apply_withdrawals()
        return proposed

    @api.model
    def _propose_income(self, family, values, files, today):
        """Propose a quotient familial, with its proof.

        :param dict values: value (text of a number), source, date_from
        :param files: list of (name, bytes), checked by their content
        :raise UserError: no proof, or a file that is not taken
        """
        if not files:
            raise UserError(
                self.env._("Add the document that proves the quotient familial.")
            )
        Document = self.env["espace.document"]
        checked = [(Document._check_file(name, raw), raw) for name, raw in files]
        self._open(family, "espace.family.income", False, [False]).unlink()
        self._check_number(family)
        return self.create(
            {
                **self._prepare(family, "espace.family.income", family.name),
                "before": self._income_words(family.income_ids._in_force(today)),
                "after": self._income_words(
                    self.env["espace.family.income"].new(values)
                ),
                "values": {
                    "family_id": family.id,
                    "value": float(values["value"]),
                    "source": values["source"],
                    "date_from": values["date_from"],
                },
                "attachment_ids": [
                    Command.create(
                        {"name": name, "raw": raw, "res_model": "espace.change"}
                    )
                    for name, raw in checked
                ],
            }
        )

    def _income_words(self, income):
        """Say a quotient: “612,00 (CAF, from 4 janvier 2027)”, '' for none."""
        if not income:
            return ""
        return self.env._(
            "%(value)s (%(issuer)s, from %(day)s)",
            value=format_amount(
                self.env, income.value, self.env.company.currency_id
            ).rstrip("\u00a0\u202f €$"),
            issuer=self._words(income, "source", income.source),
            day=format_date(self.env, income.date_from),
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
    def _check_number(self, family):
        count = self.search_count(
            [("family_id", "=", family.id), ("state", "=", "proposed")]
        )
        if count >= MOST_OPEN:
            raise UserError(
                self.env._(
                    "Many of your corrections wait already: contact the town hall."
                )
            )

    @api.model
    def _open(self, family, model, res_id, columns):
        return self.search(
            [
                ("family_id", "=", family.id),
                ("model", "=", model),
                ("res_id", "in", [res_id] if res_id else [0, False]),
                ("column", "in", columns),
                ("state", "=", "proposed"),
            ]
        )

    # === Values and words === #

    @api.model
    def _plain(self, record, column):
        """Return the value of a column as a form posts it."""
        field, value = record._fields[column], record[column]
        if field.type == "many2one":
            return value.id or ""
        if field.type == "many2many":
            return sorted(value.ids)
        if field.type == "date":
            return value.isoformat() if value else ""
        return value or ""

    @api.model
    def _to_write(self, record, column, value):
        if record._fields[column].type == "many2many":
            return [[Command.SET, 0, value]]
        return value or False

    @api.model
    def _words(self, record, column, value):
        field = record._fields[column]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "date":
            return format_date(self.env, value) if value else ""
        if field.type == "many2one":
            return self.env[field.comodel_name].browse(value or []).display_name or ""
        if field.type == "many2many":
            names = self.env[field.comodel_name].browse(value).mapped("display_name")
            return ", ".join(names)
        return str(value or "")

    # === Deciding === #

    def action_accept(self):
        """Write what the families propose into their files."""
        self._check_decides()
        for change in self:
            change._apply()
        self._notify_complete()

    def action_refuse(self):
        """Ask why, then refuse."""
        self._check_decides()
        return self.env["espace.refusal.wizard"]._action_open(self)

    def _refuse(self, reason):
        """Refuse these changes; the families read the reason.

        :raise UserError: no reason is given
        """
        self._check_decides()
        if not (reason or "").strip():
            raise UserError(self.env._("Write the reason: the family reads it."))
        self._decide("refused", reason.strip())
        self._notify_complete()

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
            self._write_into(record)
        else:
            self.res_id = self._create_in(target)
        self._decide("accepted")

    def _write_into(self, record):
        """Hook: write the change into the record it is about."""
        record.write(self.values)

    def _create_in(self, target):
        """Hook: create the record that is proposed, and return it."""
        if self.model == "espace.family.income":
            return self._create_income(target)
        return target.create(self.values)

    def _create_income(self, target):
        """Record the quotient, or correct the one there is from the same day on."""
        key = ("family_id", "date_from")
        income = target.search([(name, "=", self.values[name]) for name in key])
        if income:
            income.write({n: v for n, v in self.values.items() if n not in key})
        else:
            income = target.create(self.values)
        files_sudo = self.sudo().attachment_ids
        income.sudo().proof_ids += files_sudo
        # From now on whoever reads the quotient reads its proof.
        files_sudo.write({"res_model": income._name, "res_id": income.id})
        return income

    def _apply_safe(self):
        """Apply the corrections that need nobody's eye."""
        safe = self.filtered(lambda c: c.res_id and c.column in SAFE)
        for change in safe:
            change._apply()
        safe.told = True

    def _apply_withdrawals(self):
        """Apply what takes a consent back; it stays on record as an accepted change."""
        withdrawn = self.filtered(lambda change: change._withdraws_consent())
        for change in withdrawn:
            change._apply()
        withdrawn.told = True

    def _withdraws_consent(self):
        """Tell whether this ends a consent that was given, be it applied or not."""
        values = self.values or {}
        return (
            self.model == "espace.authorisation"
            and bool(self.res_id and self.before)
            and values.get("kind") in CONSENTS
            and values.get("granted") == "no"
        )

    def _decide(self, state, reason=False):
        self.sudo().write(
            {
                "state": state,
                "reason": reason,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )

    # === Taking back === #

    def _withdraw(self):
        """Take back what nobody decided yet, with its files."""
        if any(change.state != "proposed" for change in self):
            raise UserError(self.env._("The town hall has decided already."))
        self.attachment_ids.unlink()
        self.unlink()
