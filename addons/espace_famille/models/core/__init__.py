from . import espace_weekday_mixin
from . import res_company
from . import espace_rulebook
from . import ir_fields_converter
from . import mail_mail
from . import mail_template
from . import res_config_settings
from . import espace_check
