from . import espace_news
from . import espace_request
from . import espace_request_privacy
