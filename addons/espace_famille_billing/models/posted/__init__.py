from . import account_move_posted
from . import account_move_line_posted
from . import account_payment_posted
from . import account_partial_reconcile_posted
from . import account_journal_posted
from . import espace_family_posted
from . import odoo_wizards
