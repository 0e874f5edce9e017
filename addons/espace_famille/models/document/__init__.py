from . import ir_qweb_field
from . import ir_actions_report
from . import report_paperformat
from . import res_company_document
