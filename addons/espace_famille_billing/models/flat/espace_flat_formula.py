from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...domain import flat as rule

PARTIAL = [
    (rule.FULL, "The whole price"),
    (rule.HALF, "Half of it, where at most half of the open days are left"),
    (rule.PRORATA, "In proportion to the open days"),
]

# What charges were reckoned with: another règlement is another formula.
SAID = (
    "company_id",
    "product_id",
    "option_ids",
    "partial",
    "absence_part",
    "absence_days",
)


class EspaceFlatFormula(models.Model):
    """Which days of a month a commune sells at one price (forfait mensuel).

    The price is that of the tariff in force, by the family's quotient; what becomes of
    a month that is not whole, and of absences, is what the règlement says, here.
    """

    _name = "espace.flat.formula"
    _inherit = ["espace.rulebook.mixin"]
    _description = "Flat Price"
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
        help="Whose lines of the tariff give the price, as “Flat price of a month”.",
    )
    activity_id = fields.Many2one(
        related="product_id.espace_activity_id", store=True, index=True
    )
    option_ids = fields.Many2many(
        "product.product",
        string="Options Included",
        domain="[('espace_activity_id', '=', activity_id)]",
        check_company=True,
        help="Whose days cost nothing more. None: all the options of the activity.",
    )

    # The règlement
    deliberation = fields.Char(
        help="Reference of the council's decision that sets these rules."
    )
    partial = fields.Selection(
        PARTIAL,
        "A Month Begun or Left",
        default=rule.FULL,
        required=True,
        help="What is asked for the month in which a child arrives or leaves.",
    )
    absence_part = fields.Integer(
        "Part of the Price a Day Absent",
        help="20: a 20th of the price is taken off for each justified absence, and for "
        "each day that the commune closed. 0: nothing is.",
    )
    absence_days = fields.Integer(
        "After Days Absent",
        help="Justified absences of a month for which nothing is taken off.",
    )
    portal = fields.Boolean(
        "Parents Subscribe Themselves",
        help="Otherwise they read it in their space and ask the commune.",
    )
    note = fields.Text("For Parents", translate=True)
    flat_ids = fields.One2many("espace.flat", "formula_id", "Subscriptions")

    _absences_positive = models.Constraint(
        "CHECK(coalesce(absence_part, 0) >= 0 AND coalesce(absence_days, 0) >= 0)",
        "Days and parts must not be negative.",
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
        """Keep what subscriptions were charged by.

        :raise UserError: months were charged by these rules
        """
        before = {formula: formula._said() for formula in self}
        result = super().write(vals)
        for formula, said in before.items():
            if said != formula._said() and formula.sudo().flat_ids.due_ids.charge_ids:
                raise UserError(
                    self.env._(
                        "Families were charged by the rules of “%s”: archive it, and "
                        "enter what holds from then on as another flat price.",
                        formula.name,
                    )
                )
        return result

    def _said(self):
        """Return what the charges of its subscriptions are made of."""
        self.ensure_one()
        return [self[name] for name in SAID]

    # === What it says === #

    def _rules(self):
        self.ensure_one()
        return rule.Rules(self.partial, self.absence_part, self.absence_days)

    def _options(self):
        """Return the options whose days cost nothing more."""
        self.ensure_one()
        return self.option_ids or self.activity_id.product_ids.product_variant_ids

    def _rules_words(self):
        """Say the rules to parents, a sentence each."""
        self.ensure_one()
        words = {
            rule.FULL: self.env._(
                "The month in which a child arrives or leaves is asked whole."
            ),
            rule.HALF: self.env._(
                "Half of the price is asked for a month of which at most half of the "
                "open days are left."
            ),
            rule.PRORATA: self.env._(
                "The month in which a child arrives or leaves is asked in proportion "
                "to its open days."
            ),
        }
        said = [words[self.partial]]
        if not self.absence_part:
            return [*said, self.env._("Absences change nothing.")]
        if self.absence_days:
            return [
                *said,
                self.env._(
                    "Each justified absence of a month beyond %(days)s takes "
                    "1/%(part)s of the price off.",
                    days=self.absence_days,
                    part=self.absence_part,
                ),
            ]
        return [
            *said,
            self.env._(
                "Each justified absence takes 1/%s of the price off.", self.absence_part
            ),
        ]


class EspaceRulebook(models.AbstractModel):
    _inherit = "espace.rulebook"

    @api.model
    def _sells_flats(self, company):
        """Tell whether a commune sells months at one price, without a query."""
        return bool(self._of_company(company)["espace.flat.formula"])
