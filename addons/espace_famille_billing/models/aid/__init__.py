from . import espace_aid
from . import espace_charge_aid
from . import account_move_aid
from . import account_payment_aid
from . import espace_check_aid
