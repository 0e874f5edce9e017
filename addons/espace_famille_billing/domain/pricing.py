"""Prices (tarifs): what one service costs one child, and why.

A grid holds ordered lines, of which the first that matches the situation gives
the price; then ordered adjustments, each applied if it matches; then one rounding.
Amounts are euros in `Decimal`, rounded once, at the end. The quotient familial (QF)
is a `Decimal` in euros, None when the family gave none: it then pays the dearest
price it could be asked. Brackets hold their lower bound and not their upper one.
"""

import decimal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from .wording import explain

__all__ = [
    "EVENTS",
    "Adjustment",
    "EmptyBracket",
    "Gap",
    "Grid",
    "Line",
    "NoCeiling",
    "NoPrice",
    "Overlap",
    "Price",
    "Rounding",
    "Situation",
    "explain",
    "find_problems",
    "price",
]

OF_A_DAY = ("planned", "late", "unplanned", "absence_unjustified", "absence_justified")
"""What may happen on a day."""

AT_ONE_PRICE = ("flat", "pack")
"""What days cost together, whatever happens on them: a month, a pack of days."""

EVENTS = (*OF_A_DAY, *AT_ONE_PRICE)

FALLBACK = {
    "late": "planned",
    "unplanned": "planned",
    "absence_unjustified": "planned",
}
"""The event whose lines serve when a product has none for the event itself."""

KINDS = ("fixed", "effort_rate")
UNITS = ("session", "hour", "started_unit")
RESIDENCIES = ("any", "resident", "non_resident")
OPERATIONS = ("percent", "amount", "set", "floor", "waive")
LIMITS = ("floor", "waive")
"""Operations that say nothing where they change nothing."""
ROUNDING_MODES = {
    "half_up": decimal.ROUND_HALF_UP,
    "half_even": decimal.ROUND_HALF_EVEN,
    "up": decimal.ROUND_UP,
    "down": decimal.ROUND_DOWN,
}

ZERO = Decimal(0)
ONE = Decimal(1)
CENT = Decimal("0.01")
HUNDRED = Decimal(100)
INFINITY = Decimal("Infinity")
MISSING = object()


class NoPrice(LookupError):
    """The grid says no price for this product, event and QF (None: not given)."""

    def __init__(self, product, event: str, qf: Decimal | None):
        self.product = product
        self.event = event
        self.qf = qf
        super().__init__(f"No price for {product}, {event}, QF {qf}.")


# === Shapes === #


@dataclass(frozen=True)
class Line:
    """One price of a grid, for the situations that its selectors admit.

    `product`, `key`: any identifiers of the caller. `kind`: 'fixed' (`amount` in
    euros a unit) or 'effort_rate' (taux d'effort: `amount` percent of the QF, kept
    between `min_amount` and `max_amount` euros a unit; without QF the ceiling).
    `unit`: 'session', 'hour' (times the hours of the product) or 'started_unit'
    (every `unit_minutes` begun, once `grace_minutes` are taken off the duration).
    Selectors: QF in [qf_min, qf_max), `residency` any, resident or non_resident,
    sibling rank in [min, max], `pai` (panier repas) True, False or None for both.
    Raises ValueError for a word that is none of these or a unit without minutes.
    """

    product: object
    event: str
    amount: Decimal
    kind: str = "fixed"
    qf_min: Decimal | None = None
    qf_max: Decimal | None = None
    residency: str = "any"
    sibling_rank_min: int | None = None
    sibling_rank_max: int | None = None
    pai: bool | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    unit: str = "session"
    unit_minutes: int | None = None
    grace_minutes: int = 0
    key: object = None

    def __post_init__(self):
        _require(self.event, EVENTS)
        _require(self.kind, KINDS)
        _require(self.residency, RESIDENCIES)
        _require(self.unit, UNITS)
        if self.unit == "started_unit" and not (self.unit_minutes or 0) > 0:
            raise ValueError("A started unit needs its length in minutes.")


@dataclass(frozen=True)
class Adjustment:
    """A reduction or surcharge on the whole amount, never taken below zero.

    `operation`: 'percent' (`value` -50 halves), 'amount' (`value` euros are added,
    or taken off if negative), 'set' (`value` euros replace the amount), 'floor' (the
    reductions before leave at least `value` euros, or the price of the grid if that
    is lower) or 'waive' (what is less than `value` euros is not asked). The `event`
    is the one that happened, even where the lines of another one serve. `product`
    None matches all, and `event` 'any' all but what is sold `AT_ONE_PRICE`, which is
    adjusted by what names it; other selectors as in `Line`. A family without QF, who
    pays the dearest, gets of a bracket's adjustments those alone that raise.
    """

    operation: str
    value: Decimal
    product: object = None
    event: str = "any"
    qf_min: Decimal | None = None
    qf_max: Decimal | None = None
    residency: str = "any"
    sibling_rank_min: int | None = None
    sibling_rank_max: int | None = None
    pai: bool | None = None
    key: object = None

    def __post_init__(self):
        _require(self.operation, OPERATIONS)
        _require(self.event, (*EVENTS, "any"))
        _require(self.residency, RESIDENCIES)


@dataclass(frozen=True)
class Rounding:
    """Round to multiples of `step` euros (whole cents), by default half up."""

    step: Decimal = CENT
    mode: str = "half_up"

    def __post_init__(self):
        _require(self.mode, tuple(ROUNDING_MODES))
        if self.step <= 0 or self.step % CENT:
            raise ValueError(f"The rounding step {self.step} is not in whole cents.")

    def apply(self, amount: Decimal) -> Decimal:
        """Return the rounded amount, with two decimals."""
        mode = ROUNDING_MODES[self.mode]
        if self.step == CENT:
            return amount.quantize(CENT, mode)
        steps = (amount / self.step).to_integral_value(mode)
        return (steps * self.step).quantize(CENT)


@dataclass(frozen=True)
class Grid:
    """A tariff (grille) ready to be asked prices; its sequences become tuples."""

    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...] = ()
    rounding: Rounding = field(default_factory=Rounding)

    def __post_init__(self):
        object.__setattr__(self, "lines", tuple(self.lines))
        object.__setattr__(self, "adjustments", tuple(self.adjustments))

    def lines_of(self, product, event: str) -> tuple[Line, ...]:
        """Return the lines of the product for the event, else for its fallback."""
        own = self._lines_by_use.get((product, event))
        return own or self._lines_by_use.get((product, FALLBACK.get(event)), ())

    def dearest_line(self, situation: "Situation") -> Line | None:
        """Return the line of a family without QF: the dearest that could apply.

        Sought once a situation: the same few come back for a whole month.
        """
        found = self._dearest_lines.get(situation, MISSING)
        if found is MISSING:
            lines = self.lines_of(situation.product, situation.event)
            found = self._dearest_lines[situation] = _dearest(lines, situation)
        return found

    @cached_property
    def _dearest_lines(self) -> dict["Situation", Line | None]:
        return {}

    @cached_property
    def _lines_by_use(self) -> dict[tuple[object, str], tuple[Line, ...]]:
        by_use: dict[tuple[object, str], tuple[Line, ...]] = {}
        for line in self.lines:
            use = (line.product, line.event)
            by_use[use] = (*by_use.get(use, ()), line)
        return by_use


class Situation(NamedTuple):
    """What happened: one child, one product, one date.

    `duration_minutes`: the time spent, None for the `hours` of the product.
    """

    product: object
    event: str = "planned"
    qf: Decimal | None = None
    resident: bool = True
    sibling_rank: int = 1
    pai: bool = False
    duration_minutes: int | None = None
    hours: Decimal = ONE


class Price(NamedTuple):
    """A price and all that explains it, to be frozen on the charge.

    `amount` is rounded, `unit_price` is not; `line` is None where nothing is due;
    `adjustments` are those applied; `event` is the one asked for.
    """

    amount: Decimal
    unit_price: Decimal
    quantity: Decimal
    line: Line | None
    adjustments: tuple[Adjustment, ...]
    qf: Decimal | None
    event: str


def _require(value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{value!r} is none of {', '.join(allowed)}.")


# === Price === #


def price(grid: Grid, situation: Situation) -> Price:
    """Return what the situation costs.

    A justified absence without a line of its own is not due. Nothing is adjusted
    where the quantity is zero. Raises NoPrice when no line matches, or when a
    family without QF meets an effort rate without ceiling.
    """
    product, event, qf = situation[:3]
    lines = grid.lines_of(product, event)
    if not lines and event == "absence_justified":
        return Price(ZERO.quantize(CENT), ZERO, ZERO, None, (), qf, event)
    if qf is None:
        line = grid.dearest_line(situation)
    else:
        line = _in_force(lines, situation)
    if line is None:
        raise NoPrice(product, event, qf)
    unit_price = _unit_price(line, situation)
    quantity = _quantity(line, situation)
    amount = full = unit_price * quantity
    applied = []
    for adjustment in grid.adjustments if quantity else ():
        if _adjusts(adjustment, situation):
            before, amount = amount, _adjusted(amount, adjustment, full)
            if adjustment.operation not in LIMITS or amount != before:
                applied.append(adjustment)
    amount = grid.rounding.apply(max(amount, ZERO))
    return Price(amount, unit_price, quantity, line, tuple(applied), qf, event)


def _in_force(lines: Iterable[Line], situation: Situation) -> Line | None:
    """Return the first line that matches a situation whose QF is known."""
    for line in lines:
        if _in_bracket(line, situation.qf) and _admits(line, situation):
            return line
    return None


def _dearest(lines: Iterable[Line], situation: Situation) -> Line | None:
    """Return the dearest line that some QF would give, the first among equals.

    The line in force can only change at a bound of a bracket, so it is enough to
    try the lowest QF and every bound: a line hidden behind an earlier one for
    every QF, as by the price of a PAI, is never charged.
    """
    admitted = [line for line in lines if _admits(line, situation)]
    bounds = {-INFINITY}
    for line in admitted:
        bounds.update(b for b in (line.qf_min, line.qf_max) if b is not None)
    reachable = {
        next((n for n, line in enumerate(admitted) if _in_bracket(line, bound)), None)
        for bound in bounds
    }
    numbers = sorted(number for number in reachable if number is not None)
    candidates = [admitted[number] for number in numbers]
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    return max(candidates, key=lambda line: _total(line, situation))


def _total(line: Line, situation: Situation) -> Decimal:
    return _unit_price(line, situation) * _quantity(line, situation)


def _in_bracket(rule: Line | Adjustment, qf: Decimal) -> bool:
    if rule.qf_min is not None and qf < rule.qf_min:
        return False
    return rule.qf_max is None or qf < rule.qf_max


def _admits(rule: Line | Adjustment, situation: Situation) -> bool:
    """Tell whether the selectors, apart from the QF, admit the situation."""
    if rule.residency != "any" and (rule.residency == "resident") != bool(
        situation.resident
    ):
        return False
    if rule.pai is not None and rule.pai != bool(situation.pai):
        return False
    lowest, highest = rule.sibling_rank_min, rule.sibling_rank_max
    if lowest is not None and situation.sibling_rank < lowest:
        return False
    return highest is None or situation.sibling_rank <= highest


def _unit_price(line: Line, situation: Situation) -> Decimal:
    if line.kind == "fixed":
        return line.amount
    if situation.qf is None:
        return _ceiling(line, situation)
    amount = situation.qf * line.amount / HUNDRED
    if line.min_amount is not None:
        amount = max(amount, line.min_amount)
    if line.max_amount is not None:
        amount = min(amount, line.max_amount)
    return amount


def _ceiling(line: Line, situation: Situation) -> Decimal:
    """Return the most an effort rate can ask: its maximum, else the bracket's end."""
    if line.max_amount is not None:
        return line.max_amount
    if line.qf_max is None:
        raise NoPrice(situation.product, situation.event, None)
    return max(line.qf_max * line.amount / HUNDRED, line.min_amount or ZERO)


def _quantity(line: Line, situation: Situation) -> Decimal:
    """Return the units to pay: 1, the hours of the product, or the units begun."""
    if line.unit == "session":
        return ONE
    if line.unit == "hour":
        return Decimal(situation.hours)
    minutes = situation.duration_minutes
    if minutes is None:
        minutes = situation.hours * 60
    paid_minutes = max(Decimal(minutes) - line.grace_minutes, ZERO)
    return (paid_minutes / line.unit_minutes).to_integral_value(decimal.ROUND_CEILING)


def _adjusts(adjustment: Adjustment, situation: Situation) -> bool:
    if adjustment.product is not None and adjustment.product != situation.product:
        return False
    event = situation.event
    is_any = adjustment.event == "any" and event not in AT_ONE_PRICE
    if adjustment.event != event and not is_any:
        return False
    return _reaches(adjustment, situation.qf) and _admits(adjustment, situation)


def _reaches(adjustment: Adjustment, qf: Decimal | None) -> bool:
    """Tell whether the bracket of an adjustment is for a QF, or for none."""
    if qf is not None:
        return _in_bracket(adjustment, qf)
    raises = adjustment.operation in ("percent", "amount") and adjustment.value > 0
    return (
        (adjustment.qf_min is None and adjustment.qf_max is None)
        or raises
        or adjustment.operation == "floor"
    )


def _adjusted(amount: Decimal, adjustment: Adjustment, full: Decimal) -> Decimal:
    """Return the amount after an adjustment; `full` is the price of the grid."""
    value = adjustment.value
    if adjustment.operation == "percent":
        amount = amount * (HUNDRED + value) / HUNDRED
    elif adjustment.operation == "amount":
        amount += value
    elif adjustment.operation == "floor":
        amount = max(amount, min(value, full))
    elif adjustment.operation == "waive":
        amount = amount if amount >= value else ZERO
    else:
        amount = value
    return max(amount, ZERO)


# === Problems of a grid === #


@dataclass(frozen=True)
class Problem:
    """What makes a grid unfit, in [qf_min, qf_max) (None: without end)."""

    product: object
    event: str
    qf_min: Decimal | None
    qf_max: Decimal | None
    lines: tuple[Line, ...]


class Gap(Problem):
    """No line gives these QF a price; `lines` are those of the same selectors."""


class Overlap(Problem):
    """Two lines of the same selectors, `lines`, give these QF a price."""


class EmptyBracket(Problem):
    """The bracket of the one line in `lines` holds no QF."""


class NoCeiling(Problem):
    """An effort rate whose price is unknown for a family without QF."""


def find_problems(lines: Iterable[Line]) -> list[Problem]:
    """Return the problems that make a grid refused when it is saved, in order.

    Lines are compared when all their selectors but the QF are the same; a gap that
    a line with wider selectors fills (resident: any, say) is none. QF start at 0.
    """
    lines = list(lines)
    groups: dict[tuple, list[Line]] = {}
    for line in lines:
        group = (line.product, line.event, *_selectors(line))
        groups.setdefault(group, []).append(line)
    found = [problem for line in lines for problem in _line_problems(line)]
    for group in groups.values():
        brackets = sorted(filter(_is_bracket, group), key=_start)
        found += _overlaps(brackets)
        found += _gaps(brackets, [line for line in lines if _widens(line, group[0])])
    return found


def _line_problems(line: Line) -> Iterator[Problem]:
    place = (line.product, line.event, line.qf_min, line.qf_max, (line,))
    if not _is_bracket(line):
        yield EmptyBracket(*place)
    if line.kind == "effort_rate" and line.max_amount is None and line.qf_max is None:
        yield NoCeiling(*place)


def _overlaps(brackets: Sequence[Line]) -> Iterator[Overlap]:
    """Compare each bracket, sorted by start, with the one that reaches furthest."""
    furthest = None
    for line in brackets:
        if furthest is not None and _start(line) < _end(furthest):
            end = min(_end(line), _end(furthest))
            qf_max = None if end == INFINITY else end
            pair = (furthest, line)
            yield Overlap(line.product, line.event, line.qf_min, qf_max, pair)
        if furthest is None or _end(line) > _end(furthest):
            furthest = line


def _gaps(brackets: Sequence[Line], wider: Sequence[Line]) -> Iterator[Gap]:
    if not brackets:
        return
    product, event = brackets[0].product, brackets[0].event
    covered = ZERO
    for line in sorted(filter(_is_bracket, wider), key=_start):
        if _start(line) > covered:
            yield Gap(product, event, covered, line.qf_min, tuple(brackets))
        covered = max(covered, _end(line))
    if covered != INFINITY:
        yield Gap(product, event, covered, None, tuple(brackets))


def _selectors(line: Line) -> tuple:
    return (line.residency, line.sibling_rank_min, line.sibling_rank_max, line.pai)


def _widens(line: Line, other: Line) -> bool:
    """Tell whether the line admits, QF apart, all that the other one admits."""
    same_use = (line.product, line.event) == (other.product, other.event)
    return (
        same_use
        and line.residency in ("any", other.residency)
        and line.pai in (None, other.pai)
        and (line.sibling_rank_min or 1) <= (other.sibling_rank_min or 1)
        and (line.sibling_rank_max or INFINITY) >= (other.sibling_rank_max or INFINITY)
    )


def _is_bracket(line: Line) -> bool:
    return _start(line) < _end(line)


def _start(line: Line) -> Decimal:
    return ZERO if line.qf_min is None else line.qf_min


def _end(line: Line) -> Decimal:
    return INFINITY if line.qf_max is None else line.qf_max
