from . import espace_rulebook
from . import res_company
from . import espace_check
from . import espace_check_run
from . import espace_check_collection
from . import espace_check_payments
from . import espace_check_books
from . import res_config_settings
