from . import espace_credit_wizard
