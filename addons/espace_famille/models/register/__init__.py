from . import espace_register_import
from . import espace_register_table
from . import espace_register_line
from . import espace_register_known
from . import espace_register_preview
from . import espace_register_problems
from . import espace_register_writing
