from . import espace_deadline_rule
from . import espace_activity
from . import espace_activity_eligibility
from . import product_template
from . import espace_booking_opening
