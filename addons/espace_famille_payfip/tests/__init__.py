from . import test_payfip_families
from . import test_payfip_demo
