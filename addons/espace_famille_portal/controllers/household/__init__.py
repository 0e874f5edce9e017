from . import household
from . import household_account
from . import household_security
