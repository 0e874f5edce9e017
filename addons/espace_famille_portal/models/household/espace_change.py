import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from odoo.addons.espace_famille.models.core.batch import one_by_one

_logger = logging.getLogger(__name__)

# A name that was misspelt is applied at once where the commune wants it; a new person
# is always looked at by somebody.
SAFE = ("firstname", "lastname", "civility")

# What rests on consent alone is withdrawn at once, without anybody's leave: GDPR,
# article 7.3.
CONSENTS = ("photo",)
# An agent who goes through the changes of a family one by one is given so long.
PATIENCE = timedelta(minutes=30)


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
    notified = fields.Boolean("Family Notified", readonly=True)

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
        """Write the change into its record; a login moves with its address."""
        about_login = (self.model, self.column) == ("espace.guardian", "email")
        before = about_login and record.email_normalized
        record.write(self.values)
        if about_login:
            self._move_login(record, before)

    def _move_login(self, guardian, before):
        """Let a guardian with an account log in with the new address; warn the old one.

        :param str before: the address until now, normalized
        :raise UserError: another account has the new one
        """
        user_sudo, after = guardian.sudo().user_id, guardian.email_normalized
        is_login = user_sudo.share and email_normalize(user_sudo.login) == before
        if after and is_login:
            self._check_login_free(user_sudo, after)
            user_sudo.login = after
            # The former address may be the only one that was robbed.
            self.env["mail.template"]._espace_make(
                "espace_famille_portal.mail_template_login_changed",
                lambda template: template.send_mail(
                    guardian.id, email_values={"email_to": before}
                ),
                guardian.family_id,
            )

    def _check_login_free(self, user_sudo, login):
        like = self.env["espace.activation"]._like_itself(login)
        others = user_sudo.with_context(active_test=False).search_count(
            [("login", "=ilike", like), ("id", "!=", user_sudo.id)]
        )
        if others:
            raise UserError(
                self.env._(
                    "Another account already uses the address %s: refuse this change, "
                    "or give this family another address.",
                    login,
                )
            )

    def _create_in(self, target):
        """Create the record that is proposed, and return it."""
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
        safe.notified = True

    def _apply_withdrawals(self):
        """Apply what takes a consent back; it stays on record as an accepted change."""
        withdrawn = self.filtered(lambda change: change._withdraws_consent())
        for change in withdrawn:
            change._apply()
        withdrawn.notified = True

    def _withdraws_consent(self):
        """Return whether this ends a consent that was given, be it applied or not."""
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

    # === Notifying === #

    def _notify_complete(self):
        """Notify the families of these changes that wait for nothing more."""
        families = self.family_id
        waiting = self.search(
            [("family_id", "in", families.ids), ("state", "=", "proposed")]
        ).family_id
        self._notify_decided(families - waiting)

    @api.model
    def _cron_notify(self):
        """Notify of what was decided a while ago, though the family waits for more."""
        limit = fields.Datetime.now() - PATIENCE
        families = self.search(
            [*self._to_notify(), ("decided_at", "<=", limit)]
        ).family_id
        notify, failure = self._notify_decided, "%s was not notified of its corrections"
        one_by_one(self.env, families, notify, _logger, failure)

    @api.model
    def _to_notify(self):
        return [("state", "in", ("accepted", "refused")), ("notified", "=", False)]

    @api.model
    def _notify_decided(self, families):
        changes_sudo = self.sudo().search(
            [*self._to_notify(), ("family_id", "in", families.ids)], order="id"
        )
        for family, decided in changes_sudo.grouped("family_id").items():
            decided._notify_family(family)
        changes_sudo.notified = True

    def _notify_family(self, family):
        """Write to who proposed and to those who book, in the commune's name."""
        guardians = family.guardian_ids
        told = guardians.filtered(lambda g: g.may_book or g.user_id in self.user_id)
        family._notify_with(
            "espace_famille_portal.mail_template_corrections",
            self[:1],
            {"changes": self},
            partner_ids=told.partner_id.ids,
        )

    def _decision_words(self):
        """Say what was decided; the quotient itself stays out of messages."""
        self.ensure_one()
        if self.state == "refused":
            return self.env._(
                "%(what)s: refused. %(reason)s",
                what=self.display_name,
                reason=self.reason or "",
            )
        if self.model == "espace.family.income":
            return self.env._("%s: accepted", self.display_name)
        return self.env._(
            "%(what)s: accepted (%(after)s)",
            what=self.display_name,
            after=self.after or self.env._("empty"),
        )
