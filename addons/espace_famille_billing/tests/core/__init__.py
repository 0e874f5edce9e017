from . import test_analytic
from . import test_billing_messages
from . import test_check
from . import test_check_collection
from . import test_rights
from . import test_views
