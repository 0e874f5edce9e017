"""Which activities are paid by deposits before their days, and how."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain import instalment
from ..core.amounts import to_decimal


class EspaceDepositRule(models.Model):
    """How what is booked long before is paid: a part at once, the rest month by month.

    E.g. one third at booking, the rest in equal parts on the 5th of each month.
    """

    _name = "espace.deposit.rule"
    _description = "Rule of Deposits"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    share = fields.Float(
        "At Booking (%)",
        default=30,
        digits=(5, 2),
        help="What is asked on the day of the booking; 0: nothing.",
    )
    count = fields.Integer(
        "Deposits",
        default=3,
        required=True,
        help="At most, with that of the day of the booking. Where fewer months are "
        "left before the due date there are fewer.",
    )
    month_day = fields.Integer(
        "Day of the Month",
        default=5,
        required=True,
        help="On which the deposits after the first one are due.",
    )
    days_before = fields.Integer(
        "All Is Paid (days before)",
        default=15,
        required=True,
        help="Days before the first day booked: the due date of the invoice, and of "
        "its last deposit.",
    )
    least = fields.Monetary(
        "No Deposits below",
        default=50,
        help="What is less is asked in one sum, on its due date.",
    )
    activity_ids = fields.One2many("espace.activity", "deposit_rule_id", "Activities")

    _possible = models.Constraint(
        "CHECK(share >= 0 AND share <= 100 AND count BETWEEN 1 AND 12 "
        "AND month_day BETWEEN 1 AND 31 AND days_before >= 0 AND least >= 0)",
        "A rule asks from 0 to 100 % at booking, in one to twelve deposits, on a day "
        "from 1 to 31, no days and no amount below zero.",
    )

    def _due(self, day):
        """Return by when what is on a day is paid: its due date, local."""
        self.ensure_one()
        return day - timedelta(days=self.days_before)

    def _schedule(self, total, today, due):
        """Return the `instalment.Part` of a sum; none below the least.

        :param Decimal total: in euros
        """
        self.ensure_one()
        if due <= today or total < max(to_decimal(self.least), instalment.CENT):
            return []
        return instalment.schedule(
            total,
            today,
            due,
            share=to_decimal(self.share),
            count=self.count,
            month_day=self.month_day,
        )


class EspaceActivity(models.Model):
    _inherit = "espace.activity"

    deposit_rule_id = fields.Many2one(
        "espace.deposit.rule",
        "Deposits",
        check_company=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        help="What is booked long enough before is confirmed and invoiced at once, and "
        "paid by these deposits before its due date. Where payment is at booking only.",
    )

    @api.constrains("deposit_rule_id", "billing_mode")
    def _check_deposit_rule(self):
        for activity in self:
            if activity.deposit_rule_id and activity.billing_mode != "booking":
                raise ValidationError(
                    self.env._(
                        "%s is due once its days are past: there are no deposits "
                        "before. Choose payment at booking.",
                        activity.name,
                    )
                )

    def _deposit_rule_on(self, day, now=None):
        """Return the rule by which what is booked on a day is paid, maybe none.

        None where the day is too near: its due date would be past.

        :param date day: of the service, local
        :param datetime now: naive UTC, the present if None
        """
        self.ensure_one()
        rule_sudo = self.sudo().deposit_rule_id
        if (
            rule_sudo.active
            and self.billing_mode == "booking"
            and rule_sudo._due(day) > self.company_id._espace_today(now)
        ):
            return rule_sudo
        return rule_sudo.browse()


class ResCompany(models.Model):
    _inherit = "res.company"

    espace_deposit_days = fields.Integer(
        "Reminded of Deposits (days before)",
        default=5,
        help="Families are written to so many days before each deposit; 0: on the day.",
    )

    _espace_deposit_days_positive = models.Constraint(
        "CHECK(espace_deposit_days >= 0)",
        "The days before a deposit on which families are reminded are not negative.",
    )
