from . import espace_deadline_rule
from . import espace_deadline_rule_line
from . import espace_activity
from . import espace_waiting_criterion
from . import espace_activity_eligibility
from . import product_product
from . import product_template
from . import espace_booking_opening
