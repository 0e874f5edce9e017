from . import espace_invitation
from . import portal_wizard
