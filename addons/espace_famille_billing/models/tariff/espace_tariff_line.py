from odoo import api, fields, models

from ...domain import pricing
from ..core.amounts import to_decimal

EVENTS = [
    ("planned", "Booked in time"),
    ("late", "Booked late"),
    ("unplanned", "Came without booking"),
    ("absence_unjustified", "Absent without proof"),
    ("absence_justified", "Absent with proof"),
    ("flat", "Flat price of a month"),
    ("pack", "Pack of days"),
]


class EspaceTariffLine(models.Model):
    """The price of one product and event for a bracket of quotients (tranche)."""

    _name = "espace.tariff.line"
    _inherit = ["espace.tariff.selector.mixin"]
    _description = "Tariff Line"
    _order = "tariff_id, sequence, id"

    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="restrict",
        domain=[("espace_activity_id", "!=", False)],
    )
    event = fields.Selection(EVENTS, default="planned", required=True)
    qf_min = fields.Float("QF from", digits=(16, 2), help="Included.")
    qf_max = fields.Float(
        "QF below", digits=(16, 2), help="Not included; 0: without end."
    )
    kind = fields.Selection(
        [("fixed", "Fixed price"), ("effort_rate", "Percent of the QF")],
        default="fixed",
        required=True,
    )
    amount = fields.Float("Price or Rate", digits=(16, 4), required=True)
    # A price of 0.00 is one; what nobody has filled in yet is none.
    to_fill = fields.Boolean(
        "Not Filled in",
        help="Proposed, and nobody has said the price yet: nothing is sold by this "
        "line. Take the mark away to sell free of charge.",
    )
    min_amount = fields.Float("Lowest Price", digits=(16, 4))
    max_amount = fields.Float("Highest Price", digits=(16, 4), help="0: without end.")
    unit = fields.Selection(
        [
            ("session", "Session"),
            ("hour", "Hour of the option"),
            ("started_unit", "Started unit of time"),
        ],
        default="session",
        required=True,
    )
    unit_minutes = fields.Integer("Minutes of a Unit", default=30)
    grace_minutes = fields.Integer("Free Minutes")

    _flat_is_of_a_month = models.Constraint(
        "CHECK(event NOT IN ('flat', 'pack') OR unit = 'session')",
        "The flat price of a month, or of a pack, is one price: neither by the hour "
        "nor by a unit of time.",
    )
    _amounts_positive = models.Constraint(
        "CHECK(amount >= 0 AND min_amount >= 0 AND max_amount >= 0)",
        "A price must not be negative.",
    )
    _brackets_positive = models.Constraint(
        "CHECK(qf_min >= 0 AND qf_max >= 0)", "A quotient must not be negative."
    )
    _minutes_positive = models.Constraint(
        "CHECK(grace_minutes >= 0 AND (unit != 'started_unit' OR unit_minutes > 0))",
        "Enter how many minutes a started unit lasts.",
    )

    @api.depends("product_id", "event", "qf_min", "qf_max")
    @api.depends_context("lang")
    def _compute_display_name(self):
        events = dict(self._fields["event"]._description_selection(self.env))
        for line in self:
            words = [line.product_id.name or "", events.get(line.event, "")]
            if line.qf_min or line.qf_max:
                bracket = line.tariff_id._bracket_words(
                    to_decimal(line.qf_min),
                    to_decimal(line.qf_max) if line.qf_max else None,
                )
                words.append(self.env._("QF %s", bracket))
            line.display_name = ", ".join(words)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("amount"):
                vals["to_fill"] = False
        lines = super().create(vals_list)
        lines.tariff_id._check_changed_lines()
        return lines

    def write(self, vals):
        if "amount" in vals:
            # Whoever writes a price has said it; 0.00 too, unless it says otherwise.
            vals = {"to_fill": False, **vals}
        result = super().write(vals)
        self.tariff_id._check_changed_lines()
        return result

    def unlink(self):
        tariffs = self.tariff_id
        result = super().unlink()
        tariffs._check_changed_lines()
        return result

    def _domain_line(self):
        return pricing.Line(
            product=self.product_id.id,
            event=self.event,
            amount=to_decimal(self.amount),
            kind=self.kind,
            qf_min=to_decimal(self.qf_min) if self.qf_min else None,
            qf_max=to_decimal(self.qf_max) if self.qf_max else None,
            min_amount=to_decimal(self.min_amount) if self.min_amount else None,
            max_amount=to_decimal(self.max_amount) if self.max_amount else None,
            unit=self.unit,
            unit_minutes=self.unit_minutes or None,
            grace_minutes=self.grace_minutes,
            key=self.id,
            **self._selectors(),
        )
