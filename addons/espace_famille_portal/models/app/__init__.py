from . import app_icon
from . import espace_portal_app
from . import res_company_app
from . import espace_guardian_push
from . import mail_push_device
from . import espace_push
from . import espace_push_causes
from . import espace_push_reminder
