from . import espace_flat_formula
from . import espace_flat
from . import espace_flat_due
from . import espace_charge_flat
from . import espace_check_flat
