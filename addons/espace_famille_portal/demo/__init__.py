from . import valdurenque
