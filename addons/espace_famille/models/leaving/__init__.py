from . import espace_leaving_mixin
from . import espace_reservation_leaving
from . import espace_family_leaving
from . import espace_child_leaving
from . import espace_enrolment_leaving
