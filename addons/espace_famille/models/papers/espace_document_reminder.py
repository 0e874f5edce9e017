import logging
from datetime import timedelta

from odoo import api, fields, models

from ..core.batch import one_by_one

_logger = logging.getLogger(__name__)


class EspaceDocumentReminder(models.Model):
    """A family was notified that a document is missing: it is notified once."""

    _name = "espace.document.reminder"
    _description = "Reminder of a Missing Document"
    _order = "sent_on desc, id desc"

    type_id = fields.Many2one(
        "espace.document.type", required=True, index=True, ondelete="cascade"
    )
    child_id = fields.Many2one("espace.child", index=True, ondelete="cascade")
    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="type_id.company_id", store=True)
    sent_on = fields.Date(required=True)

    @api.model
    def _cron_remind(self):
        """Remind of what is missing and of what ends soon, family by family."""
        missing = self._missing_to_remind()
        ending = self._ending_to_remind()
        missing_of = missing.grouped("family_id")
        ending_of = ending.grouped("family_id")

        def remind(family):
            missing_of.get(family, missing.browse())._remind()
            self._remind_ending(family, ending_of.get(family, ending.browse()))

        one_by_one(
            self.env,
            missing.family_id | ending.family_id,
            remind,
            _logger,
            "%s was not reminded of documents",
        )

    @api.model
    def _missing_to_remind(self):
        """Return the lines of `espace.document.missing` whose time has come."""
        Missing = self.env["espace.document.missing"]
        first = Missing.search(
            [("reminded_on", "=", False), ("type_id.missing_days", ">", 0)]
        ).filtered(
            lambda line: (
                line.asked_on + timedelta(days=line.type_id.missing_days)
                <= line.company_id._espace_today()
            )
        )
        # Before a provisional admission ends, whatever was said at its beginning.
        again = Missing.search(
            [("provisional_until", "!=", False), ("type_id.reminder_days", ">", 0)]
        ).filtered(lambda line: line._provisional_ends_soon())
        return first | again

    @api.model
    def _ending_to_remind(self):
        """Return the documents that end soon, without another one to follow."""
        today = self.env.company._espace_today()
        Document = self.env["espace.document"]
        candidates = Document.search(
            [
                ("expires_on", ">=", today),
                ("reminded_on", "=", False),
                ("decision", "!=", "refused"),
                ("type_id.active", "=", True),
                ("type_id.needed_for", "!=", "nothing"),
                ("type_id.reminder_days", ">", 0),
                ("family_id.active", "=", True),
                "|",
                ("child_id", "=", False),
                ("child_id.active", "=", True),
            ]
        ).filtered(
            lambda document: (
                document.expires_on
                <= document.company_id._espace_today()
                + timedelta(days=document.type_id.reminder_days)
            )
        )
        return candidates - candidates._followed()

    @api.model
    def _remind_ending(self, family, ending):
        if not ending:
            return
        family._notify_with(
            "espace_famille.mail_template_documents_ending",
            ending[0],
            {"documents": ending},
        )
        for document in ending:
            document.reminded_on = document.company_id._espace_today()
