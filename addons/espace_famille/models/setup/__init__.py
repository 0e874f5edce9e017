from . import espace_setup
from . import espace_setup_steps
from . import espace_setup_mail
from . import espace_setup_activities
from . import espace_setup_ready
