from . import espace_booking_notice
from . import espace_reservation_notice
from . import espace_booking_reminder
from . import res_company_reminders
from . import res_config_settings_reminders
