"""The rules of bookings as pure functions: no Odoo, no clock, no database."""
