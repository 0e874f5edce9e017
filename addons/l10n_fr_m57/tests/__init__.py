from . import test_fr_m57
