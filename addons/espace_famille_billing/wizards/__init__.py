from . import espace_open_lines
from . import espace_counter_wizard
from . import espace_rejection_wizard
from . import espace_refund_wizard
from . import espace_write_off_wizard
from . import espace_account_wizard
