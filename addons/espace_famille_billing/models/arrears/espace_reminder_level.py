from decimal import Decimal
from string import Formatter

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain import reminder
from ..core.amounts import to_decimal

# What the texts may say of the reminder they are sent with.
PLACEHOLDERS = ("family", "amount", "commune", "date", "phone", "email")

CHANNELS = [
    ("mail", "E-mail, letter to those without address"),
    ("letter", "Letter"),
    ("both", "E-mail and letter"),
]


class EspaceReminderLevel(models.Model):
    """A level of reminders of unpaid invoices (niveau de relance)."""

    _name = "espace.reminder.level"
    _description = "Level of Reminders"
    _order = "company_id, sequence, days, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    days = fields.Integer(
        "Days after the Due Date", required=True, help="At least one day late."
    )
    channel = fields.Selection(CHANNELS, "Sent by", default="mail", required=True)
    minimum = fields.Monetary(
        "Minimum Amount", help="Families that owe less are not sent this level."
    )
    subject = fields.Char(required=True, translate=True)
    body = fields.Text(
        "Text",
        required=True,
        translate=True,
        help="{family}, {amount}, {commune}, {date}, {phone} and {email} are filled "
        "in. The list of the invoices follows the text.",
    )
    fee_product_id = fields.Many2one(
        "product.product",
        "Fee",
        domain="[('type', '=', 'service'), ('espace_activity_id', '=', False)]",
        help="Invoiced apart with this level, at its sales price. None by default: "
        "it takes a decision of the council.",
    )

    _days_positive = models.Constraint(
        "CHECK(days >= 1)", "A reminder is sent at least one day after the due date."
    )
    _minimum_positive = models.Constraint(
        "CHECK(minimum >= 0)", "The minimum amount must not be negative."
    )

    @api.constrains("fee_product_id")
    def _check_fee(self):
        self.fee_product_id._espace_check_fee()

    @api.constrains("subject", "body")
    def _check_placeholders(self):
        for level in self:
            for text in (level.subject, level.body):
                level._check_text(text or "")

    def _check_text(self, text):
        try:
            names = {name for _text, name, *_rest in Formatter().parse(text)}
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "“%s”: a brace is opened and not closed, or the reverse.", self.name
                )
            ) from error
        unknown = sorted(filter(None, names - {None, *PLACEHOLDERS}))
        if unknown or "" in names:
            raise ValidationError(
                self.env._(
                    "“%(level)s” cannot fill in {%(name)s}. These can be: %(known)s.",
                    level=self.name,
                    name=unknown[0] if unknown else "",
                    known=", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
                )
            )

    # === Tools === #

    def _domain_levels(self):
        """Return {`reminder.Level`: record}; their rank is their place in order."""
        return {
            reminder.Level(
                key=level.id,
                rank=rank,
                days=level.days,
                minimum=to_decimal(level.minimum) if level.minimum else Decimal(0),
            ): level
            for rank, level in enumerate(
                self.sorted(lambda level: (level.sequence, level.days, level.id)), 1
            )
        }

    @api.model
    def _create_defaults(self, companies=None):
        """Give each commune that has none the usual three levels, in its language.

        :param companies: `res.company` records, all communes if None
        """
        if companies is None:
            companies = self.env["res.company"]._espace_communes()
        lacking = companies.filtered(
            lambda company: (
                company.espace_is_commune and not company.espace_reminder_level_ids
            )
        )
        for company in lacking:
            lang = company.partner_id.lang or self.env.lang
            levels = self.with_context(lang=lang)
            levels.create(
                [
                    {"company_id": company.id, "sequence": 10 * number, **vals}
                    for number, vals in enumerate(levels._default_vals(), 1)
                ]
            )

    @api.model
    def _default_vals(self):
        """Return the friendly reminder, the second and the last one.

        None of them threatens: recovery is the public accountant's.
        """
        return [
            {
                "name": self.env._("Friendly reminder"),
                "days": 10,
                "channel": "mail",
                "subject": self.env._("Your invoices: a reminder"),
                "body": self.env._(
                    "Hello,\n\n"
                    "Unless we are mistaken, {amount} of your invoices is still to be "
                    "paid. It may simply have been forgotten: we thank you for paying "
                    "it within a few days. If your payment is on its way, please "
                    "ignore this message.\n\n"
                    "If you are in difficulty, contact us: we will look for a "
                    "solution together.\n\n"
                    "{commune}"
                ),
            },
            {
                "name": self.env._("Second reminder"),
                "days": 30,
                "channel": "mail",
                "subject": self.env._("Your unpaid invoices: second reminder"),
                "body": self.env._(
                    "Hello,\n\n"
                    "In spite of our first reminder, {amount} of your invoices is "
                    "still unpaid on {date}. We ask you to pay it within eight "
                    "days.\n\n"
                    "If you dispute an invoice or cannot pay at once, contact us "
                    "without delay.\n\n"
                    "{commune}"
                ),
            },
            {
                "name": self.env._("Last reminder"),
                "days": 60,
                "channel": "both",
                "minimum": 15,
                "subject": self.env._("Last reminder before the public accountant"),
                "body": self.env._(
                    "Dear Sir or Madam,\n\n"
                    "Our reminders have had no result: on {date} you still owe "
                    "{amount} for the services of the commune.\n\n"
                    "We ask you to pay this amount within fifteen days. After that "
                    "the régie can no longer receive it: the debt goes to the public "
                    "accountant, who will send you a title of collection and whom you "
                    "will have to pay.\n\n"
                    "If you dispute it or are in difficulty, contact us before that "
                    "date.\n\n"
                    "{commune}"
                ),
            },
        ]
