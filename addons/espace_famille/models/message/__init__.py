from . import espace_audience
from . import espace_message_template
from . import espace_message
from . import espace_message_line
from . import espace_message_sending
from . import espace_message_sms
from . import message_senders
