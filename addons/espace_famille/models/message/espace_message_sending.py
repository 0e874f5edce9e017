"""A message leaves in batches, each a transaction: nothing twice, nothing lost."""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying

_logger = logging.getLogger(__name__)

# Families a transaction; what is no more than that leaves with the request itself.
BATCH = 50


class EspaceMessage(models.Model):
    _inherit = "espace.message"

    # === Starting === #

    def action_send(self):
        """Send what was checked: at once to a few families, else by the job.

        :raise UserError: it is sent already, or was not checked
        """
        self.ensure_one()
        self.check_access("write")
        self._check_state("ready")
        message_sudo = self.sudo()
        # Two agents at once: the database lets one write, the other is asked again
        # and reads that it is sent.
        message_sudo.write(
            {
                "state": "sending",
                "sent_at": fields.Datetime.now(),
                "sent_by_id": self.env.uid,
            }
        )
        message_sudo.flush_recordset()
        message_sudo._start()
        return True

    def _start(self):
        """Send a batch now if that is all; else have the job do it."""
        if self._left() <= BATCH:
            self._work_batch()
        else:
            self.env.ref("espace_famille.cron_message")._trigger()

    @api.model
    def _write_for(self, closure, kind, told, attachments):
        """Send to families what a closure says to each; return the message.

        :param dict told: {family: dict of subject and body, in its words}
        :param attachments: of the texts of the commune
        """
        families = self.env["espace.family"].browse([one.id for one in told])
        message = self.sudo().create(
            {
                "name": closure.display_name,
                "body": closure.message or False,
                "company_id": closure.company_id.id,
                "audience": "family",
                "family_ids": [fields.Command.set(families.ids)],
                "attachment_ids": [fields.Command.set(attachments.ids)],
                "kind": kind,
                "closure_id": closure.id,
                "state": "sending",
                "sent_at": fields.Datetime.now(),
                "sent_by_id": self.env.uid,
            }
        )
        message._write_lines(
            [{"family_id": family.id, **words} for family, words in told.items()]
        )
        message._start()
        return message

    # === Work === #

    @api.model
    def _cron_send(self):
        """Go on with the messages being sent, batch by batch, while the job may last.

        Each batch is committed with what it put in the queue of e-mails: a job that
        is killed begins again with those that were not.
        """
        Cron = self.env["ir.cron"]
        at_work = self.search([("state", "=", "sending")], order="id")
        Cron._commit_progress(remaining=at_work._left())
        for message in at_work:
            while message._left():
                done = retrying(message._work_batch, self.env)
                if not Cron._commit_progress(done, remaining=at_work._left()):
                    return

    def _left(self):
        """Return how many families are left to write to."""
        return self.env["espace.message.line"].search_count(
            [("message_id", "in", self.ids), ("state", "=", "todo")]
        )

    def _work_batch(self):
        """Write to some of those who are left; return how many they were."""
        self.ensure_one()
        lines = self.env["espace.message.line"].search(
            [("message_id", "=", self.id), ("state", "=", "todo")],
            order="id",
            limit=BATCH,
        )
        for line in lines:
            self._send_alone(line)
        if not self._left():
            # What is still on its way says so line by line.
            self.state = "sent"
        return len(lines)

    def _send_alone(self, line):
        """Write to one family; what prevents it is written down and stops nobody."""
        try:
            with self.env.cr.savepoint():
                line._send()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except UserError as error:
            line._refuse(str(error))
        except Exception as error:
            _logger.exception("Line %s of a message to families", line.id)
            words = line._letter_in_words().env._("Unexpected error: %s", error)
            line._refuse(words)
