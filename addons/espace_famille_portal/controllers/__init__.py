from . import base
from . import home
from . import bookings
from . import cart
from . import payment
from . import invoices
from . import contacts
from . import absences
