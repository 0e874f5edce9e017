from . import espace_health_reading
from . import ir_attachment
