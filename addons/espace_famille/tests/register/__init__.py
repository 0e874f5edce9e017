from . import test_register_import
