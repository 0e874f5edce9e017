"""What a receipt says, on paper, by e-mail and on the portal."""

from odoo import models
from odoo.exceptions import UserError

from ..core.amounts import to_decimal

RECEIPT_REPORT = "espace_famille_billing.espace_receipt_report"


class AccountPayment(models.Model):
    _inherit = "account.payment"

    # === What it says === #

    def _espace_settled(self):
        """Return what this payment settled; nothing any more once it is rejected.

        :return: list of (entry, euros settled), the oldest first
        """
        self.ensure_one()
        settled = {}
        if self.espace_rejected:
            return []
        for line in self._seek_for_lines()[1]:
            for partial in line.matched_debit_ids | line.matched_credit_ids:
                other = (partial.debit_move_id | partial.credit_move_id) - line
                settled.setdefault(other.move_id, to_decimal(0))
                settled[other.move_id] += to_decimal(partial.amount)
        entries = sorted(settled.items(), key=lambda item: (item[0].date, item[0].id))
        return [(move, float(amount)) for move, amount in entries]

    def _espace_kept(self):
        """Return the euros of this payment that settled nothing: a credit."""
        self.ensure_one()
        settled = sum(to_decimal(amount) for _move, amount in self._espace_settled())
        return float(to_decimal(self.amount) - settled)

    def _espace_means_words(self):
        """Say the means of payment, with the number and bank of a cheque."""
        self.ensure_one()
        selection = self._fields["espace_means"]._description_selection(self.env)
        words = dict(selection).get(self.espace_means) or self.journal_id.name
        if self.espace_cheque_number:
            words = self.env._(
                "%(means)s No. %(number)s",
                means=words,
                number=self.espace_cheque_number,
            )
        if self.espace_cheque_bank:
            words = f"{words}, {self.espace_cheque_bank}"
        return words

    def _espace_received_by_words(self):
        """Name who received this in the régisseur's name, "" if that is not known."""
        self.ensure_one()
        regie, user = self.espace_regie_id, self.create_uid
        role = regie and regie._role_of(user, self.date)
        if not role or user == regie.sudo().regisseur_id:
            return ""
        return self.env._("Received by %(name)s, %(role)s", name=user.name, role=role)

    def _espace_rejection_words(self):
        """Say that and why a payment was rejected, '' if it was not."""
        self.ensure_one()
        rejection = self.espace_rejection_ids[:1]
        if not rejection:
            return ""
        return self.env._(
            "Rejected on %(day)s: %(reason)s",
            day=self.company_id._espace_day_words(rejection.date, year=True),
            reason=rejection._espace_reason_words(),
        )

    # === The document === #

    def _espace_receipt_filename(self):
        self.ensure_one()
        return self.env._("Receipt %s", self.espace_receipt_number).replace("/", "-")

    def _espace_receipt_pdf(self):
        """Return the PDF of one receipt, in the language of the family.

        :raise UserError: no receipt was given for this payment
        """
        self.ensure_one()
        if not self.espace_receipt_number:
            raise UserError(self.env._("No receipt was given for this payment."))
        report_sudo = self.env["ir.actions.report"].sudo()
        content, _kind = report_sudo._render_qweb_pdf(RECEIPT_REPORT, self.ids)
        return content

    def _espace_send_receipt(self):
        """Write to the guardians of the family, with the receipt attached."""
        self.ensure_one()
        family = self.espace_family_id
        payment = self.with_context(lang=family.lang)
        # The Régie does not change families: it writes to them in the commune's name.
        family.sudo()._notify_with(
            "espace_famille_billing.mail_template_receipt",
            self,
            partner_ids=family._espace_receipt_partners().ids,
            attachments=[
                (
                    f"{payment._espace_receipt_filename()}.pdf",
                    payment._espace_receipt_pdf(),
                )
            ],
        )

    # === Actions === #

    def action_espace_print_receipt(self):
        """Print these receipts, one a page."""
        self.check_access("read")
        receipts = self.filtered("espace_receipt_number")
        if not receipts:
            raise UserError(self.env._("No receipt was given for this payment."))
        return self.env.ref(RECEIPT_REPORT).report_action(receipts)

    def action_espace_send_receipt(self):
        self._espace_check_regie_role()
        for payment in self.filtered("espace_receipt_number"):
            family = payment.espace_family_id
            if not family._espace_receipt_partners():
                raise UserError(
                    self.env._(
                        "%s has no e-mail address: print the receipt.",
                        family.name or payment.partner_id.name,
                    )
                )
            payment._espace_send_receipt()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("Receipt sent.")},
        }

    def action_espace_reject(self):
        """Open the form that rejects this payment."""
        self.ensure_one()
        self._espace_check_regie_role()
        self._espace_check_rejectable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reject the payment"),
            "res_model": "espace.rejection.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_payment_id": self.id},
        }

    def action_espace_refund(self):
        """Open the form that pays back what this payment left as a credit."""
        self.ensure_one()
        return self.espace_family_id._espace_open_wizard(
            "espace.refund.wizard",
            self.env._("Pay back"),
            self.move_id,
        )

    def action_open_espace_rejections(self):
        self.ensure_one()
        return (
            self.espace_rejection_ids | self.espace_reverses_id
        )._get_records_action()


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    def _espace_receipt_partners(self):
        """Return the guardians who pay and have an e-mail address."""
        return self.guardian_ids.filtered(
            lambda guardian: guardian.is_payer and guardian.email
        ).partner_id
