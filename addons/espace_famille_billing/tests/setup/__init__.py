from . import test_setup_money
