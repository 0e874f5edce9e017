from . import test_books_check
from . import test_debts_check
from . import test_by_hand_posted
from . import test_posted
