from . import test_flat
