from . import test_register_import
from . import test_register_undo
