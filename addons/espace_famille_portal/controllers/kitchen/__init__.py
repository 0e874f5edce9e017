from . import menus
