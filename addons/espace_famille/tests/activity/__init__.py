from . import test_deadline_rule
from . import test_opening
