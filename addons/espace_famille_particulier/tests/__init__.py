from . import test_domain
from . import test_quotients
from . import test_portal
