from . import test_credit
from . import test_invoice
from . import test_invoice_soon
from . import test_invoice_document
from . import test_invoice_line
