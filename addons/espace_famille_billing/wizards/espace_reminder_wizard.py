from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..domain import reminder


class EspaceReminderWizard(models.TransientModel):
    """Who is reminded of what, who is not and why: looked at first, then sent."""

    _name = "espace.reminder.wizard"
    _description = "Send Reminders"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    state = fields.Selection([("preview", "Preview"), ("done", "Sent")], "Step")
    line_ids = fields.One2many(
        "espace.reminder.wizard.line",
        "wizard_id",
        "To Send",
        domain=[("level_id", "!=", False)],
    )
    spared_ids = fields.One2many(
        "espace.reminder.wizard.line",
        "wizard_id",
        "Not Reminded",
        domain=[("level_id", "=", False)],
    )
    summary = fields.Text(compute="_compute_summary")
    reminder_ids = fields.Many2many("espace.reminder", string="Sent", readonly=True)
    letter_count = fields.Integer(compute="_compute_letter_count")
    failed_ids = fields.Many2many("espace.family", readonly=True)

    @api.depends("state")
    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = self.env._("Send Reminders")

    @api.depends("reminder_ids")
    def _compute_letter_count(self):
        for wizard in self:
            wizard.letter_count = len(wizard.reminder_ids.filtered("by_letter"))

    @api.depends("line_ids.chosen", "line_ids.level_id", "reminder_ids")
    def _compute_summary(self):
        for wizard in self:
            if wizard.state == "done":
                wizard.summary = self.env._(
                    "%(sent)s reminders sent: %(mails)s by e-mail, %(letters)s by "
                    "letter.",
                    sent=len(wizard.reminder_ids),
                    mails=len(wizard.reminder_ids.filtered("by_mail")),
                    letters=wizard.letter_count,
                )
            else:
                wizard.summary = "\n".join(wizard._level_words())

    def _level_words(self):
        """Return a line for each level that somebody gets."""
        self.ensure_one()
        chosen = self.line_ids.filtered("chosen")
        return [
            self.env._(
                "%(level)s: %(count)s families", level=level.name, count=len(lines)
            )
            for level, lines in chosen.grouped("level_id").items()
        ] or [self.env._("No reminder is to be sent today.")]

    # === Actions === #

    @api.model
    def action_prepare(self):
        """Open the preview of today's reminders."""
        self._check_regie()
        company = self.env.company
        day = company._espace_today()
        verdicts = self.env["espace.reminder"]._verdicts(company, day)
        wizard = self.create(
            {
                "state": "preview",
                "company_id": company.id,
                "line_ids": [
                    Command.create(self._prepare_line(family, *found))
                    for family, found in verdicts.items()
                ],
            }
        )
        return wizard._reopen()

    @api.model
    def _prepare_line(self, family, verdict, level, days_late):
        return {
            "family_id": family.id,
            "level_id": level.id,
            "chosen": bool(level),
            "amount": float(verdict.amount),
            "days_late": days_late,
            "move_ids": [Command.set(verdict.keys)],
            "reason": verdict.reason or False,
        }

    def action_send(self):
        """Send what is chosen, as it stands now: who has paid since gets nothing."""
        self.ensure_one()
        self._check_regie()
        families = self.line_ids.filtered(lambda line: line.chosen and line.level_id)
        if not families:
            raise UserError(
                self.env._("Choose at least one family: nothing is to be sent.")
            )
        sent, failed = self.env["espace.reminder"]._send(
            self.company_id, self.company_id._espace_today(), families.family_id
        )
        self.write(
            {
                "state": "done",
                "reminder_ids": [Command.set(sent.ids)],
                "failed_ids": [Command.set(failed.ids)],
            }
        )
        return self._reopen()

    def action_print(self):
        self.ensure_one()
        return self.reminder_ids.action_print_letters()

    def action_open_sent(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_reminder_action"
        )
        action["domain"] = [("id", "in", self.reminder_ids.ids)]
        return action

    def _check_regie(self):
        if not self.env.user.has_group("espace_famille.group_finance"):
            raise AccessError(self.env._("Only the Régie sends reminders."))

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Reminders"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }


class EspaceReminderWizardLine(models.TransientModel):
    _name = "espace.reminder.wizard.line"
    _description = "Family in a Run of Reminders"
    _order = "level_id desc, amount desc, id"

    wizard_id = fields.Many2one(
        "espace.reminder.wizard", required=True, ondelete="cascade"
    )
    family_id = fields.Many2one("espace.family", required=True, readonly=True)
    level_id = fields.Many2one("espace.reminder.level", readonly=True)
    chosen = fields.Boolean("Send")
    currency_id = fields.Many2one(related="wizard_id.company_id.currency_id")
    amount = fields.Monetary("Amount Asked", readonly=True)
    days_late = fields.Integer(readonly=True)
    move_ids = fields.Many2many("account.move", string="Invoices", readonly=True)
    reason = fields.Selection(
        [
            (reminder.EXEMPT, "Exempted"),
            (reminder.DISPUTED, "In dispute"),
            (reminder.TRANSMITTED, "Sent to the public accountant"),
            (reminder.ON_ITS_WAY, "Payment on its way"),
            (reminder.CREDIT, "Covered by the family's credits"),
            (reminder.TOO_SOON, "Reminded a short time ago"),
            (reminder.NOT_YET, "Next level not reached yet"),
            (reminder.BELOW_MINIMUM, "Below the minimum amount"),
            (reminder.ALL_SENT, "Had all the levels"),
        ],
        "Not Reminded because",
        readonly=True,
    )
