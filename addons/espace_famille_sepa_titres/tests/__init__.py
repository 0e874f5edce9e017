from . import test_title_mandate
