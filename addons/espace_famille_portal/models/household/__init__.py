from . import espace_change
from . import espace_change_proposal
from . import espace_portal_documents
from . import espace_portal_household
from . import espace_portal_household_form
from . import espace_merge
