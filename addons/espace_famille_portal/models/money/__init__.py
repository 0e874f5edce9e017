from . import espace_family_money
from . import espace_portal_payment
from . import payment_provider
