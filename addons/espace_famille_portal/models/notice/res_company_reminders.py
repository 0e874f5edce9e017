from odoo import fields, models


class ResCompany(models.Model):
    """When families are reminded of what they have not booked yet."""

    _inherit = "res.company"

    espace_remind_cart = fields.Boolean("Remind of Forgotten Carts", default=True)
    espace_remind_cart_hours = fields.Integer(
        "Cart Forgotten after (hours)",
        default=4,
        help="Without a new line for so long, the family is written to, once, by day.",
    )
    espace_remind_cart_limit_hours = fields.Integer(
        "Cart Reminded before a Limit (hours)",
        default=24,
        help="Sooner than that, when the limit of one of its lines comes first.",
    )
    espace_remind_limits = fields.Boolean("Remind Before Limits", default=True)
    espace_remind_limit_days = fields.Integer(
        "Reminded before a Limit (days)",
        default=1,
        help="1: the day before the limit, from 8:00 on.",
    )

    _espace_remind_delays_positive = models.Constraint(
        "CHECK(espace_remind_cart_hours > 0 AND espace_remind_cart_limit_hours >= 0 "
        "AND espace_remind_limit_days >= 0 AND espace_remind_limit_days <= 14)",
        "Carts are reminded after one hour at the soonest, limits 14 days before them "
        "at most.",
    )
