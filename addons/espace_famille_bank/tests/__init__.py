from . import test_bank_demo
from . import test_bank_doors
from . import test_bank_file
from . import test_bank_pointing
