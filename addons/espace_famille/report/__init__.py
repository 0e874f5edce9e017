from . import espace_session_list
