from . import espace_reservation_attendance
from . import espace_session_attendance
from . import espace_meal_count
from . import espace_reservation_pickup
