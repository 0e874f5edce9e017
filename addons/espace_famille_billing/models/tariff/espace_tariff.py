from decimal import Decimal
from uuid import uuid4

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain

from odoo.addons.espace_famille.models.core.guards import (
    CHECKED_LATER,
    allow,
    is_allowed,
)

from ...domain import pricing, surcharge, tariff_paste
from ...domain.wording import format_number
from ..core.amounts import to_decimal
from .pricer import Pricer

# As (first quotient, first of the next bracket or 0): those met most often.
USUAL_BRACKETS = ((0, 500), (500, 1001), (1001, 0))
LONGEST_PASTE = 100_000

# What says nothing of the prices.
WORDS = {"name", "deliberation"}


class EspaceTariff(models.Model):
    """A dated grid of prices (grille tarifaire), one at a time for a commune."""

    _name = "espace.tariff"
    _inherit = ["espace.rulebook.mixin"]
    _description = "Tariff"
    _order = "date_from desc"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", help="Empty: until the next tariff.")
    deliberation = fields.Char(
        help="Reference of the council's decision that set these prices."
    )
    rounding_step = fields.Float(digits=(16, 2), default=0.01, required=True)
    rounding_mode = fields.Selection(
        [
            ("half_up", "To the nearest, half up"),
            ("half_even", "To the nearest, half to even"),
            ("up", "Up"),
            ("down", "Down"),
        ],
        default="half_up",
        required=True,
    )
    line_ids = fields.One2many("espace.tariff.line", "tariff_id", "Prices", copy=True)
    adjustment_ids = fields.One2many(
        "espace.tariff.adjustment", "tariff_id", "Reductions", copy=True
    )

    has_surcharge = fields.Boolean(
        compute="_compute_warnings",
        help="It asks more than a booking made in time costs: the decision that sets "
        "it is then named.",
    )
    cost_warning = fields.Text("Above the Cost per User", compute="_compute_warnings")

    # Changes with whatever the grid holds, and never comes back to an older value.
    revision = fields.Char(
        default=lambda self: self._new_revision(), readonly=True, copy=False
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_from <= date_to)",
        "A tariff must not end before it starts.",
    )
    _rounding_step_positive = models.Constraint(
        "CHECK(rounding_step >= 0.01)", "Prices are rounded to a cent or more."
    )

    @api.constrains("date_from", "date_to", "company_id")
    def _check_one_at_a_time(self):
        for tariff in self:
            others = (
                Domain("id", "!=", tariff.id)
                & Domain("company_id", "=", tariff.company_id.id)
                & (
                    Domain("date_to", "=", False)
                    | Domain("date_to", ">=", tariff.date_from)
                )
            )
            if tariff.date_to:
                others &= Domain("date_from", "<=", tariff.date_to)
            other = self.search(others, limit=1)
            if other:
                raise ValidationError(
                    self.env._(
                        "The dates of “%(tariff)s” overlap those of “%(other)s”: "
                        "give the earlier one a last day.",
                        tariff=tariff.name,
                        other=other.name,
                    )
                )

    @api.constrains("line_ids")
    def _check_lines(self):
        # The database first refuses what no line may be, such as a negative price.
        self.line_ids.flush_recordset()
        for tariff in self:
            problems = pricing.find_problems(
                line._domain_line() for line in tariff.line_ids
            )
            if problems:
                raise ValidationError(tariff._problem_words(problems[0]))

    def _check_changed_lines(self):
        """Check lines that changed by themselves, not in the form of their tariff."""
        if not is_allowed(self.env, CHECKED_LATER):
            self._check_lines()

    def _problem_words(self, problem):
        """Say what is wrong in a grid, naming the product and the bracket."""
        words = {
            pricing.Gap: self.env._(
                "%(product)s: no price for a QF %(bracket)s (%(event)s)."
            ),
            pricing.Overlap: self.env._(
                "%(product)s: two prices for a QF %(bracket)s (%(event)s)."
            ),
            pricing.EmptyBracket: self.env._(
                "%(product)s: the bracket %(bracket)s holds no QF (%(event)s)."
            ),
            pricing.NoCeiling: self.env._(
                "%(product)s: enter the highest price of the effort rate for a QF "
                "%(bracket)s (%(event)s)."
            ),
        }[type(problem)]
        events = dict(
            self.env["espace.tariff.line"]
            ._fields["event"]
            ._description_selection(self.env)
        )
        return words % {
            "product": self.env["product.product"].browse(problem.product).name,
            "bracket": self._bracket_words(problem.qf_min, problem.qf_max),
            "event": events[problem.event].lower(),
        }

    @api.model
    def _bracket_words(self, qf_min, qf_max):
        """Say which quotients a bracket holds; None: without bound."""
        words = self.env._("from %s", format_number(qf_min or Decimal(0)))
        if qf_max is None:
            return words
        return self.env._(
            "%(start)s to less than %(end)s", start=words, end=format_number(qf_max)
        )

    # === Surcharges === #

    @api.depends(
        "line_ids.amount",
        "line_ids.event",
        "line_ids.kind",
        "line_ids.max_amount",
        "line_ids.min_amount",
        "line_ids.product_id.espace_activity_id.cost_per_user",
        "line_ids.unit",
        "adjustment_ids.event",
        "adjustment_ids.operation",
        "adjustment_ids.product_id",
        "adjustment_ids.qf_max",
        "adjustment_ids.qf_min",
        "adjustment_ids.value",
    )
    def _compute_warnings(self):
        for tariff in self:
            grid = tariff._entered_grid()
            tariff.has_surcharge = surcharge.has_surcharge(grid)
            tariff.cost_warning = "\n".join(tariff._cost_words(grid))

    def _entered_grid(self):
        """Return the grid of a form that is being filled in, not yet what is kept."""
        lines = self.line_ids.filtered(
            lambda line: (
                line.product_id
                and not line.to_fill
                and (line.unit != "started_unit" or line.unit_minutes)
            )
        )
        return pricing.Grid(
            lines=[line._domain_line() for line in lines],
            adjustments=[change._domain_line() for change in self.adjustment_ids],
            rounding=pricing.Rounding(
                to_decimal(self.rounding_step or 0.01), self.rounding_mode or "half_up"
            ),
        )

    def _cost_words(self, grid):
        """Yield a sentence a price of a canteen that exceeds its cost per user."""
        events = dict(
            self.env["espace.tariff.line"]
            ._fields["event"]
            ._description_selection(self.env)
        )
        words = (self.company_id or self.env.company)._espace_amount_words
        for product in self.line_ids.product_id:
            activity = product.espace_activity_id
            if activity.category != "canteen" or not activity.cost_per_user:
                continue
            cost = to_decimal(activity.cost_per_user)
            hours = to_decimal(product.espace_hours or 1)
            for event, amount in surcharge.too_dear(
                grid, product._origin.id or product.id, cost, hours
            ):
                yield self.env._(
                    "%(product)s, %(event)s: up to %(price)s, above the cost per user "
                    "of %(cost)s (article R531-53 of the Code de l'éducation).",
                    product=product.name,
                    event=events[event].lower(),
                    price=words(amount),
                    cost=words(cost),
                )

    # === A new table === #

    @api.model
    def default_get(self, fields):
        """Propose a whole table where `espace_propose_prices` of the context asks it.

        The tariff of the school year, with a line for each option of the commune: in
        three brackets and by the hour where children are looked after, as most
        communes do, at no price yet.
        """
        values = super().default_get(fields)
        if not self.env.context.get("espace_propose_prices"):
            return values
        company = self.env.company
        today = company._espace_today()
        Year = self.env["espace.school.year"]
        year = Year._year_of(company, today) or Year.search(
            [("company_id", "=", company.id), ("date_from", ">", today)],
            order="date_from",
            limit=1,
        )
        if "date_from" in fields and not values.get("date_from"):
            values["date_from"] = year.date_from or today
        if "name" in fields and not values.get("name"):
            values["name"] = self.env._("Tariffs %s", year.name or today.year)
        if "line_ids" in fields and not values.get("line_ids"):
            values["line_ids"] = [
                Command.create(line) for line in self._proposed_lines(company)
            ]
        return values

    @api.model
    def _proposed_lines(self, company):
        activities = self.env["espace.activity"].search(
            [("company_id", "=", company.id), ("is_emergency", "=", False)]
        )
        lines = []
        for activity in activities:
            hourly = activity.category == "childcare"
            brackets = USUAL_BRACKETS if hourly else ((0, 0),)
            for option in activity.product_ids.product_variant_ids:
                lines += [
                    {
                        "product_id": option.id,
                        "event": "planned",
                        "qf_min": start,
                        "qf_max": end,
                        "amount": 0,
                        "to_fill": True,
                        "unit": "hour" if hourly else "session",
                    }
                    for start, end in brackets
                ]
        return lines

    @api.model
    @api.readonly
    def read_pasted(self, text):
        """Read a table copied from a spreadsheet, see `domain/tariff_paste.py`.

        :return: [{"from": float or None, "to": float or None (without end), "cells":
            [{"text", "value": float or None, "error": bool}]}]
        """
        self.check_access("read")
        return [
            {
                "from": None if row.start is None else float(row.start),
                "to": None if row.end is None else float(row.end),
                "cells": [
                    {
                        "text": cell.text,
                        "value": None if cell.value is None else float(cell.value),
                        "error": cell.error,
                    }
                    for cell in row.cells
                ],
            }
            for row in tariff_paste.read(text[:LONGEST_PASTE])
        ]

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        tariffs = super().create(vals_list)
        tariffs._prices_changed(tariffs._first_days())
        return tariffs

    def write(self, vals):
        before = self._first_days()
        # Lines that change together are checked once they have all changed.
        whole = allow(self, CHECKED_LATER)
        revised = {**vals, "revision": self._new_revision()}
        result = super(EspaceTariff, whole).write(revised)
        if not vals or vals.keys() - WORDS:
            self._prices_changed(before)
            self._prices_changed(self._first_days())
        return result

    def unlink(self):
        companies = self._first_days()
        result = super().unlink()
        self._prices_changed(companies)
        return result

    def _first_days(self):
        """Return {commune: the first day of the earliest of these tariffs}."""
        return {
            company: min(tariffs.mapped("date_from"))
            for company, tariffs in self.grouped("company_id").items()
        }

    @api.model
    def _prices_changed(self, first_days):
        """Remember from which days on bookings may cost something else by now."""
        for company, day in first_days.items():
            company._espace_prices_changed(day)

    @api.model
    def _new_revision(self):
        return uuid4().hex

    def _grid_changed(self):
        """Note that lines or reductions changed; others may have kept the grid."""
        self.write({})

    # === Prices === #

    @api.model
    def _price(
        self, product, child, family, date, event="planned", duration=None, pricer=None
    ):
        """Return the `TariffPrice` of one product for one child on one date.

        :param product: `product.product`, or a `product.template` with one variant
        :param family: the family that pays, whose QF on `date` counts
        :param str event: see `pricing.EVENTS`
        :param int duration: minutes spent, for prices by started unit
        :param Pricer pricer: keep one for many prices: nothing is read twice
        :raise MissingPrice: no tariff, or no line of it, gives a price
        """
        pricer = pricer or Pricer(self.env)
        return pricer.price(product, child, family, date, event, duration)

    def _in_force(self, day):
        """Return the one of these tariffs that is in force on `day`, maybe empty."""
        return self.filtered(
            lambda tariff: (
                tariff.date_from <= day
                and not (tariff.date_to and tariff.date_to < day)
            )
        )[:1]

    @tools.ormcache("self.id", "self.revision")
    def _grid(self):
        """Return this tariff as an immutable `pricing.Grid`.

        It is kept between requests under its revision, so that a change, or the
        rollback of one, needs to forget nothing.
        """
        self.ensure_one()
        return pricing.Grid(
            lines=self.line_ids.filtered(lambda line: not line.to_fill)._domain_lines(),
            adjustments=self.adjustment_ids._domain_lines(),
            rounding=pricing.Rounding(
                to_decimal(self.rounding_step), self.rounding_mode
            ),
        )
