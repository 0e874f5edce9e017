from . import legal
from . import my_data
