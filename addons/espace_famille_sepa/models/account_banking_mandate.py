"""What a family signed so that its account may be debited."""

import base64

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.account_payment_sepa_direct_debit.models import (
    account_banking_mandate as oca,
)
from odoo.addons.espace_famille.models.core.guards import allow, is_allowed
from odoo.addons.espace_famille_billing.models.core.guards import STATING

from ..domain import iban

# What anybody who may write at all may write: notes and tasks.
FREE = ("message_", "activity_")

REPORT = "espace_famille_sepa.mandate_report"


class AccountBankingMandate(models.Model):
    """A mandate of a family for one régie: signed, used, ended; never edited.

    Online it is signed with a code sent by e-mail, on paper it comes with its scan.
    """

    _inherit = "account.banking.mandate"

    # The same words, named here for their French: OCA's catalogue has none for them.
    state = fields.Selection(selection_add=[("final", "Final Debit")])
    espace_family_id = fields.Many2one(
        "espace.family",
        "Family Account",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    espace_regie_id = fields.Many2one(
        "espace.regie", "Régie", readonly=True, index="btree_not_null"
    )
    espace_origin = fields.Selection(
        [("online", "Signed online"), ("paper", "Signed on paper")],
        "Signature",
        readonly=True,
    )
    espace_holder = fields.Char("Holder of the Account", readonly=True)
    espace_iban = fields.Char("IBAN", compute="_compute_espace_iban")
    espace_signer = fields.Char("Signed by", readonly=True)
    espace_signed_at = fields.Datetime("Signed at", readonly=True)
    espace_signed_email = fields.Char("Code Sent to", readonly=True)
    espace_signed_from = fields.Char(
        "Network Address",
        readonly=True,
        help="From where it was signed: kept as proof, erased with the mandate.",
    )
    espace_pdf = fields.Binary(
        "Signed Mandate", attachment=True, readonly=True, copy=False
    )
    espace_pdf_name = fields.Char(compute="_compute_espace_pdf_name")
    espace_suspended_on = fields.Date(
        "Suspended on",
        readonly=True,
        copy=False,
        help="Too many debits came back: none is asked until the Régie takes it up "
        "again.",
    )
    espace_rejections = fields.Integer(
        "Debits Sent Back",
        readonly=True,
        copy=False,
        help="Since it was signed, or taken up again.",
    )
    espace_replaces_id = fields.Many2one(
        "account.banking.mandate", "Replaces", readonly=True, copy=False
    )
    espace_ended_on = fields.Date("Ended on", readonly=True, copy=False)
    espace_end_reason = fields.Char("Why it Ended", readonly=True, copy=False)
    espace_expires_on = fields.Date(
        "Ends Unused on", compute="_compute_espace_expires_on"
    )

    _espace_one_valid = models.UniqueIndex(
        "(espace_family_id, espace_regie_id) "
        "WHERE state = 'valid' AND espace_family_id IS NOT NULL",
        "This family has a valid mandate for that régie already: revoke it first.",
    )

    @api.depends("partner_bank_id.acc_number")
    def _compute_espace_iban(self):
        for mandate in self:
            number = mandate.sudo().partner_bank_id.sanitized_acc_number
            mandate.espace_iban = iban.mask(number) if number else ""

    @api.depends("unique_mandate_reference")
    def _compute_espace_pdf_name(self):
        for mandate in self:
            mandate.espace_pdf_name = (
                self.env._("Mandate %s", mandate.unique_mandate_reference) + ".pdf"
            )

    @api.depends("last_debit_date", "signature_date")
    def _compute_espace_expires_on(self):
        months = oca.NUMBER_OF_UNUSED_MONTHS_BEFORE_EXPIRY
        for mandate in self:
            used = mandate.last_debit_date or mandate.signature_date
            mandate.espace_expires_on = used and used + relativedelta(months=months)

    @api.depends("espace_family_id")
    def _compute_display_name(self):
        ours = self.filtered("espace_family_id")
        for mandate in ours:
            mandate.display_name = mandate.unique_mandate_reference
        return super(AccountBankingMandate, self - ours)._compute_display_name()

    # === What stays === #

    @api.model_create_multi
    def create(self, vals_list):
        """Have families' mandates made by their two ways: signature and paper."""
        if not is_allowed(self.env, STATING):
            payers = self.env["res.partner"].browse(
                [vals["partner_id"] for vals in vals_list if vals.get("partner_id")]
            )
            if payers._espace_payer_families() or any(
                vals.get("espace_family_id") for vals in vals_list
            ):
                raise UserError(
                    self.env._(
                        "Enter the mandate of a family by “Paper Mandate”, or have it "
                        "signed on the portal."
                    )
                )
        return super().create(vals_list)

    def write(self, vals):
        self._espace_check_kept(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_not_kept(self):
        self._espace_check_kept({"state": "draft"})

    def _espace_check_kept(self, vals):
        """Refuse to change what a family signed, whoever asks.

        :raise UserError: says what is done instead
        """
        if is_allowed(self.env, STATING) or all(name.startswith(FREE) for name in vals):
            return
        if self.sudo().filtered("espace_family_id") or vals.get("espace_family_id"):
            raise UserError(
                self.env._(
                    "What a family signed stays as it is: revoke this mandate, and "
                    "have another one signed."
                )
            )

    # === Signing and ending === #

    @api.model
    def _espace_sign(self, family, regie, number, holder, signed_on, **vals):
        """Make the valid mandate of a family; the one before, if any, ends.

        :param str number: IBAN without spaces, looked at already
        :param date signed_on: local
        :param vals: how it was signed
        """
        family_sudo, regie_sudo = family.sudo(), regie.sudo()
        before = family_sudo._espace_mandate(regie_sudo)
        before._espace_end(self.env._("Replaced by a new mandate"))
        # Two valid ones at once are refused by the database.
        before.flush_recordset()
        # Whether the day is to come is asked of the clock of the commune: just after
        # midnight there it is still the day before in UTC.
        timely = self.with_context(tz=family_sudo.company_id.espace_tz)
        mandate = allow(timely.sudo(), STATING).create(
            {
                "partner_id": family_sudo.partner_id.id,
                "partner_bank_id": self._espace_account(family_sudo, number, holder).id,
                "company_id": family_sudo.company_id.id,
                "espace_family_id": family_sudo.id,
                "espace_regie_id": regie_sudo.id,
                "espace_holder": holder,
                "espace_replaces_id": before.id,
                "unique_mandate_reference": self.env["ir.sequence"]
                .sudo()
                .next_by_code("espace.mandate"),
                "format": "sepa_core",
                "type": "recurrent",
                "signature_date": signed_on,
                "state": "valid",
                **vals,
            }
        )
        mandate.espace_pdf = mandate._espace_render_pdf()
        family_sudo._espace_mandates_changed()
        return allow(mandate, STATING, False)

    @api.model
    def _espace_account(self, family_sudo, number, holder):
        """Return the bank account of a family, made if it is new."""
        accounts_sudo = self.env["res.partner.bank"].sudo()
        known = accounts_sudo.with_context(active_test=False).search(
            [
                ("partner_id", "=", family_sudo.partner_id.id),
                ("sanitized_acc_number", "=", number),
            ],
            limit=1,
        )
        vals = {
            "active": True,
            "acc_holder_name": holder,
            "espace_family_id": family_sudo.id,
        }
        if known:
            known.write(vals)
            return known
        return accounts_sudo.create(
            {
                **vals,
                "partner_id": family_sudo.partner_id.id,
                "acc_number": iban.grouped(number),
            }
        )

    def _espace_render_pdf(self):
        self.ensure_one()
        report_sudo = self.env["ir.actions.report"].sudo()
        content, _kind = report_sudo._render_qweb_pdf(REPORT, self.ids)
        return base64.b64encode(content)

    def _espace_end(self, reason, state="cancel"):
        """End valid mandates: nothing is debited by them any more."""
        valid = allow(
            self.filtered(lambda mandate: mandate.state == "valid"), STATING
        ).sudo()
        for mandate in valid:
            mandate.write(
                {
                    "state": state,
                    "espace_ended_on": mandate.company_id._espace_today(),
                    "espace_end_reason": reason,
                }
            )
        valid.espace_family_id._espace_mandates_changed()

    def _espace_problem(self, regie=None, family=None):
        """Say why nothing can be debited by this mandate, "" if it can.

        :param regie: for which it is wanted
        :param family: whose debt it is
        """
        self.ensure_one()
        mandate = self.sudo()
        if mandate.state != "valid":
            return self.env._("the mandate ended")
        if mandate.espace_suspended_on:
            return self.env._("the mandate is suspended")
        if family and mandate.espace_family_id != family:
            return self.env._("the mandate is of another family")
        if regie and mandate.espace_regie_id != regie:
            return self.env._("the mandate is for another régie")
        if not mandate.espace_family_id.active:
            return self.env._("the family account is archived")
        if mandate.espace_expires_on <= mandate.company_id._espace_today():
            return self.env._("the mandate was not used for 36 months")
        return ""

    # === Rejections === #

    def _espace_count_rejection(self):
        """Note that a debit came back; suspend after too many, and tell the family."""
        self.ensure_one()
        mandate = allow(self.sudo(), STATING)
        mandate.espace_rejections += 1
        most = mandate.espace_regie_id.debit_most_rejections
        if (
            most
            and mandate.espace_rejections >= most
            and mandate.state == "valid"
            and not mandate.espace_suspended_on
        ):
            mandate.espace_suspended_on = mandate.company_id._espace_today()
            mandate.espace_family_id._espace_mandates_changed()
            mandate.espace_family_id._notify_with(
                "espace_famille_sepa.mail_template_mandate_suspended",
                allow(mandate, STATING, False),
            )

    # === Actions === #

    def action_espace_revoke(self):
        self._espace_check_role()
        self._espace_end(self.env._("Revoked by the Régie"))

    def action_espace_suspend(self):
        """Ask nothing by these mandates for the time being."""
        self._espace_check_role()
        for mandate in allow(self.sudo(), STATING):
            if mandate.state == "valid" and not mandate.espace_suspended_on:
                mandate.espace_suspended_on = mandate.company_id._espace_today()
        self.sudo().espace_family_id._espace_mandates_changed()

    def action_espace_resume(self):
        """Debit again by these mandates; what came back before counts no more."""
        self._espace_check_role()
        allow(self.sudo(), STATING).filtered("espace_suspended_on").write(
            {"espace_suspended_on": False, "espace_rejections": 0}
        )
        self.sudo().espace_family_id._espace_mandates_changed()

    def _espace_check_role(self):
        self.env["account.payment"]._espace_check_regie_role()
        self.check_access("read")

    # === What Odoo's addon would do === #

    def validate(self):
        self._espace_check_kept({"state": "valid"})
        return super().validate()

    def cancel(self):
        self._espace_check_kept({"state": "cancel"})
        return super().cancel()

    def back2draft(self):
        self._espace_check_kept({"state": "draft"})
        return super().back2draft()

    def valid2final(self):
        self._espace_check_kept({"state": "final"})
        return super().valid2final()

    def final2valid(self):
        self._espace_check_kept({"state": "valid"})
        return super().final2valid()

    def _sdd_mandate_set_state_to_expired(self):
        """Have families' mandates end by our own way, which tells their invoices."""
        today = fields.Date.context_today(self)
        valid = self.search(
            [("espace_family_id", "!=", False), ("state", "=", "valid")]
        )
        unused = valid.filtered(lambda mandate: mandate.espace_expires_on <= today)
        unused._espace_end(self.env._("Not used for 36 months"), state="expired")
        return super()._sdd_mandate_set_state_to_expired()
