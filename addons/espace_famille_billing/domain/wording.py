"""The French sentence that explains a price, on the invoice and to the parent.

French only, on purpose: the sentence is assembled from the price, so its grammar
lives here in one piece rather than in fragments no translator could agree.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .pricing import Adjustment, Line, Price

NBSP = "\N{NO-BREAK SPACE}"
COLON = f"{NBSP}: "
HAPPENED = {
    "planned": "{subject} réservé",
    "late": "{subject} réservé hors délai",
    "unplanned": "{subject} non réservé",
    "absence_unjustified": "Absence injustifiée",
    "absence_justified": "Absence justifiée",
    "flat": "Forfait mensuel",
    "pack": "Carnet",
}
STARTED_UNITS = {
    15: ("quart d'heure commencé", "quarts d'heure commencés"),
    30: ("demi-heure commencée", "demi-heures commencées"),
    60: ("heure commencée", "heures commencées"),
}


def explain(price: Price, subject: str = "Accueil") -> str:
    """Return why the price is what it is, without a final full stop.

    "QF 750 (tranche 500 à 1000), 0,65 €/h × 2 h = 1,30 €" for what was booked in
    time and depends on the quotient familial (QF); else what happened comes first:
    "Repas non réservé : 5,40 €". `subject`: what was booked, a masculine noun with a
    capital, "Repas" or "Accueil".
    """
    happened = HAPPENED[price.event].format(subject=subject)
    if price.line is None:
        return f"{happened}{COLON}non facturée"
    if not depends_on_qf(price.line):
        return f"{happened}{COLON}{_reckoning(price)}"
    sentence = f"{_basis(price)}{_reckoning(price)}"
    return sentence if price.event == "planned" else f"{happened}, {sentence}"


def depends_on_qf(line: Line) -> bool:
    """Tell whether the family's QF had a part in the choice or the amount."""
    has_bracket = line.qf_min is not None or line.qf_max is not None
    return has_bracket or line.kind == "effort_rate"


def format_euros(amount: Decimal) -> str:
    """Return 1 234,50 € for 1234.5, with up to four decimals if it has them."""
    whole, _point, decimals = f"{amount:,.4f}".partition(".")
    decimals = decimals.rstrip("0").ljust(2, "0")
    return f"{whole.replace(',', NBSP)},{decimals}{NBSP}€"


def format_number(number: Decimal) -> str:
    """Return 1000 for 1000.00 and 1000,5 for 1000.50, with up to four decimals."""
    return f"{number:.4f}".rstrip("0").rstrip(".").replace(".", ",")


# === Basis: what the QF did === #


def _basis(price: Price) -> str:
    """Return the words that lead to the unit price, up to it."""
    line = price.line
    if price.qf is None:
        return f"QF non fourni{COLON}tarif maximum, "
    qf = f"QF {format_number(price.qf)}"
    if line.kind == "fixed":
        return f"{qf} ({_bracket(line)}), "
    asked = price.qf * line.amount / 100
    link = " = "
    if asked != price.unit_price:
        link = ", minimum " if asked < price.unit_price else ", maximum "
    return f"{qf} × {format_number(line.amount)}{NBSP}%{link}"


def _bracket(line: Line | Adjustment) -> str:
    start = format_number(line.qf_min or Decimal(0))
    if line.qf_max is None:
        return f"tranche à partir de {start}"
    if line.qf_max == int(line.qf_max):
        return f"tranche {start} à {format_number(line.qf_max - 1)}"
    return f"tranche {start} à moins de {format_number(line.qf_max)}"


# === Reckoning: from the unit price to the amount === #


def _reckoning(price: Price) -> str:
    """Return "0,65 €/h × 2 h = 1,30 €"; the total is left out if it says nothing."""
    total = format_euros(price.amount)
    if price.line.unit == "session" and not price.adjustments:
        return total
    steps = [_units(price), *map(_adjustment, price.adjustments)]
    reckoning = ", ".join(steps)
    says_nothing = price.amount == price.unit_price and not price.adjustments
    return reckoning if says_nothing else f"{reckoning} = {total}"


def _units(price: Price) -> str:
    rate, line = format_euros(price.unit_price), price.line
    count = format_number(price.quantity)
    if line.unit == "session":
        return rate
    if line.unit == "hour":
        return f"{rate}/h × {count}{NBSP}h"
    singular, plural = STARTED_UNITS.get(
        line.unit_minutes,
        (
            f"tranche de {line.unit_minutes}{NBSP}min commencée",
            f"tranches de {line.unit_minutes}{NBSP}min commencées",
        ),
    )
    return f"{rate} × {count} {plural if price.quantity >= 2 else singular}"


def _adjustment(adjustment: Adjustment) -> str:
    words = _operation(adjustment)
    if adjustment.qf_min is None and adjustment.qf_max is None:
        return words
    return f"{words} ({_bracket(adjustment)})"


def _operation(adjustment: Adjustment) -> str:
    words = {
        "set": "prix fixé à",
        "floor": "pas moins de",
        "waive": "non demandé en dessous de",
    }
    if adjustment.operation in words:
        return f"{words[adjustment.operation]} {format_euros(adjustment.value)}"
    word = "réduction" if adjustment.value < 0 else "majoration"
    size = abs(adjustment.value)
    if adjustment.operation == "percent":
        return f"{word} de {format_number(size)}{NBSP}%"
    return f"{word} de {format_euros(size)}"
