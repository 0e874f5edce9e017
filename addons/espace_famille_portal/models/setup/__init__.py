from . import espace_setup
