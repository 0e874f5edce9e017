from . import espace_gdpr_export
from . import res_company_legal
from . import res_config_settings_legal
from . import espace_portal_legal
from . import espace_erasure
