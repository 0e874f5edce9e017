from . import test_contact_names
from . import test_custody
from . import test_household
from . import test_pickup
from . import test_namesakes
