from odoo import fields, models


class EspaceGuardian(models.Model):
    """What a guardian wants to be written about."""

    _inherit = "espace.guardian"

    notify_limits = fields.Boolean("Reminders Before Limits", default=True)
    notify_cart = fields.Boolean("Reminders of the Cart", default=True)
    notify_news = fields.Boolean("News by E-mail", default=True)
