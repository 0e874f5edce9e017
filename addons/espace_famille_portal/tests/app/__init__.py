from . import test_installed
from . import test_push
