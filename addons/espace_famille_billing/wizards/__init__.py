from . import espace_reminder_run
