from . import test_attendance
from . import test_meal_count
from . import test_session_list
from . import test_walk_in
