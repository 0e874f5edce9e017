from . import espace_school_kitchen
from . import espace_kitchen_order
from . import espace_menu
from . import espace_kitchen
from . import res_company_kitchen
from . import espace_meal_count
