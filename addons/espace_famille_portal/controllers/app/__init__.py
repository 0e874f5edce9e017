from . import installed
from . import devices
from . import log_out
