from . import espace_charge
from . import espace_charge_invoicing
from . import espace_charge_credit
from . import espace_reservation
from . import espace_reservation_payment
from . import espace_reservation_recompute
from . import espace_closure
