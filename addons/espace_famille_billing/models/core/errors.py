"""What a price may lack."""

from odoo.exceptions import UserError


class MissingPrice(UserError):
    """No tariff is in force, or it has no line for what is asked."""


class NoTariff(MissingPrice):
    """The commune has no tariff at all: it does not bill, or not yet."""
