from . import espace_setup
from . import espace_setup_tariff
from . import espace_setup_money
