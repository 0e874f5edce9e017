from . import test_access
from . import test_budget
from . import test_headers
from . import test_home
from . import test_pages
from . import test_portal_messages
from . import test_sent
from . import test_upload
