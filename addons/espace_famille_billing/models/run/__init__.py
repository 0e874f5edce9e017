from . import account_move_series
from . import espace_billing_run
from . import espace_billing_run_preparation
from . import espace_billing_run_check
from . import espace_billing_run_family
from . import espace_billing_run_work
from . import espace_billing_run_sending
