from . import test_followers
from . import test_news
from . import test_requests
from . import test_said
