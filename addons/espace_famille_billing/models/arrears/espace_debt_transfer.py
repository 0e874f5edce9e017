from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command


class EspaceDebtTransfer(models.Model):
    """What the régie no longer collects and sends to the accountant (état).

    The ordonnateur issues the titles; once sent, an état is never changed.
    """

    _name = "espace.debt.transfer"
    _description = "Debts Sent to the Public Accountant"
    _inherit = ["espace.guard.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _by_code = frozenset({"date", "name", "sent_by_id", "state"})

    name = fields.Char("No.", readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "Being prepared"), ("sent", "Sent")],
        default="draft",
        required=True,
        readonly=True,
    )
    date = fields.Date("Sent on", readonly=True, copy=False)
    sent_by_id = fields.Many2one(
        "res.users", "Sent by", readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many("espace.debt.transfer.line", "transfer_id", "Debts")
    amount = fields.Monetary("Total", compute="_compute_amount")

    _name_unique = models.UniqueIndex(
        "(company_id, name) WHERE name IS NOT NULL",
        "Another état has that number: try again.",
    )

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for transfer in self:
            transfer.amount = sum(transfer.line_ids.mapped("amount"))

    @api.depends("name")
    def _compute_display_name(self):
        for transfer in self:
            transfer.display_name = transfer.name or self.env._("Being prepared")

    @api.model
    def _by_code_words(self):
        return self.env._("Use “Send to the accountant”: it gives the number and day.")

    def _check_draft(self):
        if not self.env.su and self.filtered(lambda t: t.state == "sent"):
            raise UserError(
                self.env._("What was sent to the accountant is not changed.")
            )

    def write(self, vals):
        self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        if self.filtered(lambda transfer: transfer.state == "sent"):
            raise UserError(
                self.env._("What was sent to the accountant is not deleted.")
            )

    # === Preparing and sending === #

    @api.model
    def _check_regie(self):
        if not self.env.user.has_group("espace_famille.group_finance"):
            raise AccessError(
                self.env._("Only the Régie sends debts to the accountant.")
            )

    @api.model
    def _prepare(self, moves):
        """Make the draft of an état of invoices whose last day to collect has passed.

        :raise UserError: one of these is not to be sent
        """
        self._check_regie()
        moves.check_access("read")
        moves.company_id.ensure_one()
        wrong = moves.filtered(lambda move: not move.espace_to_transmit)
        if wrong or not moves:
            raise UserError(
                self.env._(
                    "These are not to be sent to the accountant, or not yet: %s.",
                    ", ".join(wrong.mapped("name")) or "–",
                )
            )
        return self.create(
            {
                "company_id": moves.company_id.id,
                "line_ids": [
                    Command.create({"move_id": move.id})
                    for move in moves.sorted(lambda m: (m.invoice_date_due, m.id))
                ],
            }
        )

    def action_send(self):
        """Number and date the état: from now on these debts are paid elsewhere."""
        self.ensure_one()
        self._check_regie()
        self.check_access("write")
        if self.state == "sent":
            raise UserError(self.env._("It was sent already."))
        # What the commune owes these families is deducted before it asks a title.
        self.sudo().line_ids.move_id.espace_family_id._espace_set_off()
        self._prepare_again()
        today = self.company_id._espace_today()
        transfer_sudo = self.sudo()
        for line in transfer_sudo.line_ids:
            line.amount = line.move_id.amount_residual
        transfer_sudo.write(
            {
                "state": "sent",
                "date": today,
                "sent_by_id": self.env.user.id,
                "name": transfer_sudo._next_name(today),
            }
        )

    def _prepare_again(self):
        """Drop what was paid or contested since; refuse an état of nothing."""
        # What was just set off is no longer to be sent.
        self.line_ids.move_id.invalidate_recordset(["espace_to_transmit"])
        self.line_ids.filtered(
            lambda line: not line.move_id.espace_to_transmit
        ).unlink()
        if not self.line_ids:
            raise UserError(self.env._("Nothing of it is to be sent any more."))

    def _next_name(self, day):
        sent = self.search_count(
            [
                ("company_id", "=", self.company_id.id),
                ("date", ">=", day.replace(month=1, day=1)),
                ("date", "<=", day.replace(month=12, day=31)),
            ]
        )
        return f"{day.year}-{sent + 1:03}"

    def action_print(self):
        self.ensure_one()
        self._check_regie()
        return self.env.ref(
            "espace_famille_billing.debt_transfer_report"
        ).report_action(self, config=False)


class EspaceDebtTransferLine(models.Model):
    """An invoice that went to the accountant: what was left to pay on that day."""

    _name = "espace.debt.transfer.line"
    _description = "Debt Sent to the Public Accountant"
    _inherit = ["espace.guard.mixin"]
    _order = "transfer_id desc, id"
    _rec_name = "move_id"
    _check_company_auto = True
    _by_code = frozenset({"amount", "returned_on"})

    transfer_id = fields.Many2one(
        "espace.debt.transfer", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="transfer_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(related="transfer_id.date", store=True)
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    family_id = fields.Many2one(
        "espace.family", related="move_id.espace_family_id", store=True
    )
    due_date = fields.Date(related="move_id.invoice_date_due")
    left = fields.Monetary(
        "Left to Pay",
        related="move_id.amount_residual",
        currency_field="currency_id",
    )
    amount = fields.Monetary("Amount Sent", readonly=True)
    title_number = fields.Char("Title No.", help="Once the ordonnateur issued it.")
    returned_on = fields.Date("Taken Back on", readonly=True)
    returned_reason = fields.Char("Why it is Taken Back")

    @api.model
    def _by_code_words(self):
        return self.env._("What was sent, and when, is not written by hand.")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.transfer_id._check_draft()
        return lines

    def write(self, vals):
        if vals.keys() - {"title_number", "returned_reason"}:
            self.transfer_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        self.transfer_id._unlink_drafts_only()

    def action_treasury(self):
        """Open the form by which what the accountant received is recorded."""
        self.ensure_one()
        self.transfer_id._check_regie()
        return self.move_id.action_espace_treasury()

    def action_take_back(self):
        """Let the régie collect again, e.g. what was sent by mistake."""
        self.ensure_one()
        self.transfer_id._check_regie()
        self.check_access("write")
        if not self.date or self.returned_on:
            raise UserError(self.env._("It is not with the accountant."))
        if self.sudo().move_id.espace_under_terms:
            raise UserError(
                self.env._(
                    "The accountant granted terms of it: end them first, with the "
                    "reason."
                )
            )
        if not (self.returned_reason or "").strip():
            raise UserError(self.env._("Say first why it is taken back."))
        self.sudo().returned_on = self.company_id._espace_today()
