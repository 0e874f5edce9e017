from . import valdurenque
from . import books
from . import absences
