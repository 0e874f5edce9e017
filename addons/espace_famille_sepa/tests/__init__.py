from . import test_mandate
from . import test_run
from . import test_return
from . import test_direct_debit_portal
from . import test_debit_demo
