from . import test_charge
from . import test_invoice
from . import test_payment
from . import test_price
from . import test_rights
from . import test_settlement
from . import test_tariff
from . import test_views
