from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.espace_famille.models.gate_context import is_told, telling

from ..domain import pricing
from ..domain.wording import explain, format_number

EVENTS = [
    ("planned", "Booked in time"),
    ("late", "Booked late"),
    ("unplanned", "Came without booking"),
    ("absence_unjustified", "Absent without proof"),
    ("absence_justified", "Absent with proof"),
]
RESIDENCIES = [
    ("any", "All"),
    ("resident", "Living in the commune"),
    ("non_resident", "Living elsewhere"),
]
PAI = [("any", "All"), ("with", "With PAI"), ("without", "Without PAI")]


LAST_DAY = date.max

# Told in the context while the lines of a tariff change together.
WHOLE_TARIFF = "espace_whole_tariff"


def to_decimal(value):
    """Return the Decimal of a stored number, exact to four decimals."""
    return Decimal(str(round(value, 4)))


class MissingPrice(UserError):
    """No tariff is in force, or it has no line for what is asked."""


class NoTariff(MissingPrice):
    """The commune has no tariff at all: it does not bill, or not yet."""


class TariffPrice(NamedTuple):
    """A price in euros with all that explains it.

    `line` is an `espace.tariff.line`, empty where nothing is due; `qf` is None for a
    family whose quotient is unknown.
    """

    amount: Decimal
    unit_price: Decimal
    quantity: Decimal
    line: models.Model
    qf: Decimal | None
    event: str
    explanation: str


class EspaceTariff(models.Model):
    """A dated grid of prices (grille tarifaire), one at a time for a commune."""

    _name = "espace.tariff"
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
        if not is_told(self.env, WHOLE_TARIFF):
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
        bracket = self.env._("from %s", format_number(problem.qf_min or Decimal(0)))
        if problem.qf_max is not None:
            bracket = self.env._(
                "%(start)s to less than %(end)s",
                start=bracket,
                end=format_number(problem.qf_max),
            )
        events = dict(
            self.env["espace.tariff.line"]
            ._fields["event"]
            ._description_selection(self.env)
        )
        return words % {
            "product": self.env["product.product"].browse(problem.product).name,
            "bracket": bracket,
            "event": events[problem.event].lower(),
        }

    # === CRUD === #

    def write(self, vals):
        # Lines that change together are checked once they have all changed.
        whole = telling(self, WHOLE_TARIFF)
        return super(EspaceTariff, whole).write(vals)

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

    def _grid(self):
        """Return this tariff as an immutable `pricing.Grid`."""
        self.ensure_one()
        return pricing.Grid(
            lines=self.line_ids._domain_lines(),
            adjustments=self.adjustment_ids._domain_lines(),
            rounding=pricing.Rounding(
                to_decimal(self.rounding_step), self.rounding_mode
            ),
        )


class Selectors(models.AbstractModel):
    """Which families and children a line of a tariff is for; 0 means no bound."""

    _name = "espace.tariff.selector.mixin"
    _description = "Tariff Selectors"

    residency = fields.Selection(RESIDENCIES, default="any", required=True)
    sibling_rank_min = fields.Integer("From Child No.", help="0: whichever child.")
    sibling_rank_max = fields.Integer("To Child No.", help="0: without end.")
    pai = fields.Selection(PAI, "PAI", default="any", required=True)

    def _domain_lines(self):
        """Return these lines for `pricing`, in the order in which they apply."""
        lines = self.sorted(lambda line: (line.sequence, line.id))
        return tuple(line._domain_line() for line in lines)

    def _selectors(self):
        return {
            "residency": self.residency,
            "sibling_rank_min": self.sibling_rank_min or None,
            "sibling_rank_max": self.sibling_rank_max or None,
            "pai": {"with": True, "without": False}.get(self.pai),
        }


class EspaceTariffLine(models.Model):
    """The price of one product and event for a bracket of quotients (tranche)."""

    _name = "espace.tariff.line"
    _inherit = ["espace.tariff.selector.mixin"]
    _description = "Tariff Line"
    _order = "tariff_id, sequence, id"

    tariff_id = fields.Many2one(
        "espace.tariff", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="tariff_id.company_id", store=True)
    sequence = fields.Integer(default=10)
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

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.tariff_id._check_changed_lines()
        return lines

    def write(self, vals):
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


class EspaceTariffAdjustment(models.Model):
    """A reduction or surcharge, applied in order to the whole price."""

    _name = "espace.tariff.adjustment"
    _inherit = ["espace.tariff.selector.mixin"]
    _description = "Tariff Adjustment"
    _order = "tariff_id, sequence, id"

    tariff_id = fields.Many2one(
        "espace.tariff", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="tariff_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product", domain=[("espace_activity_id", "!=", False)]
    )
    event = fields.Selection([("any", "All"), *EVENTS], default="any", required=True)
    operation = fields.Selection(
        [
            ("percent", "Percent"),
            ("amount", "Euros to add"),
            ("set", "Price to set"),
        ],
        default="percent",
        required=True,
    )
    value = fields.Float(digits=(16, 4), help="-50 percent halves the price.")

    def _domain_line(self):
        return pricing.Adjustment(
            operation=self.operation,
            value=to_decimal(self.value),
            product=self.product_id.id or None,
            event=self.event,
            key=self.id,
            **self._selectors(),
        )


class Pricer:
    """Finds many prices in few queries: grids, quotients and siblings are kept."""

    def __init__(self, env):
        self.env = env
        self._tariffs = {}
        self._in_force = {}
        self._grids = {}
        self._prices = {}
        self._incomes = {}
        self._ranks = {}

    def price(self, product, child, family, date, event="planned", duration=None):
        """See `espace.tariff._price`."""
        if product._name == "product.template":
            product = product.product_variant_id
        tariff, grid = self._tariff(family.company_id, date)
        qf = self._qf(family, date)
        situation = pricing.Situation(
            product=product.id,
            event=event,
            qf=qf,
            resident=family.residency == "resident",
            sibling_rank=self._sibling_rank(child, family),
            pai=child.has_pai,
            duration_minutes=duration,
            hours=to_decimal(product.espace_hours or 1),
        )
        key = (tariff.id, situation)
        if key not in self._prices:
            self._prices[key] = self._find(grid, situation, product, tariff)
        return self._prices[key]

    def _find(self, grid, situation, product, tariff):
        try:
            price = pricing.price(grid, situation)
        except pricing.NoPrice as error:
            raise MissingPrice(
                self.env._(
                    "The tariff “%(tariff)s” gives no price for %(product)s: "
                    "complete it.",
                    tariff=tariff.name,
                    product=product.name,
                )
            ) from error
        subject = "Repas" if product.espace_includes_meal else "Accueil"
        return TariffPrice(
            amount=price.amount,
            unit_price=price.unit_price,
            quantity=price.quantity,
            line=self.env["espace.tariff.line"].browse(price.line and price.line.key),
            qf=price.qf,
            event=price.event,
            explanation=explain(price, subject),
        )

    def _tariff(self, company, day):
        """Return the tariff in force on `day` and its grid."""
        key = (company.id, day)
        if key not in self._in_force:
            self._in_force[key] = self._find_tariff(company, day)
        return self._in_force[key]

    def _find_tariff(self, company, day):
        if company.id not in self._tariffs:
            self._tariffs[company.id] = (
                self.env["espace.tariff"]
                .sudo()
                .search([("company_id", "=", company.id)])
            )
        tariff = self._tariffs[company.id]._in_force(day)
        if not tariff:
            raise self._no_tariff(company, day)
        if tariff.id not in self._grids:
            self._grids[tariff.id] = tariff._grid()
        return tariff, self._grids[tariff.id]

    def _no_tariff(self, company, day):
        words = self.env._(
            "No tariff is in force on %s: enter one.", company._espace_day_words(day)
        )
        missing = MissingPrice if self._tariffs[company.id] else NoTariff
        return missing(words)

    def _qf(self, family, day):
        """Return the quotient that counts on `day`, None if unknown."""
        if family.id not in self._incomes:
            incomes = family.sudo().income_ids.sorted("date_from", reverse=True)
            self._incomes[family.id] = [
                (income.date_from, to_decimal(income.value)) for income in incomes
            ]
        return next(
            (value for start, value in self._incomes[family.id] if start <= day), None
        )

    def _sibling_rank(self, child, family):
        """Return the child's rank in the paying family, the eldest being 1."""
        if family.id not in self._ranks:
            children = family.sudo().child_ids.sorted(
                lambda sibling: (sibling.birth_date or LAST_DAY, sibling.id)
            )
            self._ranks[family.id] = {
                sibling_id: rank for rank, sibling_id in enumerate(children.ids, 1)
            }
        return self._ranks[family.id].get(child.id, 1)
