from . import espace_merge
from . import espace_merge_family
from . import espace_merge_guardian
from . import espace_merge_child
from . import espace_duplicate
from . import duplicate_warnings
from . import res_partner_merged
