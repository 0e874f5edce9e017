from . import espace_guardian
from . import espace_activation
from . import espace_rate_limit
from . import espace_captcha
from . import espace_account_request
from . import espace_door
from . import espace_password_request
from . import res_users
