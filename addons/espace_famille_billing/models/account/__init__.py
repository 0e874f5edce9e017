from . import espace_family
from . import espace_family_net
from . import espace_family_income
from . import espace_family_quotient
from . import espace_account_line
from . import espace_tax_certificate
from . import espace_caf_hours
from . import espace_family_erasure
