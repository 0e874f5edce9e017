from . import attendance
from . import core
