"""What PayFiP takes and answers, as those who use it know it."""

from datetime import timedelta
from decimal import Decimal

SERVICE_URL = "https://www.payfip.gouv.fr/tpa/services/securite"
PAYMENT_URL = "https://www.payfip.gouv.fr/tpa/paiementws.web"

# The service is asked for one payment at a time, in euros.
MINIMUM = Decimal("1.00")
MAXIMUM = Decimal("100000.00")
CURRENCY = "EUR"
SHORTEST_EMAIL, LONGEST_EMAIL = 6, 80
SHORTEST_REFDET, LONGEST_REFDET = 6, 30
LONGEST_URL = 250

# A payment page that was opened tells its result within this time, or was left.
PAGE_LASTS = timedelta(minutes=130)
# A card refused, or a payment given up, may be tried again on the same page until then.
MAY_CHANGE = timedelta(hours=24)
# The bank of the family may send a direct debit back until then.
DEBIT_MAY_COME_BACK = timedelta(days=70)
# A payment can be looked up about a year: what was not answered by then never will be.
FORGOTTEN = timedelta(days=380)
