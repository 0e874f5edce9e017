from . import espace_school_year
from . import espace_calendar_period
from . import espace_calendar_loading
