from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..domain.tariff_increase import raised
from ..models.core.amounts import to_decimal

# The amounts of a line, and the step of those that are a percentage of the quotient.
AMOUNTS = ("amount", "min_amount", "max_amount")
RATE_STEP = Decimal("0.0001")


class EspaceTariffCopy(models.TransientModel):
    """Makes the tariff of next year from this one, with a percentage."""

    _name = "espace.tariff.copy"
    _description = "Copy a Tariff to Next Year"

    tariff_id = fields.Many2one("espace.tariff", required=True, readonly=True)
    name = fields.Char("Name of the New Tariff", required=True)
    date_from = fields.Date("From", required=True)
    deliberation = fields.Char()
    percent = fields.Float("Raise (%)", digits=(16, 2), help="-2: two percent less.")
    step = fields.Float(
        "Rounded to",
        digits=(16, 2),
        default=0.01,
        required=True,
        help="New prices are multiples of it: 0.05 for five cents.",
    )
    rounding_mode = fields.Selection(
        [
            ("half_up", "To the nearest, half up"),
            ("up", "Up"),
            ("down", "Down"),
        ],
        "Rounding",
        default="half_up",
        required=True,
    )
    product_ids = fields.One2many(
        "espace.tariff.copy.product", "copy_id", "Other Percentages"
    )
    line_ids = fields.One2many("espace.tariff.copy.line", "copy_id", "Prices")
    reduction_count = fields.Integer(compute="_compute_reduction_count")

    _step_positive = models.Constraint(
        "CHECK(step >= 0.01)", "Prices are rounded to a cent or more."
    )

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        tariff = self.env["espace.tariff"].browse(values.get("tariff_id"))
        if tariff:
            # What the action that opens it gives counts more.
            given = {name: values[name] for name in values if values[name]}
            values = {**values, **self._defaults(tariff), **given}
        return values

    @api.model
    def _defaults(self, tariff):
        """Return next year's dates and the lines of a tariff, not yet raised."""
        after = tariff.date_to and tariff.date_to + timedelta(days=1)
        return {
            "name": self.env._("%s (next year)", tariff.name),
            "date_from": after or fields.Date.add(tariff.date_from, years=1),
            "line_ids": [
                Command.create({"line_id": line.id}) for line in tariff.line_ids
            ],
        }

    @api.depends("tariff_id")
    def _compute_reduction_count(self):
        for wizard in self:
            wizard.reduction_count = len(wizard.tariff_id.adjustment_ids)

    @api.onchange("percent", "step", "rounding_mode", "product_ids")
    def _onchange_percent(self):
        """Reckon the new prices again, corrections by hand included."""
        for line in self.line_ids:
            line.update(self._raised(line.line_id, self._percent(line.product_id)))

    def _percent(self, product):
        own = self.product_ids.filtered(lambda row: row.product_id == product)
        return to_decimal(own[:1].percent if own else self.percent)

    def _raised(self, line, percent):
        """Return the new amounts of a line of the tariff."""
        step = to_decimal(self.step)
        if step <= 0:
            raise ValidationError(self.env._("Prices are rounded to a cent or more."))
        is_rate = line.kind == "effort_rate"
        steps = {"amount": RATE_STEP if is_rate else step}
        return {
            name: float(
                raised(
                    to_decimal(line[name]),
                    percent,
                    steps.get(name, step),
                    self.rounding_mode,
                )
            )
            for name in AMOUNTS
        }

    # === Actions === #

    def action_copy(self):
        """Create the new tariff and give the earlier one its last day."""
        self.ensure_one()
        tariff = self.tariff_id
        tariff.check_access("write")
        self._check_dates()
        last_day = self.date_from - timedelta(days=1)
        if not tariff.date_to or tariff.date_to > last_day:
            tariff.date_to = last_day
        new = tariff.copy(self._prepare_tariff())
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "espace_famille_billing.espace_tariff_action"
            ),
            "views": [(False, "form")],
            "res_id": new.id,
        }

    def _check_dates(self):
        if self.date_from <= self.tariff_id.date_from:
            raise UserError(
                self.env._(
                    "The new tariff must start after “%s” does.", self.tariff_id.name
                )
            )

    def _prepare_tariff(self):
        """Return the values of the new tariff, whose lines have the new amounts."""
        raised_lines = {line.line_id: line for line in self.line_ids}
        return {
            "name": self.name,
            "date_from": self.date_from,
            "date_to": False,
            "deliberation": self.deliberation,
            "line_ids": [
                Command.create(
                    {
                        **line.copy_data()[0],
                        **(
                            {name: raised_lines[line][name] for name in AMOUNTS}
                            if line in raised_lines
                            else {}
                        ),
                    }
                )
                for line in self.tariff_id.line_ids
            ],
        }


class EspaceTariffCopyProduct(models.TransientModel):
    """A product that is not raised like the others."""

    _name = "espace.tariff.copy.product"
    _description = "Raise of a Product"

    copy_id = fields.Many2one("espace.tariff.copy", required=True, ondelete="cascade")
    tariff_id = fields.Many2one(related="copy_id.tariff_id")
    tariff_product_ids = fields.Many2many(
        "product.product", compute="_compute_tariff_product_ids"
    )
    product_id = fields.Many2one("product.product", required=True)
    percent = fields.Float("Raise (%)", digits=(16, 2))

    @api.depends("tariff_id")
    def _compute_tariff_product_ids(self):
        for row in self:
            row.tariff_product_ids = row.tariff_id.line_ids.product_id


class EspaceTariffCopyLine(models.TransientModel):
    """A price, before and after; the price after may be corrected."""

    _name = "espace.tariff.copy.line"
    _description = "Price of Next Year"

    copy_id = fields.Many2one("espace.tariff.copy", required=True, ondelete="cascade")
    line_id = fields.Many2one("espace.tariff.line", required=True, ondelete="cascade")
    product_id = fields.Many2one(related="line_id.product_id")
    event = fields.Selection(related="line_id.event")
    qf_min = fields.Float(related="line_id.qf_min")
    qf_max = fields.Float(related="line_id.qf_max")
    kind = fields.Selection(related="line_id.kind")
    old_amount = fields.Float("Price", related="line_id.amount")
    old_min_amount = fields.Float("Lowest", related="line_id.min_amount")
    old_max_amount = fields.Float("Highest", related="line_id.max_amount")
    amount = fields.Float(
        "New Price",
        digits=(16, 4),
        compute="_compute_amounts",
        store=True,
        readonly=False,
    )
    min_amount = fields.Float(
        "New Lowest",
        digits=(16, 4),
        compute="_compute_amounts",
        store=True,
        readonly=False,
    )
    max_amount = fields.Float(
        "New Highest",
        digits=(16, 4),
        compute="_compute_amounts",
        store=True,
        readonly=False,
    )

    _amounts_positive = models.Constraint(
        "CHECK(amount >= 0 AND min_amount >= 0 AND max_amount >= 0)",
        "A price must not be negative.",
    )

    @api.depends("line_id")
    def _compute_amounts(self):
        for row in self:
            wizard = row.copy_id
            row.update(wizard._raised(row.line_id, wizard._percent(row.product_id)))
