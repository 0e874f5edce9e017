from . import espace_family_certificates
from . import espace_portal_payment
