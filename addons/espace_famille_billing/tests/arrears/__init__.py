from . import test_arrears
from . import test_collecting
from . import test_letters
from . import test_treasury
