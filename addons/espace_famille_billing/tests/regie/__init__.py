from . import test_accounting
from . import test_counter
from . import test_dashboard
from . import test_regie_setup
from . import test_rejection
from . import test_remittance
from . import test_write_off
from . import test_regie_documents
