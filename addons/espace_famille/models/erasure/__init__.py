from . import espace_erasure_mixin
from . import espace_child_erasure
from . import espace_family_erasure
from . import res_partner
