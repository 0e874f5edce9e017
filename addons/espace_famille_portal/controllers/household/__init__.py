from . import household
from . import household_account
