"""The invoices and credit notes of families, and how their credits are used."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.espace_thread import unfollowed
from odoo.addons.espace_famille.models.core.guards import allow, is_allowed

from ...domain import budget
from ..core.amounts import to_decimal
from ..core.guards import CREDITING, STATING
from ..core.res_company import INCOME_TYPES

# What is made out to a family, and is linked to it.
FAMILY_DOCUMENTS = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    _inherit = "account.move"

    espace_family_id = fields.Many2one(
        "espace.family",
        "Family Account",
        compute="_compute_espace_family_id",
        store=True,
        index="btree_not_null",
        copy=False,
        help="Whose payer is the customer: the family pays and reads what is posted.",
    )
    espace_run_id = fields.Many2one(
        "espace.billing.run",
        "Billing Run",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    espace_debit_date = fields.Date(
        "Debited on",
        copy=False,
        help="The day on which the bank of the family is asked for the amount.",
    )
    espace_reservation_ids = fields.Many2many(
        "espace.reservation",
        string="Bookings",
        compute="_compute_espace_reservations",
        compute_sudo=True,
        groups="espace_famille.group_finance",
    )
    espace_payment_on_its_way = fields.Boolean(
        compute="_compute_espace_payment_on_its_way",
        compute_sudo=True,
        help="The bank has been asked, or has already taken the money.",
    )

    @api.depends("partner_id", "move_type", "company_id")
    def _compute_espace_family_id(self):
        """Link invoices to families, those made by hand too; once posted for good."""
        kept = self.filtered(lambda move: move.state == "posted")
        families = self._espace_families_of_payers()
        for move in self:
            own = move.espace_family_id if move in kept else False
            move.espace_family_id = own or families[move]

    def _espace_families_of_payers(self):
        """Return {document: the family whose payer is its customer, maybe none}."""
        none = self.env["espace.family"]
        sold = self.filtered(lambda move: move.move_type in FAMILY_DOCUMENTS)
        families = sold.partner_id._espace_payer_families() if sold else none
        known = {(family.partner_id, family.company_id): family for family in families}
        return {
            move: known.get(
                (move.partner_id.commercial_partner_id, move.company_id), none
            )
            if move in sold
            else none
            for move in self
        }

    @api.depends("invoice_line_ids.espace_charge_ids")
    def _compute_espace_reservations(self):
        for move in self:
            move.espace_reservation_ids = (
                move.invoice_line_ids.espace_charge_ids.reservation_id
            )

    # Whether the bank is silent for too long also depends on when it last spoke.
    @api.depends(
        "transaction_ids.last_state_change",
        "transaction_ids.payment_id",
        "transaction_ids.state",
    )
    def _compute_espace_payment_on_its_way(self):
        for move in self:
            move.espace_payment_on_its_way = any(
                transaction._espace_is_awaited() for transaction in move.transaction_ids
            )

    def message_post(self, **kwargs):
        """Who sends an invoice to a family does not follow what it is told later."""
        moves = unfollowed(self) if self.espace_family_id else self
        message = super(AccountMove, moves).message_post(**kwargs)
        return message.with_env(self.env)

    # === Posting and undoing === #

    def _post(self, soft=True):
        """Post what may be, then do all that follows for families, in this order."""
        self._espace_link_families()
        self.sudo()._espace_find_regie()
        self._espace_check_may_post()
        self._espace_check_collected()
        self.sudo()._espace_name_former_years()
        posted = super()._post(soft)
        posted_sudo = posted.sudo()
        posted_sudo._espace_confirm_paid_bookings()
        posted_sudo.origin_payment_id._espace_give_receipts()
        posted_sudo._espace_use_credits()
        posted_sudo._espace_begin_deposits()
        return posted

    def _espace_name_former_years(self):
        """Book what is given back of an invoice of a former budget year on 673.

        Lines of charges know it since they were made; these are of other invoices:
        fees, what was invoiced by hand.
        """
        for move in self:
            invoice = move.reversed_entry_id
            day = move.invoice_date or move.date
            if (
                move.move_type != "out_refund"
                or not invoice.espace_family_id
                or not day
                or not budget.is_of_former_year(invoice.date, day)
            ):
                continue
            account = move.company_id._espace_former_year_account()
            lines = move.invoice_line_ids.filtered(
                lambda line: (
                    line.display_type == "product"
                    and not line.espace_charge_ids
                    and line.account_id.account_type in INCOME_TYPES
                )
            )
            if account and lines:
                lines.account_id = account

    def _espace_confirm_paid_bookings(self):
        """Confirm the bookings that waited for the payment of these invoices."""
        self.espace_reservation_ids.filtered(
            lambda reservation: reservation.state == "pending_payment"
        ).write({"state": "confirmed", "hold_until": False})

    def _espace_link_families(self):
        """Link what is posted to the family of its payer, whatever a client says.

        :raise UserError: a family would not see it: a receipt instead of an invoice
        """
        receipts_sudo = self.sudo().filtered(lambda m: m.move_type == "out_receipt")
        if receipts_sudo:
            families = receipts_sudo.partner_id._espace_payer_families()
            if families:
                raise UserError(
                    self.env._(
                        "%s is a family: what it owes is invoiced, lest it see neither "
                        "the document nor its payment. Make an invoice instead.",
                        families[0].name,
                    )
                )
        doubtful_sudo = self.sudo().filtered(
            lambda move: (
                move.move_type in FAMILY_DOCUMENTS
                and move.espace_family_id.partner_id
                != move.partner_id.commercial_partner_id
            )
        )
        for move, family in doubtful_sudo._espace_families_of_payers().items():
            if move.espace_family_id != family:
                move.espace_family_id = family

    def button_draft(self):
        self._espace_check_kept()
        return super().button_draft()

    def button_cancel(self):
        """Leave the charges of cancelled drafts to be invoiced again."""
        self._espace_check_kept()
        self.sudo().invoice_line_ids._espace_leave_charges()
        return super().button_cancel()

    # === Credits === #

    def _espace_use_credits(self):
        """Reconcile these with the open credits, or the debts, of their families.

        An invoice takes the oldest credits first, a credit note the invoice that it
        corrects, then the oldest ones. What exceeds stays open, to the cent. An
        invoice whose online payment has come waits for that very payment.
        """
        moves_sudo = self.sudo().filtered(
            lambda move: (
                move.espace_family_id
                and move.move_type in ("out_invoice", "out_refund")
                and not move.espace_payment_on_its_way
            )
        )
        if not moves_sudo:
            return
        families = moves_sudo.espace_family_id
        refunds = moves_sudo.filtered(lambda move: move.move_type == "out_refund")
        invoices = moves_sudo - refunds
        credit_lines = families._espace_open_lines("credit") if invoices else None
        for family, own in invoices.grouped("espace_family_id").items():
            partner = family.partner_id
            credits_ = credit_lines.filtered(
                lambda line, partner=partner: (
                    line.partner_id.commercial_partner_id == partner
                    and not line.reconciled
                )
            )
            own._espace_receivable_lines()._espace_match(credits_)
        for refund in refunds:
            own = refund._espace_receivable_lines()
            refund.reversed_entry_id._espace_receivable_lines()._espace_match(own)
            if not all(own.mapped("reconciled")):
                refund.espace_family_id._espace_debts_to_lower()._espace_match(own)

    def _espace_receivable_lines(self):
        return self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    # === Corrections by hand === #

    def _espace_has_charges(self):
        self.ensure_one()
        return bool(
            self.espace_family_id and self.sudo().invoice_line_ids.espace_charge_ids
        )

    def action_reverse(self):
        """Credit a family's invoice charge by charge, so that its bookings follow."""
        if len(self) == 1 and self._espace_has_charges():
            return self.action_espace_credit()
        return super().action_reverse()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Have families' documents, and what went through a régie, undone by its ways.

        Invoices without charges are credited by Odoo's own form.
        """
        undoing = is_allowed(self.env, STATING)
        for move in self.browse() if undoing else self:
            if move.move_type == "out_invoice" and move._espace_has_charges():
                raise UserError(
                    self.env._(
                        "%s is made of charges of bookings: use “Credit” on the "
                        "invoice, so that the bookings know what was given back.",
                        move.display_name,
                    )
                )
            words = move._espace_why_third_party() or (
                move.move_type != "out_invoice" and move._espace_why_kept()
            )
            if words:
                raise UserError(words)
        return super()._reverse_moves(default_values_list, cancel)

    def action_espace_credit(self):
        """Open the choice of what is credited of this invoice."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit"),
            "res_model": "espace.credit.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_id": self.id},
        }

    def action_espace_add_line(self):
        """Open the form that adds a line, with its reason, to this draft."""
        self.ensure_one()
        self.check_access("write")
        self._espace_check_line_added()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add a Line"),
            "res_model": "espace.invoice.line.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_move_id": self.id},
        }

    def _espace_check_line_added(self):
        """Refuse a line where it would change what is posted, or is being paid.

        :raise UserError: with the reason in words
        """
        self.ensure_one()
        if not self.espace_family_id or self.move_type != "out_invoice":
            raise UserError(self.env._("This is no invoice of a family."))
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "%s is posted: nothing is added to it. What else is due goes on "
                    "the next invoice.",
                    self.display_name,
                )
            )
        if self.espace_payment_on_its_way:
            raise UserError(
                self.env._("This invoice is being paid online: wait for the result.")
            )

    def _espace_take_out_bookings(self):
        """Delete these drafts, but for the lines that an agent added with a reason."""
        kept = self.filtered("invoice_line_ids.espace_reason")
        for move in kept:
            move.invoice_line_ids.filtered(lambda line: not line.espace_reason).unlink()
        (self - kept).unlink()

    # === Documents === #

    def action_open_espace_charges(self):
        """Open the charges that the lines of this invoice are made of."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_charge_action"
        )
        action["domain"] = [("move_id", "=", self.id)]
        return action

    def _espace_is_official(self):
        """Tell whether these are posted invoices of families: they are no pro forma."""
        return bool(self) and all(
            move.espace_family_id and move.state == "posted" for move in self
        )

    def _get_invoice_proforma_pdf_report_filename(self):
        if self._espace_is_official():
            return self._get_invoice_report_filename()
        return super()._get_invoice_proforma_pdf_report_filename()


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    espace_charge_ids = fields.One2many(
        "espace.charge",
        "invoice_line_id",
        "Charges of this Line",
        groups="espace_famille.group_finance",
    )
    espace_reason = fields.Char(
        "Reason",
        readonly=True,
        copy=False,
        help="Why an agent added this line, which no booking charged.",
    )
    espace_form_token = fields.Char("Form", readonly=True, copy=False)

    _espace_form_unique = models.UniqueIndex(
        "(espace_form_token) WHERE espace_form_token IS NOT NULL",
        "This form was registered already: look at the lines of the invoice.",
    )

    def unlink(self):
        """Leave the charges of these drafts to be invoiced again."""
        self.move_id._espace_check_kept()
        self.sudo()._espace_leave_charges()
        return super().unlink()

    def _espace_leave_charges(self):
        """Leave the charges of these drafts to be invoiced again."""
        self.espace_charge_ids._leave_invoice()
        self.espace_payer_charge_ids.write({"payer_line_id": False})

    def _espace_match(self, credits_):
        """Reconcile these debts with credits as far as they go, account by account.

        Both are taken in their order; those of two régies leave each other alone.
        """
        for account in self.account_id & credits_.account_id:
            owed = self.filtered(lambda line, of=account: line.account_id == of)
            given = credits_.filtered(lambda line, of=account: line.account_id == of)
            if len(owed) == 1:
                owed._espace_match_all(given)
                continue
            # All at once, Odoo would take those due on one day by their amounts.
            for credit in given:
                for debt in owed:
                    if not (credit.reconciled or debt.reconciled):
                        debt._espace_match_all(credit)

    def _espace_admits(self, credit):
        """Tell whether a credit may lower this debt by itself: money of a CESU may not.

        Unless a CESU may pay all that it would.
        """
        if not credit._espace_is_cesu():
            return True
        part = min(self.amount_residual, -credit.amount_residual)
        return to_decimal(part) <= self._espace_cesu_left()

    def _espace_match_all(self, credits_):
        """Reconcile a debt with those of these credits that its régie may use."""
        lines = self | credits_.filtered(
            lambda credit: (
                self.move_id._espace_may_meet(credit.move_id)
                and self._espace_admits(credit)
            )
        )
        open_lines = lines.filtered(lambda line: not line.reconciled)
        if len(open_lines) > 1:
            allow(open_lines, CREDITING).reconcile()
