from . import espace_regie
from . import espace_title
