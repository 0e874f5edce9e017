from . import espace_booking_wizard
from . import espace_absence_refusal
from . import espace_closure_wizard
