from . import espace_booking_wizard
from . import espace_calendar_wizard
from . import espace_enrolment_wizard
from . import espace_refusal_wizard
from . import espace_absence_refusal
from . import espace_closure_wizard
