from . import test_invoice_payment
from . import test_money
from . import test_money_doors
from . import test_payment
from . import test_one_sum
from . import test_two_regies
