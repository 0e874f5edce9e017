from . import espace_closure
from . import espace_closure_plan
from . import espace_closure_emergency
from . import espace_reservation_closure
