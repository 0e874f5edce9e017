"""Limits as sessions store them, and whether a service has begun."""

from datetime import datetime

# `datetime.min` and `datetime.max` fall outside what clients can show.
NEVER = datetime(1970, 1, 1)
NO_LIMIT = datetime(9999, 1, 1)

LIMITS = ("booking_cutoff", "cancel_cutoff", "late_cutoff")


def as_limit(stored):
    """Return a stored limit with `datetime.max`/`min` for always/never."""
    if not stored or stored >= NO_LIMIT:
        return datetime.max
    return datetime.min if stored <= NEVER else stored


def has_begun(day, find_start, local):
    """Tell whether a service has begun, or its day is over, at a local time.

    :param find_start: says when it starts, in hours, None if that is unknown
    """
    if day != local.date():
        return day < local.date()
    start = find_start()
    return start is not None and local.hour + local.minute / 60 >= start
