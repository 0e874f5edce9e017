"""Booking deadlines (délais): until when a service may be booked or cancelled.

A rule and a service date give a cutoff on the commune's wall clock; only then is
it turned into UTC, so that 72 hours before a Monday noon are a Friday noon even
when the clocks change in between. Weekdays count from Monday = 0, weeks are ISO
weeks, times of day are hours from 0.0 to 24.0 (24.0 is the end of that day).
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from .school_calendar import Calendar
from .wording import describe

__all__ = [
    "CALENDARS",
    "KINDS",
    "InvalidRule",
    "NoCutoff",
    "Rule",
    "WeeklyLine",
    "cutoff_local",
    "describe",
    "is_in_time",
    "problems",
    "to_utc",
    "validate",
]

KINDS = ("offset", "weekly", "monthly", "period", "always", "never")
CALENDARS = ("all", "weekdays", "working", "business", "school", "service")
ORIGINS = ("time", "slot_start")

ALWAYS = datetime.max
NEVER = datetime.min

ONE_DAY = timedelta(days=1)
ONE_MINUTE = timedelta(minutes=1)
SATURDAY, SUNDAY = 5, 6
MAX_GAP_DAYS = 400

# A limit further back lies before the school year of the service itself.
MAX_DAYS_BACK = 366
MAX_WEEKS_BACK = 52
MAX_MONTHS_BACK = 12

IsOpen = Callable[[date], bool] | Collection[date] | None
IsCounted = Callable[[date], bool]


class NoCutoff(ValueError):
    """No counted day was found: the calendar of the rule is impossible."""


class InvalidRule(ValueError):
    """The rule makes no sense; `codes` says why, one word a problem."""

    def __init__(self, codes: tuple[str, ...]):
        self.codes = codes
        super().__init__(f"Invalid deadline rule: {', '.join(codes)}")


@dataclass(frozen=True)
class WeeklyLine:
    """Services on `weekdays` close on `cutoff_weekday`, `weeks_back` weeks before.

    "Tuesday 12h for the following week" is WeeklyLine(frozenset(range(7)), 1, 1, 12).
    """

    weekdays: frozenset[int]
    cutoff_weekday: int
    weeks_back: int
    time: float


@dataclass(frozen=True)
class Rule:
    """A deadline rule (délai). Fields other than those of its kind are ignored.

    kind
        offset: `offset_count` counted days before the service;
        weekly: the line of the service's weekday; no line, no booking that day;
        monthly: day `month_day` (clamped to the month's end), `months_back` before;
        period: `period_days` counted days before the school holidays that contain
        the service, or before the service itself outside holidays;
        always (datetime.max), never (datetime.min).
    offset_calendar
        all; weekdays (Monday to Friday); working (jours ouvrés: the same but public
        holidays); business (jours ouvrables: Monday to Saturday but public
        holidays); school (school days); service (days the service is open).
    offset_from
        time: at `time`; slot_start: at the hour the slot starts (at `time` for a
        service without slot).
    inclusive
        "jusqu'à 12h", the whole minute included, instead of "avant 12h".
    public_holiday_shift
        a cutoff on a public holiday goes to the previous counted day that is none.
    """

    kind: str
    time: float = 0.0
    inclusive: bool = False
    offset_count: int = 0
    offset_calendar: str = "all"
    offset_from: str = "time"
    lines: tuple[WeeklyLine, ...] = ()
    month_day: int = 1
    months_back: int = 0
    public_holiday_shift: bool = False
    period_days: int = 14


# === Cutoff === #


def cutoff_local(
    rule: Rule,
    service_date: date,
    calendar: Calendar,
    slot_start: float | None = None,
    is_open: IsOpen = None,
) -> datetime:
    """Return the naive cutoff on the commune's wall clock.

    `slot_start`: local hour at which the service starts, None for a whole day.
    `is_open`: the days the service is open, a set or a predicate of dates; only
    the calendar 'service' needs it.
    The cutoff of a valid rule is never later than the start of the slot, nor than
    the end of the service date (`always` excepted).
    Raises NoCutoff when no counted day is found within MAX_GAP_DAYS, and
    ValueError when the calendar 'service' has no `is_open`.
    """
    if rule.kind == "always":
        return ALWAYS
    line = _line_of(rule, service_date)
    if rule.kind == "never" or (rule.kind == "weekly" and line is None):
        return NEVER
    is_counted = _counted_days(rule, calendar, is_open)
    day = _cutoff_day(rule, line, service_date, calendar, is_counted)
    if rule.public_holiday_shift and calendar.is_public_holiday(day):
        day = _previous(
            day, lambda d: is_counted(d) and not calendar.is_public_holiday(d)
        )
    cutoff = _at(day, _hour(rule, line, slot_start))
    if slot_start is None or day < service_date:
        return cutoff
    return min(cutoff, _at(service_date, slot_start))


def _cutoff_day(
    rule: Rule,
    line: WeeklyLine | None,
    service_date: date,
    calendar: Calendar,
    is_counted: IsCounted,
) -> date:
    if rule.kind == "weekly":
        days_back = service_date.weekday() - line.cutoff_weekday + 7 * line.weeks_back
        return service_date - timedelta(days=days_back)
    if rule.kind == "monthly":
        return _day_of_month(service_date, rule.month_day, rule.months_back)
    if rule.kind == "period":
        holiday = calendar.holiday_around(service_date)
        anchor = holiday.date_from if holiday else service_date
        return _count_back(anchor, rule.period_days, is_counted)
    return _count_back(service_date, rule.offset_count, is_counted)


def _hour(rule: Rule, line: WeeklyLine | None, slot_start: float | None) -> float:
    if line is not None:
        return line.time
    from_slot = rule.kind == "offset" and rule.offset_from == "slot_start"
    return slot_start if from_slot and slot_start is not None else rule.time


def _line_of(rule: Rule, service_date: date) -> WeeklyLine | None:
    if rule.kind != "weekly":
        return None
    weekday = service_date.weekday()
    return next((line for line in rule.lines if weekday in line.weekdays), None)


def _at(day: date, hours: float) -> datetime:
    """Return the wall time `hours` (0 to 24, to the minute) after the day began."""
    return datetime.combine(day, time.min) + timedelta(minutes=round(hours * 60))


def _day_of_month(day: date, month_day: int, months_back: int) -> date:
    """Return day `month_day` of an earlier month, or that month's last day."""
    months = day.year * 12 + day.month - 1 - months_back
    first = date(months // 12, months % 12 + 1, 1)
    following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return min(first + timedelta(days=month_day - 1), following - ONE_DAY)


# === Counting days === #


def _counted_days(rule: Rule, calendar: Calendar, is_open: IsOpen) -> IsCounted:
    """Return the predicate of the days which the rule counts."""
    is_off = calendar.is_public_holiday
    if rule.kind not in ("offset", "period") or rule.offset_calendar == "all":
        return _every_day
    if rule.offset_calendar == "weekdays":
        return _is_weekday
    if rule.offset_calendar == "working":
        return lambda day: day.weekday() < SATURDAY and not is_off(day)
    if rule.offset_calendar == "business":
        return lambda day: day.weekday() < SUNDAY and not is_off(day)
    if rule.offset_calendar == "school":
        return calendar.is_school_day
    if is_open is None:
        raise ValueError("The calendar 'service' needs the days the service is open.")
    return is_open if callable(is_open) else is_open.__contains__


def _every_day(_day: date) -> bool:
    return True


def _is_weekday(day: date) -> bool:
    return day.weekday() < SATURDAY


def _count_back(day: date, count: int, is_counted: IsCounted) -> date:
    """Return the `count`-th counted day strictly before `day`; `day` itself for 0."""
    if is_counted is _every_day:
        return day - timedelta(days=count)
    for _step in range(count):
        day = _previous(day, is_counted)
    return day


def _previous(day: date, is_counted: IsCounted) -> date:
    """Return the last counted day strictly before `day`, or raise NoCutoff."""
    candidate = day
    for _step in range(MAX_GAP_DAYS):
        candidate -= ONE_DAY
        if is_counted(candidate):
            return candidate
    raise NoCutoff(f"No counted day in the {MAX_GAP_DAYS} days before {day}.")


# === Instants === #


@lru_cache(maxsize=4096)
def to_utc(local: datetime, tz_name: str) -> datetime:
    """Return the naive UTC instant of a naive wall time in the zone `tz_name`.

    On the days when the clocks change, the parent has the benefit of the doubt: a
    wall time that comes twice is its second coming; one that is skipped is the
    instant of the jump (02:30 becomes the first instant of 03:00 in spring).
    datetime.max and datetime.min (always, never) are returned unchanged.
    """
    if local in (ALWAYS, NEVER):
        return local
    zone = ZoneInfo(tz_name)
    before = local.replace(tzinfo=zone, fold=0)
    after = local.replace(tzinfo=zone, fold=1)
    instants = _naive_utc(before), _naive_utc(after)
    if before.utcoffset() < after.utcoffset():
        return _jump_between(instants[1], instants[0], zone)
    return instants[1]


def _naive_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None) - moment.utcoffset()


def _jump_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, a whole second, from which the offset at `high` holds.

    All instants are naive UTC; the offset at `low` is still the former one.
    """

    def offset(instant: datetime) -> timedelta:
        return instant.replace(tzinfo=UTC).astimezone(zone).utcoffset()

    low, high = low.replace(microsecond=0), high.replace(microsecond=0)
    later = offset(high)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (low, middle) if offset(middle) == later else (middle, high)
    return high


def is_in_time(now_utc: datetime, cutoff_utc: datetime, inclusive: bool) -> bool:
    """Tell whether `now_utc` respects the cutoff; both are naive UTC.

    "Avant 12h" is strict: 11:59:59 is in time, 12:00:00 is not. "Jusqu'à 12h"
    (inclusive) lasts to the end of that minute: 12:00:59 is in time.
    """
    if cutoff_utc in (ALWAYS, NEVER):
        return cutoff_utc == ALWAYS
    if inclusive:
        return now_utc < cutoff_utc.replace(second=0, microsecond=0) + ONE_MINUTE
    return now_utc < cutoff_utc


# === Validation === #


def validate(rule: Rule) -> None:
    """Raise InvalidRule, with every problem of the rule, if it has one."""
    codes = problems(rule)
    if codes:
        raise InvalidRule(codes)


def problems(rule: Rule) -> tuple[str, ...]:
    """Return the codes of all that is wrong with the rule, empty if it is sound.

    kind, time, offset_count, offset_calendar, offset_from, period_days, months_back,
    month_day (outside 1–31): the field has an impossible value;
    month_after_service: a day of the service's own month other than the first;
    no_line, line_weekdays, line_time, weeks_back: the same for weekly lines;
    weekday_twice: two lines for one weekday;
    line_after_service: the line closes after a service of the same week;
    too_far: the limit lies more than a year before the service, so that nobody could
    ever book.
    """
    if rule.kind not in KINDS:
        return ("kind",)
    if rule.kind == "weekly":
        return tuple(dict.fromkeys(_weekly_problems(rule.lines)))
    return tuple(_field_problems(rule))


def _field_problems(rule: Rule) -> Iterator[str]:
    if not 0 <= rule.time <= 24:
        yield "time"
    if rule.kind in ("offset", "period") and rule.offset_calendar not in CALENDARS:
        yield "offset_calendar"
    if rule.kind == "offset":
        yield from _range_problem("offset_count", rule.offset_count, MAX_DAYS_BACK)
        if rule.offset_from not in ORIGINS:
            yield "offset_from"
    if rule.kind == "period":
        yield from _range_problem("period_days", rule.period_days, MAX_DAYS_BACK)
    if rule.kind == "monthly":
        yield from _monthly_problems(rule)


def _monthly_problems(rule: Rule) -> Iterator[str]:
    yield from _range_problem("months_back", rule.months_back, MAX_MONTHS_BACK)
    if not 1 <= rule.month_day <= 31:
        yield "month_day"
    elif rule.months_back == 0 and rule.month_day > 1:
        yield "month_after_service"


def _weekly_problems(lines: tuple[WeeklyLine, ...]) -> Iterator[str]:
    if not lines:
        yield "no_line"
    seen: set[int] = set()
    for line in lines:
        if seen & line.weekdays:
            yield "weekday_twice"
        seen |= line.weekdays
        yield from _line_problems(line)


def _line_problems(line: WeeklyLine) -> Iterator[str]:
    if not line.weekdays or not {*line.weekdays, line.cutoff_weekday} <= {*range(7)}:
        yield "line_weekdays"
    if not 0 <= line.time <= 24:
        yield "line_time"
    yield from _range_problem("weeks_back", line.weeks_back, MAX_WEEKS_BACK)
    if line.weeks_back == 0 and line.cutoff_weekday > min(line.weekdays, default=6):
        yield "line_after_service"


def _range_problem(code: str, number: int, maximum: int) -> Iterator[str]:
    if number < 0:
        yield code
    elif number > maximum:
        yield "too_far"
