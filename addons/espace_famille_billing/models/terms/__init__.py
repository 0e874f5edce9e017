from . import espace_accountant_terms
from . import account_move_terms
from . import espace_check_terms
