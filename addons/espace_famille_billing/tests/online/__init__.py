from . import test_online_invoices
from . import test_payment
from . import test_waiting_money
