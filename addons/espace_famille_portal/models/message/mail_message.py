from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.guards import ERASING, is_allowed

CONVERSATION = "espace.request"
# Code adds a message to a conversation; nobody makes one by hand.
SAYING = "espace_saying"
# What was said, by whom and when.
SAID = frozenset(
    (
        "attachment_ids",
        "author_guest_id",
        "author_id",
        "body",
        "create_date",
        "date",
        "email_from",
        "is_internal",
        "message_type",
        "model",
        "res_id",
        "subtype_id",
    )
)
# Odoo gives the mail of a message its subject, as superuser.
TITLE = frozenset(("subject", "parent_id"))


class MailMessage(models.Model):
    """What is said in a conversation with a family stays said.

    Nobody changes, dates anew, moves or deletes it, whatever the rights: who was wrong
    writes again. Erasing the family takes it away.
    """

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        if not (self.env.su or is_allowed(self.env, SAYING)):
            messages._espace_check_said()
        return messages

    def write(self, vals):
        guarded = SAID if self.env.su else SAID | TITLE
        if vals.keys() & guarded:
            if vals.get("model") == CONVERSATION:
                self._espace_refuse()
            self._espace_check_said()
        return super().write(vals)

    def unlink(self):
        self._espace_check_said()
        return super().unlink()

    def _espace_check_said(self):
        """Refuse to touch messages of conversations, unless a family is erased.

        :raise UserError: one of them is part of a conversation
        """
        if is_allowed(self.env, ERASING):
            return
        if any(message_sudo.model == CONVERSATION for message_sudo in self.sudo()):
            self._espace_refuse()

    @api.model
    def _espace_refuse(self):
        raise UserError(
            self.env._(
                "What was said to a family, and by it, stays as it was said: write a "
                "new message in the conversation."
            )
        )


class IrAttachment(models.Model):
    """A file that was sent in a conversation stays with its message."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if vals.keys() & {"datas", "raw", "name", "res_model", "res_id", "url", "type"}:
            self._espace_check_sent()
        return super().write(vals)

    def unlink(self):
        self._espace_check_sent()
        return super().unlink()

    def _espace_check_sent(self):
        about = self.sudo().filtered(lambda file: file.res_model == CONVERSATION)
        if about:
            messages_sudo = self.env["mail.message"].sudo()
            messages_sudo.search(
                [("attachment_ids", "in", about.ids)]
            )._espace_check_said()
