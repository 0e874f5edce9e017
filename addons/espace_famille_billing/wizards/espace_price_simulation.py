from odoo import api, fields, models
from odoo.fields import Command

from ..domain.pricing import OF_A_DAY
from ..models.core.amounts import to_decimal
from ..models.core.errors import MissingPrice
from ..models.tariff.espace_tariff_line import EVENTS
from ..models.tariff.pricer import Pricer, Who


class EspacePriceSimulation(models.TransientModel):
    """What a family would pay, or pays: one table of all prices of a day."""

    _name = "espace.price.simulation"
    _description = "Price Simulator"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    # Who: a family of ours, or one that asks
    family_id = fields.Many2one(
        "espace.family", domain="[('company_id', '=', company_id)]"
    )
    family_child_ids = fields.Many2many(
        related="family_id.child_ids", string="Children of the Family"
    )
    child_id = fields.Many2one(
        "espace.child", compute="_compute_child_id", store=True, readonly=False
    )
    qf_known = fields.Boolean(
        "Quotient Known", compute="_compute_who", store=True, readonly=False
    )
    qf = fields.Float(
        "QF", digits=(16, 2), compute="_compute_who", store=True, readonly=False
    )
    residency = fields.Selection(
        [("resident", "Lives in the commune"), ("non_resident", "Lives elsewhere")],
        compute="_compute_who",
        store=True,
        readonly=False,
    )
    sibling_rank = fields.Integer(
        "Child No.",
        compute="_compute_who",
        store=True,
        readonly=False,
        help="1: the eldest, or the only child.",
    )
    has_pai = fields.Boolean(
        "With PAI", compute="_compute_who", store=True, readonly=False
    )

    # What
    date = fields.Date(
        required=True, default=lambda self: self.env.company._espace_today()
    )
    product_ids = fields.Many2many(
        "product.product",
        string="Products",
        domain="[('espace_activity_id.company_id', '=', company_id)]",
        help="Empty: all.",
    )
    event = fields.Selection([("any", "All"), *EVENTS], default="any", required=True)
    minutes = fields.Integer(
        "Minutes Spent", help="0: the hours of each product; counts by started unit."
    )

    tariff_id = fields.Many2one("espace.tariff", compute="_compute_tariff_id")
    line_ids = fields.One2many(
        "espace.price.simulation.line",
        "simulation_id",
        "Prices",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.depends("family_id")
    def _compute_child_id(self):
        for simulation in self:
            children = simulation.family_id.child_ids
            if simulation.child_id not in children:
                simulation.child_id = children.sorted("birth_date")[:1]

    @api.depends("family_id", "child_id", "date")
    def _compute_who(self):
        pricer = Pricer(self.env)
        for simulation in self:
            family, child = simulation.family_id._origin, simulation.child_id._origin
            qf = pricer.qf(family, simulation.date) if family else None
            simulation.qf_known = qf is not None
            simulation.qf = float(qf or 0)
            simulation.residency = family.residency or "resident"
            simulation.sibling_rank = pricer.sibling_rank(child, family)
            simulation.has_pai = child.has_pai

    @api.depends("company_id", "date")
    def _compute_tariff_id(self):
        for simulation in self:
            tariffs = self.env["espace.tariff"].search(
                [("company_id", "=", simulation.company_id.id)]
            )
            simulation.tariff_id = simulation.date and tariffs._in_force(
                simulation.date
            )

    @api.depends(
        "qf_known",
        "qf",
        "residency",
        "sibling_rank",
        "has_pai",
        "tariff_id",
        "product_ids",
        "event",
        "minutes",
    )
    def _compute_line_ids(self):
        for simulation in self:
            simulation.line_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in simulation._prices()),
            ]

    def _prices(self):
        """Return the values of the lines, product by product."""
        if not self.tariff_id:
            return []
        pricer = Pricer(self.env)
        products = self.product_ids._origin or self.tariff_id.line_ids.product_id
        events = [event for event, _name in EVENTS if self.event in ("any", event)]
        priced = {(line.product_id, line.event) for line in self.tariff_id.line_ids}
        return [
            self._price(pricer, product, event)
            for product in products
            for event in events
            # Few options have a price for a month.
            if self.event != "any" or event in OF_A_DAY or (product, event) in priced
        ]

    def _price(self, pricer, product, event):
        vals = {"product_id": product.id, "event": event}
        try:
            price = pricer.price_of(
                self.company_id,
                product,
                self.date,
                Who(
                    qf=to_decimal(self.qf) if self.qf_known else None,
                    resident=self.residency == "resident",
                    sibling_rank=max(self.sibling_rank, 1),
                    pai=self.has_pai,
                ),
                event,
                self.minutes or None,
            )
        except MissingPrice as error:
            return {**vals, "explanation": str(error), "missing": True}
        return {
            **vals,
            "unit_price": float(price.unit_price),
            "quantity": float(price.quantity),
            "amount": float(price.amount),
            "tariff_line_id": price.line.id,
            "explanation": price.explanation,
        }


class EspacePriceSimulationLine(models.TransientModel):
    _name = "espace.price.simulation.line"
    _description = "Simulated Price"

    simulation_id = fields.Many2one("espace.price.simulation", ondelete="cascade")
    currency_id = fields.Many2one(related="simulation_id.currency_id")
    product_id = fields.Many2one("product.product")
    event = fields.Selection(EVENTS)
    unit_price = fields.Float(digits=(16, 4))
    quantity = fields.Float(digits=(16, 4))
    amount = fields.Monetary("Price")
    tariff_line_id = fields.Many2one("espace.tariff.line", "Line Used")
    explanation = fields.Char()
    missing = fields.Boolean()
