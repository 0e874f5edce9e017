from . import core
from . import booking
from . import money
from . import household
from . import message
from . import access
from . import legal
