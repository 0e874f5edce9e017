from odoo import fields, models


class EspaceActivity(models.Model):
    _inherit = "espace.activity"

    billing_mode = fields.Selection(
        [("booking", "At booking (R)"), ("consumption", "At consumption (C)")],
        "Payment",
        default="booking",
        required=True,
        help="R: due when booked. C: due once the day is past and pointed.",
    )
