from . import espace_tax_certificate
from . import espace_collection_report
from . import espace_collection_workbook
from . import espace_account_statement
