from . import res_company
from . import res_config_settings
from . import espace_guardian
from . import espace_family
from . import espace_family_income
from . import espace_quotient_answer
from . import espace_quotient_query
from . import espace_family_erasure
