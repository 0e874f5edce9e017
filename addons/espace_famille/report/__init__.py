from . import espace_session_list
from . import espace_menu_poster
from . import espace_printed_list
