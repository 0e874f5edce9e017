"""One module a command.

Each has ``NAME``, ``HELP`` (a line), a docstring (shown by ``--help``), ``arguments``
(declares its options) and ``run`` (returns the exit code).
"""

from . import bench, bom, check, clean, demo, dist, i18n, lint, serve, shell, testing

#: In the order of the help.
COMMANDS = (demo, serve, testing, check, bench, lint, shell, i18n, dist, bom, clean)
