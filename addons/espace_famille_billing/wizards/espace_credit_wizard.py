from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class EspaceCreditWizard(models.TransientModel):
    """Credit an invoice of a family, or some of its days, and say what follows."""

    _name = "espace.credit.wizard"
    _description = "Credit of an Invoice"

    move_id = fields.Many2one("account.move", "Invoice", required=True, readonly=True)
    family_id = fields.Many2one(related="move_id.espace_family_id")
    currency_id = fields.Many2one(related="move_id.currency_id")
    reason = fields.Char(required=True, help="Printed on the credit note.")
    follow_up = fields.Selection(
        [
            ("reissue", "Invoice again now what is really due"),
            ("later", "Leave what is really due to the next run"),
            ("waive", "Ask nothing for these days any more"),
        ],
        "Then",
        default="reissue",
        required=True,
    )
    charge_ids = fields.Many2many(
        "espace.charge",
        string="What Is Credited",
        compute="_compute_charge_ids",
        store=True,
        readonly=False,
    )
    amount = fields.Monetary("Credit", compute="_compute_amount")

    @api.depends("move_id")
    def _compute_charge_ids(self):
        for wizard in self:
            wizard.charge_ids = wizard._offered()

    @api.depends("charge_ids.amount")
    def _compute_amount(self):
        """Add up what the family gets back: third parties get theirs."""
        for wizard in self:
            chosen = wizard.charge_ids
            parts = chosen._owners_charges().filtered(
                lambda c, move=wizard.move_id: c.aid_id and c.move_id == move
            )
            wizard.amount = sum((chosen | parts).mapped("amount"))

    def _offered(self):
        return self.move_id.invoice_line_ids.espace_charge_ids._creditable()

    def action_credit(self):
        """Give the chosen charges back and open what was made."""
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group("espace_famille.group_finance")):
            raise AccessError(self.env._("Only the Régie credits invoices."))
        self.move_id.check_access("write")
        charges_sudo = (self.charge_ids & self._offered()).sudo()
        if not charges_sudo:
            raise UserError(
                self.env._(
                    "Nothing is left to be credited: choose lines of a posted "
                    "invoice that were not credited yet."
                )
            )
        now = fields.Datetime.now()
        moves = charges_sudo._credit(self.reason, now)
        moves |= self._follow_up(
            charges_sudo.reservation_id, charges_sudo.flat_due_id, now
        )
        return self._open(moves)

    def _follow_up(self, bookings, dues, now):
        """Charge these bookings, and months at a flat price, again, or not.

        :return: the new invoice, maybe none
        """
        if self.follow_up == "waive":
            bookings._waive(self.reason)
            dues._waive(self.reason)
            return self.env["account.move"]
        charges = bookings._settle(strict=False) + dues._settle()
        if self.follow_up == "later":
            return self.env["account.move"]
        moves = charges._invoice(now)
        moves._post()
        return moves

    def _open(self, moves):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_invoice_action"
        )
        action["domain"] = [("id", "in", (moves | self.move_id).ids)]
        return action
