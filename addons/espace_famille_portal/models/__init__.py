from . import espace_family
from . import espace_guardian
from . import espace_portal_cart
from . import espace_portal_home
from . import espace_portal_period
from . import ir_qweb
from . import espace_portal_absence
