from . import valdurenque
from . import town_life
