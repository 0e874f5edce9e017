from . import test_arrears
from . import test_collecting
