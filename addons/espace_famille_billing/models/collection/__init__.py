from . import espace_regie_collection
from . import account_journal_collection
from . import account_payment_collection
from . import account_move_collection
from . import espace_collection_statement
from . import espace_collection_checklist
from . import espace_collection_opening
from . import espace_collection_allocation
