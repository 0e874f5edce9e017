from . import account_move_link
from . import espace_family_money
from . import espace_family_purse
from . import espace_lost_seats
from . import espace_portal_invoice
from . import espace_portal_payment
from . import espace_portal_tariff
from . import payment_provider
