from . import test_erasure
from . import test_legal
from . import test_site_map
from . import test_my_data
from . import test_stranger_erasure
