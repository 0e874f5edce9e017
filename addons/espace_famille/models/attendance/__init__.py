from . import espace_child_attendance
from . import espace_reservation_attendance
from . import espace_reservation_walk_in
from . import espace_session_attendance
from . import espace_meal_count
