from . import espace_attendance_figure
