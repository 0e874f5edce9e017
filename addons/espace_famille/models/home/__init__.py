from . import espace_home
from . import espace_home_day
from . import espace_home_attendance
from . import espace_home_desk
from . import espace_home_kitchen
from . import espace_home_administration
from . import ir_http_home
from . import res_users_home
