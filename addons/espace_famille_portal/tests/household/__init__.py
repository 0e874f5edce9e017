from . import test_household
from . import test_household_account
from . import test_household_security
