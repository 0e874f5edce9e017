"""When a device is told something, and which push services are written to.

Times called local are on the commune's wall clock; the others are naive UTC.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

# Nobody's telephone rings at night: what arises then waits until the morning.
SILENT_FROM, SILENT_UNTIL = time(20), time(7)

# How long after each try that failed the next one is made; then it is given up. The
# e-mail has told it anyway.
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))

# What is older is no news; a limit is told as long as it has not passed.
FRESH = timedelta(hours=24)

# Those of Chrome and most browsers of Android, Firefox, Safari, Edge. A server must not
# be made to call whatever address a browser names.
SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
)


def is_silent(local: datetime) -> bool:
    """Tell whether it is night: 20:00 to before 7:00."""
    return local.time() >= SILENT_FROM or local.time() < SILENT_UNTIL


def may_ring(local: datetime) -> datetime:
    """Return from when on a device may be told what arises now, both local."""
    if not is_silent(local):
        return local
    morning = local.date() + timedelta(days=local.time() >= SILENT_FROM)
    return datetime.combine(morning, SILENT_UNTIL)


def next_try(tries: int, now: datetime) -> datetime | None:
    """Return when to try again after so many tries that failed, None for never."""
    return now + DELAYS[tries - 1] if tries <= len(DELAYS) else None


def is_push_service(endpoint: str, others: Iterable[str] = ()) -> bool:
    """Tell whether an address is that of a push service.

    :param others: origins that are allowed besides: “https://push.example.org”
    """
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    if parts.username or parts.password or not host:
        return False
    if f"{parts.scheme}://{parts.netloc}".lower() in {one.lower() for one in others}:
        return True
    known = any(host == one or host.endswith(f".{one}") for one in SERVICES)
    return parts.scheme == "https" and port in (None, 443) and known
