from . import bookings
from . import agenda
from . import cart
from . import absences
from . import calendar_feed
