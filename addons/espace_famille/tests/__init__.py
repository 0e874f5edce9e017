<<<<<<< HEAD
=======
>>>>>>> attend/attend
from . import test_absence
from . import test_attendance
from . import test_book
from . import test_booking_wizard
from . import test_calendar
from . import test_calendar_wizard
from . import test_cancel
from . import test_closure
from . import test_custody
from . import test_deadline_rule
from . import test_document
from . import test_enrolment
from . import test_generation
from . import test_history
from . import test_household
from . import test_import
from . import test_meal_count
from . import test_opening
from . import test_pickup
from . import test_quote
from . import test_rights
from . import test_session
from . import test_session_list
from . import test_views
from . import test_waiting
from . import test_walk_in
