from . import espace_family
from . import espace_portal_home
from . import espace_upload
from . import ir_http
from . import ir_http_sent
from . import ir_qweb
from . import res_company
from . import res_config_settings
