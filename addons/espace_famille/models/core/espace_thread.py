from odoo import api, fields, models


def unfollowed(records):
    """Return the records so that who creates, writes or reads does not follow them."""
    return records.with_context(
        mail_create_nosubscribe=True,
        mail_post_autofollow=False,
        mail_post_autofollow_author_skip=True,
    )


class EspaceThread(models.AbstractModel):
    """A thread that nobody follows by accident.

    In Odoo, who creates a record or writes on it follows it, and so do those it was
    sent to. Here a message to a family would then go to the agents who applied a
    closure or accepted a change: families are told by what the product sends, agents
    by what they follow on purpose.
    """

    _name = "espace.thread"
    _description = "Thread Followed on Purpose Only"
    _inherit = ["mail.thread"]

    # Odoo lets everybody who reads a record search through its internal notes.
    message_ids = fields.One2many(groups="base.group_user")

    @api.model_create_multi
    def create(self, vals_list):
        records = super(EspaceThread, unfollowed(self)).create(vals_list)
        return records.with_env(self.env)

    def message_post(self, **kwargs):
        message = super(EspaceThread, unfollowed(self)).message_post(**kwargs)
        return message.with_env(self.env)
