from . import espace_booking_notice
from . import espace_booking_reminder
