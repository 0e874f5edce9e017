from . import test_household
from . import test_household_account
