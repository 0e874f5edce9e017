from . import espace_news
from . import espace_request
