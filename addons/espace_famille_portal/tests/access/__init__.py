from . import test_activation
from . import test_invitations
from . import test_doors
from . import test_login_tries
from . import test_password_doors
from . import test_staff_login
