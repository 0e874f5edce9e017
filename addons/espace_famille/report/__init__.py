from . import espace_session_list
from . import espace_meal_order
