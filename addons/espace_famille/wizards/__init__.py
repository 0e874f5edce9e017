from . import espace_booking_wizard
from . import espace_meal_order_wizard
from . import espace_times_wizard
from . import espace_walk_in_wizard
