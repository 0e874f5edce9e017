from . import espace_group
from . import espace_child
