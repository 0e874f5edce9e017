from . import account
from . import invoices
from . import payment
from . import invoice_payment
from . import invoice_link
from . import purse
from . import certificates
from . import tariffs
