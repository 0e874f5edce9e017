from . import test_rollover
