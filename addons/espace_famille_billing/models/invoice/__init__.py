from . import account_move
from . import account_move_document
from . import account_move_send
from . import account_move_regie
from . import res_company_invoicing
from . import espace_family_delivery
from . import espace_family_document
from . import ir_actions_report
