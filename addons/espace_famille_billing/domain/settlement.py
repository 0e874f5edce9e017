"""What a booking owes (règlement): which event, if any, is to be charged now.

One table serves payment at booking (R, `booking`) and at consumption (C,
`consumption`): the charge to make is always the target's price minus what was
charged before, so that a correction is one more line and nothing is ever edited.
"""

from dataclasses import dataclass
from decimal import Decimal

# The states in which a booking is due; others owe nothing.
DUE_STATES = ("pending_payment", "confirmed")


@dataclass(frozen=True, slots=True)
class Booking:
    """What settlement needs to know of a reservation; see `espace.reservation`."""

    state: str
    attendance: str
    origin: str = "booked"
    late: bool = False
    mode: str = "booking"
    absence_due: bool = False  # carence: excused, but due as it was booked
    waived: bool = False  # the commune asks nothing for it (remise gracieuse)


def event_due(booking):
    """Return the event to charge (see `pricing.EVENTS`), None when nothing is due.

    At consumption nothing is due until the attendance is known. An absence has its
    own event, whoever booked and when; a day of carence is due as if the child had
    come.
    """
    if booking.waived or booking.state not in DUE_STATES:
        return None
    if booking.mode == "consumption" and booking.attendance == "expected":
        return None
    is_carence = booking.attendance == "absent_justified" and booking.absence_due
    if booking.attendance.startswith("absent_") and not is_carence:
        return booking.attendance.replace("absent_", "absence_")
    if booking.origin == "walk_in":
        return "unplanned"
    return "late" if booking.late else "planned"


def takes_a_day(booking):
    """Tell whether a booking takes a day of a pack (carnet), whenever it is charged.

    As at booking: whoever stays away without a reason has taken the day.
    """
    if booking.waived or booking.state not in DUE_STATES:
        return False
    return booking.attendance != "absent_justified" or booking.absence_due


def to_charge(target, charged):
    """Return the euros to charge (negative: to credit) to reach `target`."""
    return Decimal(target) - Decimal(charged)
