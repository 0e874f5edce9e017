import logging
from datetime import timedelta

from odoo import api, fields, models

_logger = logging.getLogger(__name__)


class EspaceDocumentReminder(models.Model):
    """A family was told that a document is missing: it is told once."""

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
        families = missing.family_id | ending.family_id
        self.env["ir.cron"]._commit_progress(remaining=len(families))
        for family in families:
            self._remind_safely(
                family,
                missing.filtered(lambda line, f=family: line.family_id == f),
                ending.filtered(lambda document, f=family: document.family_id == f),
            )
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _remind_safely(self, family, missing, ending):
        """Remind one family; what fails stays to be done and stops nobody else."""
        try:
            with self.env.cr.savepoint():
                missing._remind()
                self._remind_ending(family, ending)
        except Exception:
            _logger.exception("Family %s was not reminded of documents", family.id)

    @api.model
    def _missing_to_remind(self):
        """Return the lines of `espace.document.missing` whose time has come."""
        return (
            self.env["espace.document.missing"]
            .search([("reminded_on", "=", False), ("type_id.missing_days", ">", 0)])
            .filtered(
                lambda line: (
                    line.asked_on + timedelta(days=line.type_id.missing_days)
                    <= line.company_id._espace_today()
                )
            )
        )

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
