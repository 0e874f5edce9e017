"""What became of the e-mail that a record was sent with."""

import ast
import re

from odoo import api, fields, models

# What SMTP servers answer, as Python's smtplib writes it: (550, b'No such user').
ANSWER = re.compile(
    r"""\((\d{3}), (b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*")\)""", re.DOTALL
)


def server_words(reason):
    """Return what a mail server said, out of what Odoo keeps of a failure.

    The answers of the server if there are any, else the last line: what comes before
    repeats in general words that the sending failed.
    """
    answers = [
        f"{code} {ast.literal_eval(words).decode(errors='replace')}"
        for code, words in ANSWER.findall(reason)
    ]
    lines = [line for line in reason.splitlines() if line.strip()]
    return "; ".join(dict.fromkeys(answers)) or (lines or [""])[-1].strip()


class EspaceLetterMixin(models.AbstractModel):
    """Says of a record whether its e-mail waits, has left, or was refused and why.

    Odoo deletes e-mails that have left. So what became of them is written here while
    they are sent, whoever sends them: the queue, the request that wrote them, an
    administrator who tries again.
    """

    _name = "espace.letter.mixin"
    _description = "Sent by E-mail"

    letter_message_id = fields.Many2one(
        "mail.message",
        "Message",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_system",
    )
    letter_state = fields.Selection(
        # Not a list: Odoo reads the French of a list with the addon that defines it,
        # before the models of the addons above exist.
        lambda self: self._letter_states(),
        "E-mail Status",
        readonly=True,
        copy=False,
    )
    letter_reason = fields.Char("Refused Because", readonly=True, copy=False)

    @api.model
    def _letter_states(self):
        words = {
            "waiting": self.env._("Waiting"),
            "sent": self.env._("Sent"),
            "refused": self.env._("Refused"),
        }
        return list(words.items())

    def _letter_follow(self, message):
        """Remember the message that these were sent with, and what became of it."""
        if message:
            self._letter_write(letter_message_id=message.id)
            self._letter_note()

    @api.model
    def _letter_all(self, messages):
        """Return the records of each model that were sent with these messages."""
        if not messages:
            return []
        found = [
            self.env[name].sudo().search([("letter_message_id", "in", messages.ids)])
            for name in sorted(self.pool[self._name]._inherit_children)
            if not self.env[name]._abstract
        ]
        return [records for records in found if records]

    def _letter_note(self, failures=None):
        """Write down what became of the e-mails of these messages.

        :param dict failures: {record: what Odoo says of its e-mail that just failed};
            of others the e-mails that are left know
        """
        left = self.env["mail.mail"].sudo()
        left = left.search([("mail_message_id", "in", self.letter_message_id.ids)])
        for record in self:
            mails = left.filtered(
                lambda mail, one=record: mail.mail_message_id == one.letter_message_id
            )
            refused = mails.filtered(lambda mail: mail.state == "exception")
            reason = (failures or {}).get(record) or (
                refused and (refused[0].failure_reason or refused[0].failure_type)
            )
            words = record._letter_words(reason)
            if reason:
                state = "refused"
            elif mails.filtered(lambda mail: mail.state == "outgoing"):
                state = "waiting"
            elif mails.filtered(lambda mail: mail.state == "cancel"):
                state = "refused"
                words = record._letter_in_words().env._("The e-mail was cancelled.")
            else:
                state = "sent"
            record._letter_write(letter_state=state, letter_reason=words)

    @api.model
    def _letter_came_back(self, messages, email):
        """Note that a server far away sent an e-mail back, maybe days later.

        :param messages: the `mail.message` that it was sent with
        """
        for records in self._letter_all(messages):
            for record in records:
                record._letter_returned(
                    record._letter_in_words().env._(
                        "The e-mail came back: nobody receives e-mails at %s.", email
                    )
                )

    def _letter_returned(self, words):
        """Write down that the e-mail came back; a model may tell it from a refusal."""
        self._letter_write(letter_state="refused", letter_reason=words)

    def _letter_write(self, **values):
        """Write what became of the e-mails; a model may have more to do then."""
        self.write(values)

    def _letter_words(self, reason):
        """Say in the commune's language why an e-mail was refused."""
        if not reason:
            return False
        return self._letter_in_words().env._(
            "The mail server refused it: %s", server_words(reason)
        )

    def _letter_in_words(self):
        commune = self.company_id.partner_id
        return self.with_context(lang=commune.lang or self.env.lang)
