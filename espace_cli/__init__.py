"""The launcher behind ``./espace``. Python's standard library only.

=============  ==================================================================
``main``       the command line: reads the arguments, calls one of ``commands``
``commands/``  one module a command: demo, serve, test, bench, lint, shell, i18n…
``setup/``     what they stand on: Python packages, Odoo, PostgreSQL, databases
``inside/``    small scripts run by the Python that has Odoo, not by this one
``layout``     where everything is
``console``    what is said to the user
``process``    running other programs
``stamps``     finished steps and locks
``mail``       the mail box of the demo: mails are written to files, never sent
=============  ==================================================================
"""
