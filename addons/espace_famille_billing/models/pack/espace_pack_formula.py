from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...domain import pack as rule

UNUSED = [
    (rule.LAPSE, "They lapse"),
    (rule.REFUND, "Paid back in proportion"),
]

# What packs were sold by: another règlement is another formula.
SAID = ("company_id", "product_id", "option_ids", "days", "months", "unused")


class EspacePackFormula(models.Model):
    """Which days a commune sells by the pack (carnet), and for how long they serve.

    The price is that of the tariff in force, by the family's quotient on the day of
    the purchase; the rest is what the règlement says, here.
    """

    _name = "espace.pack.formula"
    _inherit = ["espace.rulebook.mixin"]
    _description = "Pack of Days: Formula"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    # For what
    product_id = fields.Many2one(
        "product.product",
        "Option",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain=[("espace_activity_id", "!=", False)],
        help="Whose lines of the tariff give the price, as “Pack of days”: one line "
        "for all packs of the option, whatever their days.",
    )
    activity_id = fields.Many2one(
        related="product_id.espace_activity_id", store=True, index=True
    )
    option_ids = fields.Many2many(
        "product.product",
        string="Options Included",
        domain="[('espace_activity_id', '=', activity_id)]",
        check_company=True,
        help="Whose days are taken from the pack. None: the option alone.",
    )
    days = fields.Integer("Number of Days", default=10, required=True)

    # The règlement
    deliberation = fields.Char(
        help="Reference of the council's decision that sets these rules."
    )
    months = fields.Integer(
        "Months of Validity",
        default=12,
        help="From the day of the purchase on. 0: until the end of the school year.",
    )
    unused = fields.Selection(
        UNUSED,
        "Days Not Used",
        default=rule.LAPSE,
        required=True,
        help="What becomes of them once the pack has ended, or who has it left.",
    )
    portal = fields.Boolean(
        "Parents Buy It Themselves",
        help="Otherwise they read it in their space and ask the commune.",
    )
    note = fields.Text("For Parents", translate=True)
    pack_ids = fields.One2many("espace.pack", "formula_id", "Packs Sold")

    _numbers = models.Constraint(
        "CHECK(days BETWEEN 1 AND 366 AND months BETWEEN 0 AND 60)",
        "A pack has from 1 to 366 days, and serves for 60 months at most.",
    )

    @api.constrains("option_ids", "product_id")
    def _check_options(self):
        for formula in self:
            if not formula.activity_id:
                raise ValidationError(
                    self.env._(
                        "%s is the option of no activity.", formula.product_id.name
                    )
                )
            if formula.option_ids.espace_activity_id - formula.activity_id:
                raise ValidationError(
                    self.env._("Included are options of %s.", formula.activity_id.name)
                )

    # === CRUD === #

    def write(self, vals):
        """Keep what packs were sold by.

        :raise UserError: packs were sold by these rules
        """
        before = {formula: formula._said() for formula in self}
        result = super().write(vals)
        for formula, said in before.items():
            if said != formula._said() and formula.sudo().pack_ids:
                raise UserError(
                    self.env._(
                        "Packs were sold by the rules of “%s”: archive it, and enter "
                        "what holds from then on as another one.",
                        formula.name,
                    )
                )
        return result

    def _said(self):
        """Return what its packs are made of."""
        self.ensure_one()
        return [self[name] for name in SAID]

    # === What it says === #

    def _options(self):
        """Return the options whose days are taken from the pack."""
        self.ensure_one()
        return self.option_ids or self.product_id

    def _last_day(self, first):
        """Return the last day of a pack that is bought on a day."""
        self.ensure_one()
        if self.months:
            return rule.last_day(first, self.months)
        year = (
            self.env["espace.school.year"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("date_to", ">=", first),
                ],
                order="date_from",
                limit=1,
            )
        )
        if year:
            return year.date_to
        is_autumn = first.month >= 9
        return fields.Date.to_date(f"{first.year + is_autumn}-08-31")

    def _rules_words(self):
        """Say the rules to parents, a sentence each."""
        self.ensure_one()
        if self.months:
            valid = self.env._(
                "It serves for %s months from its purchase on.", self.months
            )
        else:
            valid = self.env._("It serves until the end of the school year.")
        unused = {
            rule.LAPSE: self.env._("Days that are not used by then are lost."),
            rule.REFUND: self.env._(
                "Days that are not used by then are paid back, each 1/%s of the price.",
                self.days,
            ),
        }
        return [
            valid,
            self.env._(
                "Each day booked from the purchase on takes one, also where the child "
                "is absent without proof; days that were charged before stay as they "
                "are."
            ),
            self.env._(
                "A booking cancelled in time, or absent with proof, gives its day "
                "back to the next booking."
            ),
            unused[self.unused],
        ]


class EspaceRulebook(models.AbstractModel):
    _inherit = "espace.rulebook"

    @api.model
    def _sells_packs(self, company):
        """Tell whether a commune sells packs of days, without a query."""
        return bool(self._of_company(company)["espace.pack.formula"])
