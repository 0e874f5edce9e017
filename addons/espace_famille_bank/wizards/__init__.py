from . import account_statement_import
from . import espace_bank_choice
from . import espace_bank_upload
from . import espace_rejection_wizard
