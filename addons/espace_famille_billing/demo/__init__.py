from . import valdurenque
from . import books
from . import absences
from . import runs
from . import arrears
from . import collections
from . import payments
