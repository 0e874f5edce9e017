from . import activation
from . import public_forms
from . import dataset
from . import password_reset
from . import log_in
