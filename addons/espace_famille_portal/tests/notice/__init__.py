from . import test_booking_reminders
from . import test_change_mail
