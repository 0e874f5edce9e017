"""Who is written to about bookings, and when.

Times are naive UTC unless they are called local: the commune's wall clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256

# Nobody is reminded of anything at night: local hours, from the first to before the
# last.
DAY_BEGINS, DAY_ENDS = time(8), time(20)

# A family that has just touched its cart is still choosing.
STILL_CHOOSING = timedelta(hours=1)

# A child usually comes who came in so many of the weeks that are looked back on: more
# than once is a habit, and six weeks always hold three of school.
HABIT_WEEKS = 2
LOOKED_BACK = timedelta(weeks=6)

# A family is notified of its changes once it has been quiet for so long; its invoice
# is made meanwhile. One that never stops is notified all the same.
QUIET = timedelta(minutes=2)
PATIENCE = timedelta(minutes=15)


def is_daytime(local: datetime) -> bool:
    """Tell whether people may be reminded at this local time."""
    return DAY_BEGINS <= local.time() < DAY_ENDS


# === Cart === #


@dataclass(frozen=True, slots=True)
class Cart:
    """What a family has in its cart.

    `touched` is when the last line was added; `limits` are the booking limits of its
    lines.
    """

    lines: tuple[int, ...]
    touched: datetime
    limits: tuple[datetime, ...]

    @property
    def key(self) -> str:
        """Return a name for this very content, whatever the order of its lines."""
        names = ",".join(map(str, sorted(self.lines)))
        return sha256(names.encode()).hexdigest()[:32]


def is_forgotten(
    cart: Cart, now: datetime, lies_since: timedelta, limit_within: timedelta
) -> bool:
    """Tell whether the family is to be reminded of its cart.

    It is when a line lies there for `lies_since`, or can be booked for less than
    `limit_within`; never while the family is choosing, nor once nothing in it can be
    booked any more.
    """
    coming = [limit for limit in cart.limits if limit > now]
    if not coming or now - cart.touched < STILL_CHOOSING:
        return False
    return now - cart.touched >= lies_since or min(coming) - now <= limit_within


# === Limits === #


def limit_day(local_limit: datetime) -> date:
    """Return the day of a local limit; the first instant of a day ends the one before.

    “Jusqu’à dimanche minuit” is a limit of Sunday.
    """
    midnight = local_limit.time() == time(0)
    return local_limit.date() - timedelta(days=midnight)


def is_near(local_limit: datetime, local_now: datetime, days: int) -> bool:
    """Tell whether a local limit is `days` days away at most, and not yet past."""
    if local_now >= local_limit:
        return False
    return (limit_day(local_limit) - local_now.date()).days <= days


def usually_comes(booked: Iterable[date], days: Iterable[date]) -> bool:
    """Tell whether a child came regularly on the weekdays of `days`.

    :param booked: the days for which it was booked lately
    """
    weekdays = {day.weekday() for day in days}
    weeks = {day.isocalendar()[:2] for day in booked if day.weekday() in weekdays}
    return len(weeks) >= HABIT_WEEKS


def is_expected(booked: Iterable[date], days: Iterable[date], enrolled: bool) -> bool:
    """Tell whether a child without booking before a limit is worth a reminder.

    Being enrolled is enough where a limit decides about several days, as for the meals
    of a week. Where each day has its own limit it would mean a message a day to those
    who come now and then: there only habits count.

    :param booked: the days for which it was booked lately
    :param days: the days that the limit decides about
    """
    days = list(days)
    return usually_comes(booked, days) or (enrolled and len(days) > 1)


# === Changes === #


def is_settled(changes: Iterable[datetime], now: datetime, unpaid: bool) -> bool:
    """Tell whether what a family changed can be told it in one e-mail.

    :param changes: when it changed something, not notified yet
    :param unpaid: some of its new bookings wait for their payment
    """
    changes = list(changes)
    if not changes:
        return False
    quiet = now - max(changes) >= QUIET
    return (quiet and not unpaid) or now - min(changes) >= PATIENCE
