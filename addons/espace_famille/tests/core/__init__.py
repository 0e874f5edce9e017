from . import test_batch
from . import test_by_hand
from . import test_check
from . import test_import
from . import test_messages
from . import test_rights
from . import test_rulebook
from . import test_views
