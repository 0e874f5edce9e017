from . import espace_session
from . import espace_session_limits
from . import espace_session_generation
from . import espace_reservation
from . import espace_reservation_booking
from . import espace_reservation_cancelling
from . import espace_reservation_waiting
from . import espace_reservation_event
