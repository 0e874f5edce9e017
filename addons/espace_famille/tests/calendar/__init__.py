from . import test_calendar
from . import test_calendar_wizard
from . import test_calendar_change
