from . import export
from . import report
