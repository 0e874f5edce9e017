from . import espace_regie_purse
from . import espace_purse_line
from . import espace_family_purse
from . import account_payment_purse
from . import payment_transaction_purse
