from . import valdurenque
from . import valdurenque_people
