from . import espace_news
from . import espace_request
from . import inner_words
from . import mail_message
