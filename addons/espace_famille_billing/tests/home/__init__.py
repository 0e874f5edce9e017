from . import test_home_regie
