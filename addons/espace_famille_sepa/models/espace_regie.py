from datetime import timedelta

from stdnum.eu import at_02

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..domain import calendar


class EspaceRegie(models.Model):
    """What a régie has to say to debit families: who it is, when, how much."""

    _inherit = "espace.regie"

    debit_creditor = fields.Char(
        "SEPA Creditor Identifier",
        help="The ICS that the Banque de France gave, thirteen signs: FR12ZZZ123456. "
        "Empty: that of the commune.",
    )
    debit_notice_days = fields.Integer(
        "Days of Notice",
        default=14,
        required=True,
        help="Families are told this long before their account is debited: 14 days, "
        "unless you agreed otherwise with them.",
    )
    debit_minimum = fields.Monetary(
        "Smallest Debit",
        help="What a family owes below that waits for the next run; 0: none.",
    )
    debit_most_rejections = fields.Integer(
        "Rejections until Suspension",
        default=2,
        required=True,
        help="After so many debits sent back the mandate is suspended; 0: never.",
    )
    debit_fee = fields.Boolean(
        "Charge the Fee for Rejections",
        help="The fee of the settings, set by a decision of the council, is invoiced "
        "with each debit that comes back.",
    )
    debit_dft = fields.Boolean(
        "Files for the Treasury (DFT)",
        help="The régie has a deposit account at the Treasury, which wants its own "
        "names in the files. Ask your accountant first: no official note was in "
        "reach.",
    )
    debit_dft_service = fields.Char("Code of the Régie at the Treasury")
    debit_dft_post = fields.Char("Accounting Post", help="Six figures.")
    debit_dft_creditor = fields.Char(
        "Accounting Office",
        help="Named as creditor of the files; the régie is the ultimate creditor.",
    )

    _debit_settings = models.Constraint(
        "CHECK(debit_notice_days >= 1 AND debit_most_rejections >= 0 "
        "AND debit_minimum >= 0)",
        "Families are told at least a day before; the smallest debit and the number "
        "of rejections must not be negative.",
    )

    @api.constrains("debit_creditor")
    def _check_debit_creditor(self):
        for regie in self.filtered("debit_creditor"):
            if not at_02.is_valid(regie.debit_creditor):
                raise ValidationError(
                    self.env._(
                        "%s is no creditor identifier (ICS): look at the letter of "
                        "the Banque de France.",
                        regie.debit_creditor,
                    )
                )

    @api.constrains("debit_dft", "debit_dft_service", "debit_dft_post")
    def _check_debit_dft(self):
        for regie in self.filtered("debit_dft"):
            post = regie.debit_dft_post or ""
            if not (
                (regie.debit_dft_service or "").isalnum()
                and len(post) == 6
                and post.isdigit()
                and regie.debit_dft_creditor
            ):
                raise ValidationError(
                    self.env._(
                        "For files to the Treasury enter the code of the régie, the "
                        "six figures of the accounting post and its name."
                    )
                )

    # === Who debits === #

    def _debit_identifier(self):
        """Return the creditor identifier (ICS), "" if there is none."""
        self.ensure_one()
        company_sudo = self.sudo().company_id
        return self.debit_creditor or company_sudo.sepa_creditor_identifier or ""

    def _debit_creditor_words(self):
        """Return what a mandate says of who debits, as a dict of texts."""
        self.ensure_one()
        company_sudo = self.company_id.sudo()
        return {
            "regie": self,
            "name": f"{company_sudo.name} – {self.name}",
            "address": ", ".join(company_sudo._espace_place_lines()),
            "identifier": self._debit_identifier(),
            "notice": self.debit_notice_days,
        }

    def _debit_journal(self):
        """Return the journal that debits are booked in, maybe none."""
        self.ensure_one()
        return self.sudo().journal_ids.filtered(
            lambda journal: journal.espace_means == "direct_debit"
        )[:1]

    def _debit_problem(self):
        """Say why this régie cannot debit families, "" if it can."""
        self.ensure_one()
        journal = self._debit_journal()
        if not journal or not self.takes_direct_debit:
            return self.env._(
                "%s takes no direct debits: tick the means, and have a journal for it.",
                self.name,
            )
        if not self._debit_identifier():
            return self.env._(
                "%s has no creditor identifier (ICS): enter it on the régie.",
                self.name,
            )
        account = journal.bank_account_id
        if not account or account.acc_type != "iban":
            return self.env._(
                "The journal %s has no IBAN to which debits go: enter its account.",
                journal.name,
            )
        return ""

    def _debit_check_ready(self):
        self.ensure_one()
        if problem := self._debit_problem():
            raise UserError(problem)

    @api.model
    def _debit_regies(self, company):
        """Return the régies of a commune that debit families."""
        return (
            company.sudo()._espace_regies().filtered(lambda r: not r._debit_problem())
        )

    def _debit_method_line(self):
        """Return how debits are entered in the journal, made if it is missing."""
        self.ensure_one()
        journal = self._debit_journal()
        method = self.env.ref("account_payment_sepa_direct_debit.sepa_direct_debit")
        line = journal.inbound_payment_method_line_ids.filtered(
            lambda one: one.payment_method_id == method
        )[:1]
        return line or self.env["account.payment.method.line"].sudo().create(
            {
                "name": method.name,
                "payment_method_id": method.id,
                "journal_id": journal.id,
                "payment_account_id": journal.default_account_id.id,
                "selectable": True,
            }
        )

    # === When === #

    def _debit_earliest(self, today):
        """Return the first day on which families told today may be debited."""
        self.ensure_one()
        return calendar.next_target_day(today + timedelta(days=self.debit_notice_days))
