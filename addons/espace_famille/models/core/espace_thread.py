from odoo import api, fields, models

# Who reads what the office says of a record: not those who only see the day.
OFFICE = "espace_famille.group_manager,espace_famille.group_finance"


def unfollowed(records):
    """Return the records so that who creates, writes or reads does not follow them."""
    return records.with_context(
        mail_create_nosubscribe=True,
        mail_post_autofollow=False,
        mail_post_autofollow_author_skip=True,
    )


class EspaceThread(models.AbstractModel):
    """A thread that nobody follows by accident, and that the office alone reads.

    In Odoo, who creates a record or writes on it follows it, and so do those it was
    sent to. Here a message to a family would then go to the agents who applied a
    closure or accepted a change: families are told by what the product sends, agents
    by what they follow on purpose.

    In Odoo, who reads a record reads its messages. Here agents of the Animation read
    a child for its list of the day, not what was written about it.
    """

    _name = "espace.thread"
    _description = "Thread Followed on Purpose Only"
    _inherit = ["mail.thread"]

    # Odoo lets everybody who reads a record search through its internal notes.
    message_ids = fields.One2many(groups=OFFICE)

    @api.model_create_multi
    def create(self, vals_list):
        records = super(EspaceThread, unfollowed(self)).create(vals_list)
        return records.with_env(self.env)

    def _creation_message(self):
        """Say what was created, all of it in one language and agreeing with any noun.

        Odoo reads the noun in the language of the context, which jobs and imports have
        not, and the rest in that of the user: “Child créé”.
        """
        self.ensure_one()
        company = self.company_id if "company_id" in self else self.env.company
        lang = self.env.lang or company.partner_id.lang or self.env.user.lang
        speaking = self.with_context(lang=lang)
        noun = speaking.env["ir.model"]._get(self._name).name
        return speaking.env._("Created: %s", noun)

    def message_post(self, **kwargs):
        message = super(EspaceThread, unfollowed(self)).message_post(**kwargs)
        return message.with_env(self.env)

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Let agents who do not read the chatter read it where they write the record.

        That is nowhere: what they record, they record by the gates.
        """
        if message_operation == "read" and not self._reads_chatter():
            return dict.fromkeys(self, "write")
        return super()._mail_get_operation_for_mail_message_operation(message_operation)

    @api.model
    def _reads_chatter(self):
        """Tell whether the user is of the office; parents are asked elsewhere."""
        user = self.env.user
        return self.env.su or user.share or user.has_groups(OFFICE)
