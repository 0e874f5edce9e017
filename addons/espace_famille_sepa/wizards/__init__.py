from . import espace_debit_proposal
from . import espace_paper_mandate
from . import espace_return_upload
