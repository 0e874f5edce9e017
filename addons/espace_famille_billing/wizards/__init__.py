from . import espace_fec_wizard
