from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.guards import is_allowed
from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal
from odoo.addons.espace_famille_billing.models.core.guards import STATING

from .return_reasons import REASONS

# What computing and numbering write of themselves.
FREE = {"date", "mail_notif_partner_id", "payment_ids"}


class AccountPaymentLine(models.Model):
    """An invoice of a family in a debit run."""

    _inherit = "account.payment.line"

    espace_family_id = fields.Many2one(
        "espace.family", "Family Account", readonly=True, index="btree_not_null"
    )
    espace_live = fields.Boolean(
        "About to be Debited",
        compute="_compute_espace_live",
        store=True,
        help="No other run asks for it, nor is it paid online, until it is booked.",
    )
    espace_refused_on = fields.Date("Refused by the Bank on", readonly=True)
    espace_refused_for = fields.Selection(REASONS, "Reason", readonly=True)

    # Two who propose at once: the second one finds it taken.
    _espace_in_one_run = models.UniqueIndex(
        "(move_line_id) WHERE espace_live",
        "Another run has one of these invoices already: propose again.",
    )

    @api.depends(
        "espace_family_id",
        "espace_refused_on",
        "order_id.espace_collected_on",
        "order_id.state",
    )
    def _compute_espace_live(self):
        for line in self:
            order = line.order_id
            line.espace_live = bool(
                line.espace_family_id
                and not line.espace_refused_on
                and not order.espace_collected_on
                and order.state != "cancel"
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not is_allowed(self.env, STATING):
            moves = self.env["account.move.line"].browse(
                [vals["move_line_id"] for vals in vals_list if vals.get("move_line_id")]
            )
            if moves.sudo().move_id.espace_family_id or any(
                vals.get("espace_family_id") for vals in vals_list
            ):
                raise UserError(
                    self.env._(
                        "Families are debited by the runs of the Régie: propose one "
                        "there."
                    )
                )
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() - FREE:
            self._espace_check_by_code()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_by_code(self):
        self._espace_check_by_code()

    def _espace_check_by_code(self):
        if not is_allowed(self.env, STATING) and self.sudo().espace_family_id:
            raise UserError(
                self.env._(
                    "What a family is debited is the amount of its invoices: take the "
                    "family out of the run, or cancel the run."
                )
            )

    def action_espace_remove(self):
        """Take the families of these lines out of a run that was not sent."""
        self.env["account.payment"]._espace_check_regie_role()
        self.check_access("read")
        orders_sudo = self.sudo().order_id
        if orders_sudo.filtered(lambda order: order.state != "draft"):
            raise UserError(
                self.env._(
                    "The file of this run is made: nobody is taken out any more. "
                    "Cancel the run, or have the bank revoke the debit."
                )
            )
        families = self.sudo().espace_family_id
        gone = orders_sudo.payment_line_ids.filtered(
            lambda line: line.espace_family_id in families
        )
        for order in orders_sudo:
            order._espace_drop(gone.filtered(lambda line, o=order: line.order_id == o))
        families._espace_set_off()

    def _espace_problem(self):
        """Say why this line cannot be debited as it was announced, "" if it can."""
        self.ensure_one()
        move = self.move_line_id.move_id
        if self.move_line_id.reconciled or self.move_line_id.amount_residual <= 0:
            return self.env._("%s is settled", move.name)
        if move.espace_disputed:
            return self.env._("%s is disputed", move.name)
        if move.espace_transmitted_on:
            return self.env._("%s is with the public accountant", move.name)
        if any(tx._espace_is_awaited() for tx in move.transaction_ids):
            return self.env._("%s is being paid online", move.name)
        return self.mandate_id._espace_problem(
            self.order_id.espace_regie_id, self.espace_family_id
        )

    def _prepare_account_payment_vals(self, payment_lot, pay_sequence):
        """Name the debit as the Treasury does, where the régie has it so."""
        vals = super()._prepare_account_payment_vals(payment_lot, pay_sequence)
        order = self.order_id
        if order.espace_regie_id:
            vals["memo"] = order._espace_debit_reference(payment_lot, pay_sequence)
            # What is settled is chosen when it is booked, line by line.
            vals.pop("invoice_ids")
            vals["espace_mandate_id"] = self[:1].mandate_id.id
        return vals

    def _prepare_write_draft2open(self):
        if self.order_id.espace_regie_id:
            return {"date": self.order_id.date_scheduled}
        return super()._prepare_write_draft2open()

    def _espace_notice(self):
        """Return what a family is told of its debit, as a dict of texts."""
        company = self.company_id
        order, mandate = self.order_id, self.mandate_id
        words = company._espace_amount_words
        return {
            "amount": words(sum(map(to_decimal, self.mapped("amount_currency")))),
            "day": company._espace_day_words(order.date_scheduled, year=True),
            "iban": mandate.espace_iban,
            "mandate": mandate.unique_mandate_reference,
            "creditor": order.espace_regie_id._debit_identifier(),
            "invoices": [
                (line.move_line_id.move_name, words(line.amount_currency))
                for line in self
            ],
        }


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # Who reads the lines of an invoice may not read debits: then they are left out,
    # where Odoo would refuse the whole line.
    payment_line_ids = fields.One2many(
        groups="account_payment_batch_oca.group_account_payment,"
        "account.group_account_readonly"
    )
