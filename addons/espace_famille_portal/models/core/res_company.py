from odoo import fields, models
from odoo.tools import email_normalize, formataddr


class ResCompany(models.Model):
    _inherit = "res.company"

    espace_activation_days = fields.Integer(
        "Invitations End after (days)",
        default=30,
        help="A family that comes later is invited again.",
    )
    espace_changes = fields.Selection(
        [
            ("review", "Looked at by staff first"),
            ("apply", "Names are applied at once, the rest is looked at"),
        ],
        "What Families Correct",
        default="review",
        required=True,
    )
    espace_sender = fields.Char(
        "Sender of Automatic E-mails",
        help="An address that nobody reads; the e-mails say whom to contact instead.",
    )

    espace_answer_days = fields.Integer(
        "Requests Answered within (days)",
        default=5,
        help="After that a request of a family is shown as overdue.",
    )

    _espace_answer_days_positive = models.Constraint(
        "CHECK(espace_answer_days >= 0)", "A delay must not be negative."
    )
    _espace_activation_days_positive = models.Constraint(
        "CHECK(espace_activation_days > 0)",
        "An invitation must hold for at least one day.",
    )

    def _espace_sender_formatted(self):
        """Return from whom automatic e-mails come: the commune, at its address."""
        self.ensure_one()
        address = email_normalize(self.espace_sender or self.email or "")
        return formataddr((self.name, address)) if address else False
