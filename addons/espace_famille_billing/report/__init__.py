from . import espace_collection_report
from . import espace_collection_workbook
