from . import espace_invitation
from . import portal_wizard
from . import espace_refusal_wizard
from . import espace_erasure_wizard
