from . import test_absences
from . import test_access
from . import test_bookings
from . import test_cart
from . import test_invite
from . import test_pages
from . import test_payment
from . import test_period
