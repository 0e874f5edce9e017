"""Activities that most communes run, ready to be chosen: hours, days, limits, places.

A model proposes; whoever creates an activity from it chooses the sentences of the
règlement among those that such an activity can have, the hours and the places.
"""

from dataclasses import dataclass

from .cutoff import Rule, WeeklyLine

WHOLE_WEEK = frozenset(range(7))
SCHOOL_WEEK = frozenset({0, 1, 3, 4})
WEDNESDAY = frozenset({2})
MONDAY_TO_FRIDAY = frozenset(range(5))


def _week_before(weekday: int, hours: float) -> Rule:
    line = WeeklyLine(
        weekdays=WHOLE_WEEK, cutoff_weekday=weekday, weeks_back=1, time=hours
    )
    return Rule(kind="weekly", lines=(line,))


def _before(count: int, hours: float, calendar: str = "all") -> Rule:
    return Rule(kind="offset", offset_count=count, offset_calendar=calendar, time=hours)


RULES = {
    "tuesday_noon": _week_before(1, 12),
    "wednesday_noon": _week_before(2, 12),
    "thursday_noon": _week_before(3, 12),
    "thursday_night": _week_before(3, 24),
    "day_before_17": _before(1, 17),
    "day_before_night": _before(1, 24),
    "school_day_before_10": _before(1, 10, "school"),
    "school_day_before_17": _before(1, 17, "school"),
    "working_day_before_12": _before(1, 12, "working"),
    "two_working_days_12": _before(2, 12, "working"),
    "two_days_24": _before(2, 24),
    "week_24": _before(7, 24),
    "same_day_9": _before(0, 9),
    "month_20": Rule(kind="monthly", month_day=20, months_back=1, time=24),
    "month_25": Rule(kind="monthly", month_day=25, months_back=1, time=24),
    "period_15": Rule(kind="period", period_days=15, offset_calendar="all", time=24),
    "period_30": Rule(kind="period", period_days=30, offset_calendar="all", time=24),
    "always": Rule(kind="always"),
    "never": Rule(kind="never"),
}
"""The sentences that can be chosen, by their names."""

MEALS = (
    "tuesday_noon",
    "wednesday_noon",
    "thursday_noon",
    "thursday_night",
    "school_day_before_10",
    "day_before_17",
    "two_working_days_12",
    "week_24",
    "month_20",
    "month_25",
)
CARE = (
    "day_before_17",
    "day_before_night",
    "school_day_before_17",
    "working_day_before_12",
    "same_day_9",
    "two_working_days_12",
    "tuesday_noon",
    "thursday_noon",
    "month_20",
    "month_25",
    "always",
)
WEDNESDAYS = (
    "two_working_days_12",
    "working_day_before_12",
    "week_24",
    "thursday_noon",
    "thursday_night",
    "day_before_17",
    "month_20",
    "month_25",
)
PERIODS = ("period_15", "period_30", "week_24", "two_working_days_12", "month_20")


@dataclass(frozen=True)
class Option:
    """One option (formule): local hours; `chosen` if it is proposed ticked."""

    code: str
    start: float
    end: float
    meal: bool = False
    times: bool = False
    chosen: bool = True


@dataclass(frozen=True)
class Model:
    """An activity as it is proposed.

    `weekdays`: Monday = 0; `kinds`: of days, as in `Calendar.day_kind`; `booking` and
    `cancel`: keys of `RULES`, the one proposed first; `chosen`: proposed ticked.
    """

    code: str
    category: str
    weekdays: frozenset[int]
    kinds: tuple[str, ...]
    options: tuple[Option, ...]
    capacity: int
    booking: tuple[str, ...]
    cancel: tuple[str, ...]
    waiting_list: bool = False
    chosen: bool = False

    @property
    def start(self) -> float:
        """The local hour at which the earliest of its options starts."""
        return min(option.start for option in self.options)


MODELS = (
    Model(
        code="canteen",
        category="canteen",
        weekdays=SCHOOL_WEEK,
        kinds=("school",),
        options=(Option("meal", 11.75, 13.5, meal=True),),
        capacity=80,
        booking=MEALS,
        cancel=("never", *MEALS),
        chosen=True,
    ),
    Model(
        code="morning",
        category="childcare",
        weekdays=SCHOOL_WEEK,
        kinds=("school",),
        options=(Option("morning", 7.5, 8.5),),
        capacity=50,
        booking=CARE,
        cancel=(*CARE, "never"),
        chosen=True,
    ),
    Model(
        code="evening",
        category="childcare",
        weekdays=SCHOOL_WEEK,
        kinds=("school",),
        options=(
            Option("evening_1", 16.5, 17.5, times=True),
            Option("evening_2", 16.5, 18.5, times=True),
        ),
        capacity=50,
        booking=CARE,
        cancel=(*CARE, "never"),
        chosen=True,
    ),
    Model(
        code="wednesday",
        category="leisure",
        weekdays=WEDNESDAY,
        kinds=("wednesday",),
        options=(
            Option("day", 8, 18, meal=True),
            Option("half_meal", 8, 13.5, meal=True, chosen=False),
            Option("half", 8, 12, chosen=False),
            Option("afternoon", 13.5, 18, chosen=False),
        ),
        capacity=36,
        booking=WEDNESDAYS,
        cancel=(*WEDNESDAYS, "never"),
        waiting_list=True,
    ),
    Model(
        code="holidays",
        category="leisure",
        weekdays=MONDAY_TO_FRIDAY,
        kinds=("holiday",),
        options=(
            Option("holiday", 8, 18, meal=True),
            Option("holiday_half", 8, 12, chosen=False),
        ),
        capacity=36,
        booking=PERIODS,
        cancel=(*PERIODS, "never"),
        waiting_list=True,
    ),
)
"""In the order in which they are shown."""

BY_CODE = {model.code: model for model in MODELS}
