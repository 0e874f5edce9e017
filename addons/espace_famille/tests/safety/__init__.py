from . import test_safety
