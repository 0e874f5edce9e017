from . import valdurenque
from . import absences
