"""The rules of money as pure functions: no Odoo, no clock, no database."""
