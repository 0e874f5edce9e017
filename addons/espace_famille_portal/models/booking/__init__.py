from . import espace_portal_offer
from . import espace_portal_agenda
from . import espace_portal_agenda_words
from . import espace_portal_cart
from . import espace_portal_period
from . import espace_portal_period_shortcuts
from . import espace_portal_absence
from . import espace_calendar_feed
