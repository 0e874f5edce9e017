from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    espace_family_id = fields.Many2one(
        "espace.family", "Family Account", index="btree_not_null", copy=False
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

    @api.depends("invoice_line_ids.espace_charge_ids")
    def _compute_espace_reservations(self):
        for move in self:
            move.espace_reservation_ids = (
                move.invoice_line_ids.espace_charge_ids.reservation_id
            )

    @api.depends("transaction_ids.state", "transaction_ids.payment_id")
    def _compute_espace_payment_on_its_way(self):
        for move in self:
            move.espace_payment_on_its_way = any(
                transaction._espace_is_awaited() for transaction in move.transaction_ids
            )

    def action_open_espace_charges(self):
        """Open the charges that the lines of this invoice are made of."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_charge_action"
        )
        action["domain"] = [("move_id", "=", self.id)]
        return action

    def button_cancel(self):
        """Leave the charges of cancelled invoices to be invoiced again."""
        self.sudo().invoice_line_ids.espace_charge_ids.write({"invoice_line_id": False})
        return super().button_cancel()

    def _post(self, soft=True):
        """Confirm the bookings that waited for the payment of these invoices."""
        posted = super()._post(soft)
        waiting = posted.sudo().espace_reservation_ids.filtered(
            lambda reservation: reservation.state == "pending_payment"
        )
        waiting.write({"state": "confirmed", "hold_until": False})
        return posted

    # === Documents === #

    def _espace_is_official(self):
        """Tell whether these are posted invoices of families: they are no pro forma."""
        return bool(self) and all(
            move.espace_family_id and move.state == "posted" for move in self
        )

    def _get_invoice_proforma_pdf_report_filename(self):
        if self._espace_is_official():
            return self._get_invoice_report_filename()
        return super()._get_invoice_proforma_pdf_report_filename()
