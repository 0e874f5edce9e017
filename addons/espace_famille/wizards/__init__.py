from . import espace_booking_wizard
