"""Odoo's command line as a file.

A server with workers starts its process for live notifications by running its own
file again, which ``python -m odoo`` does not allow. With ESPACE_COMPRESS its answers
are compressed, as the proxy of a real server does it.
"""

import os
import sys

from odoo.cli.command import main


def compress() -> None:
    """Have Odoo's application compress its answers."""
    from compression import compressed

    from odoo.http import Application

    answer = Application.__call__

    def call(self, environ, start_response):
        return compressed(answer.__get__(self), environ, start_response)

    Application.__call__ = call


if __name__ == "__main__":
    # The process of live notifications has no pages, and patches Python first.
    if os.environ.get("ESPACE_COMPRESS") and "gevent" not in sys.argv:
        compress()
    main()
