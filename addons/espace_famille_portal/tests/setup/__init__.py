from . import test_setup_invite
