from . import account
from . import invoices
from . import payment
from . import invoice_payment
from . import certificates
