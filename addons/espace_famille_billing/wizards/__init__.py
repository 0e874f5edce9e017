from . import espace_credit_wizard
from . import espace_price_simulation
from . import espace_tariff_copy
from . import espace_price_recompute
from . import espace_income_import
from . import espace_fec_wizard
