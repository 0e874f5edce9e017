from . import espace_portal_menu
