from . import valdurenque
from . import absences
from . import payments
