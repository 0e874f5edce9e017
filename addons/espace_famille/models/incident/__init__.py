from . import espace_incident
from . import espace_incident_step
from . import espace_child_incident
