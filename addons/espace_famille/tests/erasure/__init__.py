from . import test_erasure
from . import test_health_erasure
