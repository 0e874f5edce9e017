from . import espace_pack_formula
from . import espace_pack
from . import espace_reservation_pack
from . import espace_check_pack
