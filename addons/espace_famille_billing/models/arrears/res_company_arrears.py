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
        "Bookings May Be Blocked for Debt",
        help="The list of arrears proposes the families, and somebody decides for "
        "each, with the reason and the steps taken. Such families can no longer book "
        "by themselves; agents may book for them, and what is booked stays.",
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

    espace_reminder_count = fields.Integer(
        "Reminders at Most",
        default=3,
        help="How many levels the régie sends of one invoice, as its act says. 0: all "
        "the levels.",
    )
    espace_collect_days = fields.Integer(
        "Days to Collect",
        help="Days after the due date until which the régie may collect, as its act "
        "says. Then the debt goes to the public accountant. 0: no last day.",
    )
    espace_title_minimum = fields.Monetary(
        "Smallest Title",
        default=15,
        help="Of a family that owes less past the last day no title is proposed: 15 € "
        "(article D1611-1 of the CGCT).",
    )
    espace_accountant_contact = fields.Text(
        "Where to Pay the Public Accountant",
        help="Families read it with a debt that was sent to the accountant: name, "
        "address, telephone, means of payment.",
    )
    espace_debt_contact = fields.Char(
        "Whom Families in Difficulty Contact",
        help="Families read it with a reminder of what stops their bookings, e.g. the "
        "CCAS, its address and telephone. Empty: the contacts of the commune.",
    )

    _espace_reminder_gap_positive = models.Constraint(
        "CHECK(espace_reminder_gap >= 1)",
        "There must be at least one day between two reminders.",
    )
    _espace_collecting_positive = models.Constraint(
        "CHECK(espace_reminder_count >= 0 AND espace_collect_days >= 0 "
        "AND espace_title_minimum >= 0)",
        "The number of reminders, the days to collect and the smallest title are not "
        "negative.",
    )
    _espace_block_positive = models.Constraint(
        "CHECK(espace_block_days >= 0 AND espace_block_amount >= 0)",
        "The days and the amount from which bookings are blocked are not negative.",
    )

    def _espace_debt_contact_words(self):
        """Say whom a family that cannot pay may contact."""
        self.ensure_one()
        ways = ", ".join(filter(None, (self.phone, self.email)))
        own = f"{self.name} ({ways})" if ways else self.name
        return self.espace_debt_contact or own

    def _espace_become_communes(self):
        result = super()._espace_become_communes()
        self._espace_give_reminder_levels()
        return result

    def _espace_give_reminder_levels(self):
        """Give the usual levels to those of these communes that have none."""
        self.env["espace.reminder.level"].sudo()._create_defaults(self.sudo())
