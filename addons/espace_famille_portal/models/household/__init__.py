from . import espace_change
from . import espace_change_notify
from . import espace_change_login
from . import espace_portal_documents
from . import espace_portal_household
