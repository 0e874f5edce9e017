from . import test_rollover_money
