from . import test_home_families
