from . import test_absence_settlement
from . import test_attendance
from . import test_charge
from . import test_charge_life
from . import test_closure_money
from . import test_option_change
from . import test_recompute
from . import test_settlement
