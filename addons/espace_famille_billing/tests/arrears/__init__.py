from . import test_arrears
