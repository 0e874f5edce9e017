from . import espace_home_families
