from . import test_billing_run
from . import test_run_queries
from . import test_run_sending
