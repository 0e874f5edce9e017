from . import test_aid
