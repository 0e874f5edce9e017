from . import espace_tax_certificate
