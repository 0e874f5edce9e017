from odoo import fields, models


class ResCompany(models.Model):
    """What the commune does about unpaid invoices."""

    _inherit = "res.company"

    espace_reminder_gap = fields.Integer(
        "Days between Two Reminders",
        default=15,
        help="A family gets no other reminder within these days, of whatever level.",
    )
    espace_reminder_auto = fields.Selection(
        [
            ("no", "By hand only"),
            ("propose", "Notify the Régie who is to be reminded"),
            ("send", "Send them"),
        ],
        "Automatic Reminders",
        default="no",
        required=True,
        help="What the scheduled action does, once it is switched on.",
    )
    espace_reminder_level_ids = fields.One2many(
        "espace.reminder.level", "company_id", "Levels of Reminders"
    )
    espace_block_debt = fields.Boolean(
        "Block Bookings of Families in Debt",
        help="Such families can no longer book by themselves; agents may book for "
        "them, and what is booked stays.",
    )
    espace_block_days = fields.Integer(
        "Overdue for more than (days)",
        default=60,
        help="Counted from the due date of the invoice.",
    )
    espace_block_amount = fields.Monetary(
        "And for more than",
        default=15,
        help="Smaller debts block nothing. 15 € is what the public accountant "
        "starts to pursue.",
    )

    _espace_reminder_gap_positive = models.Constraint(
        "CHECK(espace_reminder_gap >= 1)",
        "There must be at least one day between two reminders.",
    )
    _espace_block_positive = models.Constraint(
        "CHECK(espace_block_days >= 0 AND espace_block_amount >= 0)",
        "The days and the amount from which bookings are blocked are not negative.",
    )

    def _espace_give_reminder_levels(self):
        """Give the usual levels to those of these communes that have none."""
        self.env["espace.reminder.level"].sudo()._create_defaults(self.sudo())
