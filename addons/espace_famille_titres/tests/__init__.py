from . import test_domain
from . import test_title_run
from . import test_title_list
from . import test_title_debts
