from . import espace_caf_run
from . import espace_reminder_run
from . import espace_tax_run
