from . import espace_deposit_rule
from . import espace_deposit_plan
from . import espace_deposit
from . import account_move_deposit
from . import espace_check_deposit
