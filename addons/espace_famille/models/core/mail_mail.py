import re

from odoo import api, models
from odoo.tools import config, html2plaintext

HIDDEN = re.compile(r"<div[^>]*display:\s*none[^>]*>.*?</div>", re.DOTALL)

# Where a transaction keeps what the queue has to send.
KEPT = "espace_mails"


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    @api.model
    def _espace_problem(self):
        """Say why e-mails may not leave, False where a server is set up.

        Without one Odoo asks the very machine that it runs on, which seldom delivers.
        """
        named = config["smtp_server"] not in (False, "", "localhost", "127.0.0.1")
        if named or self.sudo().search_count([], limit=1):
            return False
        return self.env._(
            "No outgoing mail server is set up: e-mails may never leave. The "
            "administration sets one up, and tests it, in the settings."
        )


class MailMail(models.Model):
    """E-mails that leave at once, say in plain text what they show, and leave a trace.

    Odoo's queue goes out once an hour by itself.
    """

    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        mails = super().create(vals_list)
        self._queued_in_transaction().update(mails.ids)
        return mails

    def send_after_commit(self):
        # These need no queue: a second one that sends them meanwhile would collide.
        self._queued_in_transaction().difference_update(self.ids)
        return super().send_after_commit()

    def cancel(self):
        followed = self.env["espace.letter.mixin"]._letter_all(self.mail_message_id)
        result = super().cancel()
        for records in followed:
            records._letter_note()
        return result

    def _queued_in_transaction(self):
        """Return the ids of e-mails that the queue has to send once this is committed.

        Who asks first has the queue started then, if any of them still waits.
        """
        precommit = self.env.cr.precommit
        if KEPT not in precommit.data:
            precommit.data[KEPT] = set()
            precommit.add(self.sudo().browse()._start_queue)
        return precommit.data[KEPT]

    def _start_queue(self):
        waiting = [
            ("id", "in", list(self.env.cr.precommit.data.pop(KEPT, ()))),
            ("state", "=", "outgoing"),
            ("scheduled_date", "=", False),
        ]
        # Each savepoint leads here: the first trigger is enough, unless it was undone.
        of_transaction = self.env.cr.postcommit.data
        started = of_transaction.get(KEPT, self.env["ir.cron.trigger"]).exists()
        if not started and self.search_count(waiting, limit=1):
            queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
            of_transaction[KEPT] = queue._trigger()

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Tell the records that were sent with these e-mails what became of them."""
        followed = self.env["espace.letter.mixin"]._letter_all(self.mail_message_id)
        reasons = {}
        if failure_type:
            reasons = {
                mail.mail_message_id: failure_reason
                or mail.failure_reason
                or failure_type
                for mail in self
            }
        # Read before: with an e-mail that has left, its message may be deleted.
        failures = {
            record: reasons[record.letter_message_id]
            for records in followed
            for record in records
            if record.letter_message_id in reasons
        }
        result = super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )
        for records in followed:
            records.exists()._letter_note(failures)
        return result

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


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _routing_handle_bounce(self, email_message, message_dict):
        """Tell the records that were sent with an e-mail that it came back."""
        result = super()._routing_handle_bounce(email_message, message_dict)
        messages = message_dict.get("bounced_message")
        if messages and message_dict.get("bounced_email"):
            self.env["espace.letter.mixin"]._letter_came_back(
                messages.sudo(), message_dict["bounced_email"]
            )
        return result
