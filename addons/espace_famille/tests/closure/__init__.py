from . import test_closure
