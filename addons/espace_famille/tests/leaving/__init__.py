from . import test_leaving
