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

# What is said of a document, by what became of its e-mail.
SENDING = {"waiting": "queued", "sent": "sent", "refused": "failed"}


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
    mail_problem = fields.Char(compute="_compute_mail_problem")

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
            left = counts.get("todo", 0) + counts.get("queued", 0)
            run.sending_progress = 100.0 * (total - left) / total if total else 0.0

    def _compute_mail_problem(self):
        self.mail_problem = self.env["ir.mail_server"]._espace_problem()

    def action_send(self):
        """Send what was not sent yet: by e-mail, else to be printed."""
        self._check_regie()
        self._check_state("invoiced", "partly_sent", "sent")
        run_sudo = self.sudo()
        lines = run_sudo.family_line_ids.filtered(
            lambda line: line.state == "done" and line.sending in (False, "failed")
        )
        if not lines:
            raise UserError(self.env._("All invoices of this run were sent already."))
        lines._send_again()

    def _send_batch(self, size):
        """Send some of what is left; the run is sent when nothing is."""
        lines = self.env["espace.billing.run.family"].search(
            [("run_id", "=", self.id), ("sending", "=", "todo")], limit=size
        )
        for line in lines:
            line._send_alone()
        if not self._unsent("todo", "queued"):
            self._finish_sending()
        return len(lines)

    def _unsent(self, *sending):
        """Return how many documents are in one of these states."""
        return self.env["espace.billing.run.family"].search_count(
            [("run_id", "=", self.id), ("sending", "in", sending)]
        )

    def _finish_sending(self):
        self.paper_pdf = self._merged_paper()
        self.state = "partly_sent" if self.unsent_count else "sent"
        self.message_post(
            body=self._in_words().env._(
                "%(sent)s invoices sent by e-mail, %(printed)s to print, "
                "%(failed)s not sent.",
                sent=self.sent_count,
                printed=self.printed_count,
                failed=self.unsent_count,
            )
        )

    def _letters_went(self):
        """Look again whether all is sent, after what became of an e-mail was noted."""
        for run in self:
            if run.state == "sending" and not run._unsent("todo", "queued"):
                run._trigger()
            elif run.state in ("partly_sent", "sent"):
                run.state = "partly_sent" if run._unsent("failed") else "sent"

    def _letter_template(self):
        """Hook: return the `mail.template` that documents of this run leave with."""
        return self.env.ref(TEMPLATE)

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
    _name = "espace.billing.run.family"
    _inherit = ["espace.billing.run.family", "espace.letter.mixin"]

    def action_send_again(self):
        """Send this document again; what prevented it may be over."""
        self.ensure_one()
        self.run_id._check_regie()
        self.run_id._check_state("invoiced", "sending", "partly_sent", "sent")
        line_sudo = self.sudo()
        if line_sudo.sending == "failed":
            line_sudo._send_again()

    def _send_again(self):
        """Have these sent by the next batches: by e-mail, else to be printed."""
        papers = self.filtered(lambda line: line.family_id._espace_wants_paper())
        papers.write({"delivery": "paper"})
        (self - papers).write({"delivery": "email"})
        refused = self.env["mail.mail"].search(
            [
                ("mail_message_id", "in", self.letter_message_id.ids),
                ("state", "=", "exception"),
            ]
        )
        self.write(
            {"sending": "todo", "sending_error": False, "letter_message_id": False}
        )
        # What was refused is not tried again beside the new e-mail.
        refused.cancel()
        for run in self.run_id:
            run.write({"state": "sending", "paused": False})
            run._trigger()

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
            words = self.run_id._in_words().env._("Unexpected error: %s", error)
            self.write({"sending": "failed", "sending_error": words})

    def _send(self):
        """Make the PDF as Odoo itself does, once, and send it unless it is printed."""
        is_paper = self.delivery == "paper"
        recipients = self.family_id._espace_invoice_recipients()
        self.env["account.move.send"].with_company(
            self.company_id
        )._generate_and_send_invoices(
            self.move_id,
            sending_methods=[] if is_paper else ["email"],
            mail_template=self.run_id._letter_template()._espace_of(self.company_id),
            mail_partner_ids=recipients.ids,
            author_partner_id=self.company_id.partner_id.id,
            invoice_edi_format=False,
            extra_edis={},
        )
        if is_paper:
            self.sending = "printed"
            return
        self._letter_follow(self._last_letter())
        if not self.letter_message_id:
            raise UserError(
                self.run_id._in_words().env._(
                    "No e-mail could be made: nobody who pays has an address."
                )
            )

    def _last_letter(self):
        """Return the message that the invoice was sent with last."""
        return self.env["mail.message"].search(
            [
                ("model", "=", "account.move"),
                ("res_id", "=", self.move_id.id),
                ("notification_ids.notification_type", "=", "email"),
            ],
            order="id desc",
            limit=1,
        )

    def _letter_write(self, **values):
        """Say of the document what is said of its e-mail."""
        if state := values.get("letter_state"):
            values |= {
                "sending": SENDING[state],
                "sending_error": values.get("letter_reason"),
            }
        result = super()._letter_write(**values)
        if state:
            self.run_id._letters_went()
        return result
