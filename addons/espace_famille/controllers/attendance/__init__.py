from . import attendance_page
