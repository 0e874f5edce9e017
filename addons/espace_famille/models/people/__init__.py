from . import res_partner_commune
from . import espace_school
from . import espace_family
from . import espace_guardian
from . import espace_child
from . import espace_custody
from . import espace_child_custody
from . import espace_pickup_person
