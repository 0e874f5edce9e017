from . import espace_home_regie
from . import espace_home_run
from . import ir_ui_menu_home
