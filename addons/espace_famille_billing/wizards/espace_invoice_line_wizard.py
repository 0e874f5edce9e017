from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..models.core.amounts import to_decimal


class EspaceInvoiceLineWizard(models.TransientModel):
    """A line that an agent adds to the draft invoice of a family, with its reason."""

    _name = "espace.invoice.line.wizard"
    _inherit = ["espace.form.once.mixin"]
    _description = "Line Added to a Draft Invoice"

    move_id = fields.Many2one("account.move", "Invoice", required=True, readonly=True)
    family_id = fields.Many2one(related="move_id.espace_family_id")
    currency_id = fields.Many2one(related="move_id.currency_id")
    product_id = fields.Many2one(
        "product.product",
        "What",
        required=True,
        domain="[('type', '=', 'service'), ('espace_activity_id', '=', False)]",
    )
    amount = fields.Monetary(
        compute="_compute_amount", store=True, readonly=False, required=True
    )
    reason = fields.Char(required=True, help="Printed on the invoice.")

    @api.depends("product_id")
    def _compute_amount(self):
        for wizard in self:
            product = wizard.product_id.with_company(wizard.move_id.company_id)
            wizard.amount = product.lst_price

    def action_add(self):
        """Add the line, once; the family reads its reason on the page and the invoice.

        :raise UserError: the invoice is no draft, is being paid, or nothing is asked
        """
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group("espace_famille.group_finance")):
            raise AccessError(self.env._("Only the Régie adds lines to invoices."))
        self.move_id.check_access("write")
        self._once("account.move.line", self._add)
        return {"type": "ir.actions.act_window_close"}

    def _add(self):
        self.move_id._espace_check_line_added()
        reason = (self.reason or "").strip()
        if to_decimal(self.amount) <= 0 or not reason:
            raise UserError(self.env._("Enter an amount above zero and the reason."))
        product = self.product_id.with_context(lang=self.family_id.lang)
        self.move_id.write(
            {
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "name": f"{product.name}\n{reason}",
                            "quantity": 1,
                            "price_unit": self.amount,
                            "tax_ids": [Command.clear()],
                            "espace_reason": reason,
                            "espace_form_token": self.token or False,
                        }
                    )
                ]
            }
        )
