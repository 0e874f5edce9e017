from . import res_company_safety
from . import espace_activity_safety
from . import espace_session_safety
