from . import test_caf_hours
from . import test_family_account
from . import test_tax_certificate
from . import test_register_quotients
from . import test_leaving_money
from . import test_quotient_spread
