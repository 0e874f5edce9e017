from . import espace_gdpr_export
from . import espace_portal_legal
from . import espace_portal_rgaa
from . import espace_erasure
from . import espace_stranger_erasure
