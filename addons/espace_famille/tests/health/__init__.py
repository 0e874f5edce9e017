from . import test_health_reading
