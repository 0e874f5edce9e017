from . import base
from . import comfort
from . import home
from . import contacts
