from . import account_move
from . import account_move_sums
from . import account_move_regie
from . import res_company_invoicing
from . import espace_family_delivery
from . import ir_actions_report
