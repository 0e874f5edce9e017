import re

from odoo import models
from odoo.tools import html2plaintext

HIDDEN = re.compile(r"<div[^>]*display:\s*none[^>]*>.*?</div>", re.DOTALL)


class MailMail(models.Model):
    """E-mails whose plain text says what their HTML shows, once."""

    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Leave the hidden preview of Odoo's layout out of the plain text.

        It is the beginning of the message again, and hundreds of invisible signs.
        """
        letters = super()._prepare_outgoing_list(*args, **kwargs)
        for letter in letters:
            body, found = HIDDEN.subn("", letter["body"])
            if found:
                letter["body_alternative"] = html2plaintext(body)
        return letters
