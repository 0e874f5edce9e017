from . import activation
from . import public_forms
