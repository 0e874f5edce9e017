from . import test_price
from . import test_tariff
from . import test_tariff_tools
