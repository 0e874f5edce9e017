"""Odoo's command line as a file.

A server with workers starts its process for live notifications by running its own
file again, which ``python -m odoo`` does not allow.
"""

from odoo.cli.command import main

if __name__ == "__main__":
    main()
