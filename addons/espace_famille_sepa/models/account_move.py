from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """What a bank is about to be asked is asked of nobody else."""

    _inherit = "account.move"

    # Who reads an invoice reads how many debits it has, whatever else it may not read.
    payment_line_count = fields.Integer(compute_sudo=True)
    espace_debit_line_id = fields.Many2one(
        "account.payment.line",
        "Debit under Way",
        compute="_compute_espace_debit_line_id",
        compute_sudo=True,
    )

    @api.model
    def _get_invoice_in_payment_state(self):
        """Have every payment booked at once, as Odoo Community does.

        The stack of the OCA says otherwise for the sake of bank statements: a payment
        without an account of its own would have no entry, and its invoice stay open.
        """
        return "paid"

    @api.depends("line_ids.payment_line_ids.espace_live")
    def _compute_espace_debit_line_id(self):
        # Asked of all at once; the whole lines of an invoice are not read for it.
        live = self.env["account.payment.line"].search_fetch(
            [("move_line_id.move_id", "in", self.ids), ("espace_live", "=", True)],
            ["move_line_id"],
            order="id",
        )
        first = {}
        for line in live:
            first.setdefault(line.move_line_id.move_id.id, line)
        for move in self:
            move.espace_debit_line_id = first.get(move._origin.id, False)

    @api.depends("espace_debit_line_id")
    def _compute_espace_payment_on_its_way(self):
        super()._compute_espace_payment_on_its_way()
        for move in self:
            if move.espace_debit_line_id:
                move.espace_payment_on_its_way = True

    def _espace_awaited_debit(self):
        """Return the debit that was sent to the bank and is not booked yet."""
        self.ensure_one()
        line = self.espace_debit_line_id
        return (
            line if line.state in ("open", "generated", "uploaded") else line.browse()
        )

    def _espace_debited_on(self):
        """Return the day on which a bank is asked, False if none is."""
        self.ensure_one()
        line_sudo = self.sudo().espace_debit_line_id
        return line_sudo.order_id.date_scheduled or self.espace_debit_date

    def _has_to_be_paid(self):
        if self.sudo().espace_debit_line_id:
            return False
        return super()._has_to_be_paid()

    def _espace_check_collectable(self):
        """Refuse at the counter what the bank was asked already: or pay twice."""
        super()._espace_check_collectable()
        for move in self:
            line_sudo = move.sudo()._espace_awaited_debit()
            if line_sudo:
                raise UserError(
                    self.env._(
                        "%(document)s is debited on %(day)s by the run %(run)s: wait "
                        "for the result, or cancel the run.",
                        document=move.name,
                        day=move.company_id._espace_day_words(
                            line_sudo.order_id.date_scheduled, year=True
                        ),
                        run=line_sudo.order_id.name,
                    )
                )
