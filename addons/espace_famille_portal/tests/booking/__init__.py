from . import test_absences
from . import test_agenda
from . import test_bookings
from . import test_calendar_feed
from . import test_cart
from . import test_period
from . import test_shortcuts
from . import test_waiting
