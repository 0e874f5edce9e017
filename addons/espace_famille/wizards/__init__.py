from . import espace_booking_wizard
from . import espace_calendar_wizard
