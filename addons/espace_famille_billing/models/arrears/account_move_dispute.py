from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AccountMove(models.Model):
    """An invoice that a family disputes: no reminder and no block because of it."""

    _inherit = "account.move"

    espace_disputed = fields.Boolean(
        "In Dispute",
        copy=False,
        tracking=True,
        help="The family contests it: it is neither reminded of nor does it block "
        "bookings until this is taken back.",
    )
    espace_dispute_reason = fields.Char("Reason of the Dispute", copy=False)
    espace_reminder_ids = fields.Many2many(
        "espace.reminder",
        "espace_reminder_account_move_rel",
        "move_id",
        "reminder_id",
        string="Reminders",
        readonly=True,
        copy=False,
        groups="espace_famille.group_finance",
    )

    @api.constrains("espace_disputed", "espace_dispute_reason")
    def _check_espace_dispute(self):
        for move in self:
            if move.espace_disputed and not move.espace_dispute_reason:
                raise ValidationError(
                    self.env._("Say why the family disputes %s.", move.display_name)
                )
