from . import test_attendance
from . import test_attendance_events
from . import test_attendance_screens
from . import test_session_list
from . import test_walk_in
