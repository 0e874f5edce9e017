from . import espace_activity_absence
from . import espace_absence
from . import espace_absence_proof
from . import espace_reservation_absence
from . import absence_smart_buttons
