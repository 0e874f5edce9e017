from . import test_closure
from . import test_emergency
