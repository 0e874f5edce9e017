from . import espace_tariff_selector_mixin
from . import espace_tariff_line
from . import espace_tariff_adjustment
from . import espace_tariff
from . import espace_activity
from . import product_template
