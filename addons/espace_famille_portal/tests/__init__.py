from .core import *
from .booking import *
from .money import *
from .household import *
from .message import *
from .notice import *
from .access import *
from .legal import *
