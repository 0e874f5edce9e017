from odoo import fields, models

from odoo.addons.espace_famille.models.core.espace_thread import OFFICE

AGENTS = "base.group_user"


class EspaceThread(models.AbstractModel):
    """What agents write to each other is found by agents only.

    Pages read the messages that a family may read as superuser (`_conversation`).
    """

    _inherit = "espace.thread"

    website_message_ids = fields.One2many(groups=OFFICE)


class ResPartner(models.Model):
    _inherit = "res.partner"

    comment = fields.Html(groups=AGENTS)
    message_ids = fields.One2many(groups=AGENTS)
    website_message_ids = fields.One2many(groups=AGENTS)


class AccountMove(models.Model):
    _inherit = "account.move"

    message_ids = fields.One2many(groups=AGENTS)
    website_message_ids = fields.One2many(groups=AGENTS)
