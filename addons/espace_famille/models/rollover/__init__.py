from . import espace_school_class
from . import espace_class_move
