from . import espace_family
from . import espace_portal_home
from . import ir_http
from . import ir_qweb
from . import res_company
from . import res_config_settings
