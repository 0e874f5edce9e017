from . import espace_booking_wizard
from . import espace_data_check
