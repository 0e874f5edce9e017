from . import test_meal_count
from . import test_kitchen
from . import test_menu
