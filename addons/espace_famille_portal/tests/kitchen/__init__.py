from . import test_portal_menus
