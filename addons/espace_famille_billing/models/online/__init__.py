from . import payment_provider
from . import payment_transaction
from . import account_move_online
from . import espace_pending_payment
from . import espace_family_online
