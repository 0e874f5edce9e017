"""The French sentence of a deadline rule, as parents read it in a règlement.

French only, on purpose: the sentence is assembled from the rule, so its grammar
lives here in one piece rather than in fragments no translator could agree.
Hours are printed 12h and 17h30; 24.0 is the evening of the day ("au soir").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cutoff import Rule, WeeklyLine

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

DAY_BEFORE = {
    "all": "la veille",
    "weekdays": "la veille (hors week-end)",
    "working": "la veille ouvrée",
    "business": "la veille ouvrable",
    "school": "le jour d'école précédent",
    "service": "le jour d'ouverture précédent",
}
DAYS = {
    "all": "jours",
    "weekdays": "jours (hors week-end)",
    "working": "jours ouvrés",
    "business": "jours ouvrables",
    "school": "jours d'école",
    "service": "jours d'ouverture",
}
NEVER = {
    "booking": "Non ouvert à la réservation",
    "cancel": "Non autorisé sans absence justifiée",
}
NBSP = "\N{NO-BREAK SPACE}"


def describe(
    rule: Rule, weekdays: Collection[int] | None = None, purpose: str = "booking"
) -> str:
    """Return the French sentence of the rule, without a final full stop.

    `weekdays`: the days the service opens (Monday = 0), to name no other; by
    default those of the rule's lines. `purpose`: 'booking' or 'cancel', which only
    differ for what is never allowed. Raises KeyError for another purpose.
    """
    never = NEVER[purpose]
    if rule.kind == "never":
        return never
    if rule.kind == "always":
        return "À tout moment"
    if rule.kind == "weekly":
        sentence = _weekly(rule, weekdays, never)
    elif rule.kind == "monthly":
        sentence = _monthly(rule)
    elif rule.kind == "period":
        sentence = _period(rule)
    else:
        sentence = _offset(rule)
    if rule.public_holiday_shift:
        sentence += ", avancé si ce jour est férié"
    return sentence[:1].upper() + sentence[1:]


def format_hour(hours: float) -> str:
    """Return 12h, 17h30 or 9h05 for 12.0, 17.5 or 9 + 5/60."""
    hour, minute = divmod(round(hours * 60), 60)
    return f"{hour}h{minute:02d}" if minute else f"{hour}h"


# === Kinds === #


def _offset(rule: Rule) -> str:
    if rule.offset_from == "slot_start":
        return _offset_from_slot(rule)
    moment = _moment(rule.time, rule.inclusive)
    if rule.offset_count == 0:
        return f"le jour même {moment}"
    if rule.offset_count == 1:
        return f"{DAY_BEFORE[rule.offset_calendar]} {moment}"
    return f"{_days_before(rule.offset_count, rule)}, {moment}"


def _offset_from_slot(rule: Rule) -> str:
    if rule.offset_count == 0:
        return "jusqu'au début de l'accueil"
    if rule.offset_calendar == "all":
        return f"{24 * rule.offset_count}h avant le début de l'accueil"
    if rule.offset_count == 1:
        return f"{DAY_BEFORE[rule.offset_calendar]} à l'heure de début de l'accueil"
    return f"{_days_before(rule.offset_count, rule)}, à l'heure de début de l'accueil"


def _monthly(rule: Rule) -> str:
    day = "1er" if rule.month_day == 1 else str(rule.month_day)
    if rule.month_day == 31:
        day = "dernier jour"
    month = {0: "du mois même", 1: "du mois précédent"}.get(
        rule.months_back, f"du mois, {rule.months_back} mois avant"
    )
    if rule.time == 24:
        return f"jusqu'au {day} {month} inclus"
    if rule.time == 0:
        return f"avant le {day} {month}"
    return f"le {day} {month} {_moment(rule.time, rule.inclusive)}"


def _period(rule: Rule) -> str:
    moment = _moment(rule.time, rule.inclusive)
    if rule.period_days == 0:
        return f"le premier jour des vacances {moment}"
    if rule.period_days == 1:
        return f"{DAY_BEFORE[rule.offset_calendar]} des vacances {moment}"
    return f"{_days_before(rule.period_days, rule)} le début des vacances, {moment}"


def _weekly(rule: Rule, weekdays: Collection[int] | None, never: str) -> str:
    opened = (
        frozenset(weekdays)
        if weekdays is not None
        else frozenset().union(*(line.weekdays for line in rule.lines))
    )
    lines = [line for line in rule.lines if line.weekdays & opened]
    missing = opened.difference(*(line.weekdays for line in lines))
    if len(lines) == 1 and not missing:
        return _whole_week(lines[0], rule.inclusive)
    parts = [_weekly_part(line, opened, rule.inclusive) for line in lines]
    if missing:
        parts.append(f"{_weekday_list(missing)}{NBSP}: {never.lower()}")
    return f"{NBSP}; ".join(parts) or never


def _whole_week(line: WeeklyLine, inclusive: bool) -> str:
    limit = _weekday_moment(line, inclusive)
    if line.weeks_back == 0:
        return f"{limit} pour la semaine en cours"
    if line.weeks_back == 1:
        return f"{limit} pour la semaine suivante"
    return f"{limit}, {line.weeks_back} semaines avant"


def _weekly_part(line: WeeklyLine, opened: frozenset[int], inclusive: bool) -> str:
    served = line.weekdays & opened
    week = ""
    if line.weeks_back == 1:
        is_last_one = line.cutoff_weekday >= max(served)
        week = " précédent" if is_last_one else " de la semaine précédente"
    elif line.weeks_back > 1:
        week = f", {line.weeks_back} semaines avant,"
    return f"{_weekday_list(served)}{NBSP}: {_weekday_moment(line, inclusive, week)}"


# === Pieces === #


def _moment(hours: float, inclusive: bool) -> str:
    if hours == 24:
        return "au soir"
    until = "jusqu'à" if inclusive else "avant"
    return f"{until} {format_hour(hours)}"


def _weekday_moment(line: WeeklyLine, inclusive: bool, week: str = "") -> str:
    return f"{WEEKDAYS[line.cutoff_weekday]}{week} {_moment(line.time, inclusive)}"


def _days_before(count: int, rule: Rule) -> str:
    return f"{count} {DAYS[rule.offset_calendar]} avant"


def _weekday_list(weekdays: Iterable[int]) -> str:
    *firsts, last = (WEEKDAYS[weekday] for weekday in sorted(weekdays))
    return f"{', '.join(firsts)} et {last}" if firsts else last
