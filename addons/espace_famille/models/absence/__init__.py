from . import espace_activity_absence
from . import espace_absence
from . import espace_absence_declaration
from . import espace_absence_decision
from . import espace_absence_proof
from . import espace_reservation_absence
from . import espace_child_absence
