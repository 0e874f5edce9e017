from . import espace_enrolment
from . import espace_document_type
from . import espace_document
from . import espace_document_reminder
from . import espace_document_missing
