from . import activation
from . import public_forms
from . import password_reset
