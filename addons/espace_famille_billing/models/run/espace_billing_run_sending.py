"""Sending a run's invoices: by e-mail, or on paper in one document."""

import base64
import io
import logging

from pypdf import PdfWriter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

TEMPLATE = "espace_famille_billing.mail_template_family_invoice"


class EspaceBillingRun(models.Model):
    _inherit = "espace.billing.run"

    paper_pdf = fields.Binary(
        "Invoices to Print", attachment=True, readonly=True, copy=False
    )
    paper_pdf_name = fields.Char(compute="_compute_paper_pdf_name")
    sent_count = fields.Integer("Sent", compute="_compute_sending")
    printed_count = fields.Integer("To Print", compute="_compute_sending")
    unsent_count = fields.Integer("Not Sent", compute="_compute_sending")
    sending_progress = fields.Float("Sending (%)", compute="_compute_sending")

    @api.depends("name", "company_id.name")
    def _compute_paper_pdf_name(self):
        for run in self:
            run.paper_pdf_name = f"{run.name} – {run.company_id.name}.pdf"

    @api.depends("family_line_ids.sending")
    def _compute_sending(self):
        groups = self.env["espace.billing.run.family"]._read_group(
            [("run_id", "in", self.ids), ("sending", "!=", False)],
            ["run_id", "sending"],
            ["__count"],
        )
        for run in self:
            counts = {state: count for of, state, count in groups if of == run}
            total = sum(counts.values())
            run.sent_count = counts.get("sent", 0)
            run.printed_count = counts.get("printed", 0)
            run.unsent_count = counts.get("failed", 0)
            left = counts.get("todo", 0)
            run.sending_progress = 100.0 * (total - left) / total if total else 0.0

    def action_send(self):
        """Send what was not sent yet: by e-mail, else to be printed."""
        self._check_regie()
        self._check_state("invoiced", "sent")
        run_sudo = self.sudo()
        lines = run_sudo.family_line_ids.filtered(
            lambda line: line.state == "done" and line.sending in (False, "failed")
        )
        if not lines:
            raise UserError(self.env._("All invoices of this run were sent already."))
        papers = lines.filtered(lambda line: line.family_id._espace_wants_paper())
        papers.write({"delivery": "paper"})
        (lines - papers).write({"delivery": "email"})
        lines.write({"sending": "todo", "sending_error": False})
        run_sudo.write({"state": "sending", "paused": False})
        run_sudo._trigger()

    def _send_batch(self, size):
        """Send some of what is left; the run is sent when nothing is."""
        lines = self.env["espace.billing.run.family"].search(
            [("run_id", "=", self.id), ("sending", "=", "todo")], limit=size
        )
        if not lines:
            self._finish_sending()
        for line in lines:
            line._send_alone()
        return len(lines)

    def _finish_sending(self):
        self.paper_pdf = self._merged_paper()
        self.state = "sent"
        self.message_post(
            body=self.env._(
                "%(sent)s invoices sent by e-mail, %(printed)s to print, "
                "%(failed)s not sent.",
                sent=self.sent_count,
                printed=self.printed_count,
                failed=self.unsent_count,
            )
        )

    def _merged_paper(self):
        """Return one PDF (base64) of all invoices to print, by name, or False."""
        lines = self.family_line_ids.filtered(lambda line: line.sending == "printed")
        documents = [
            line.move_id.invoice_pdf_report_id.raw
            for line in lines.sorted(lambda line: (line.family_id.name or "", line.id))
        ]
        return base64.b64encode(_merged(documents)) if documents else False


def _merged(documents):
    """Return one PDF of several, in their order: bytes of each and of all."""
    writer, whole = PdfWriter(), io.BytesIO()
    for document in documents:
        writer.append(io.BytesIO(document))
    writer.write(whole)
    return whole.getvalue()


class EspaceBillingRunFamily(models.Model):
    _inherit = "espace.billing.run.family"

    def _send_alone(self):
        """Send one document; what prevents it is written down and stops nobody."""
        try:
            with self.env.cr.savepoint():
                self._send()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except UserError as error:
            self.write({"sending": "failed", "sending_error": str(error)})
        except Exception as error:
            _logger.exception("Invoice %s of a billing run", self.move_id.id)
            self.write(
                {
                    "sending": "failed",
                    "sending_error": self.env._("Unexpected error: %s", error),
                }
            )

    def _send(self):
        """Make the PDF as Odoo itself does, once, and send it unless it is printed."""
        is_paper = self.delivery == "paper"
        recipients = self.family_id._espace_invoice_recipients()
        self.env["account.move.send"].with_company(
            self.company_id
        )._generate_and_send_invoices(
            self.move_id,
            sending_methods=[] if is_paper else ["email"],
            mail_template=self.env.ref(TEMPLATE),
            mail_partner_ids=recipients.ids,
            author_partner_id=self.company_id.partner_id.id,
            invoice_edi_format=False,
            extra_edis={},
        )
        self.sending = "printed" if is_paper else "sent"
