from odoo import fields, models
from odoo.exceptions import UserError


class AccountPaymentRegister(models.TransientModel):
    """Odoo's form for the payments of several families: a second click pays nothing."""

    _inherit = "account.payment.register"

    espace_registered = fields.Boolean("Registered", readonly=True)

    def action_create_payments(self):
        """Register, once, what families owe.

        Of two clicks that come together both write here: the second is begun again by
        Odoo, and finds what the first has done.

        :raise UserError: it was done
        """
        self.ensure_one()
        if self.line_ids.move_id.espace_family_id:
            if self.espace_registered:
                raise UserError(
                    self.env._(
                        "These payments are registered already: close this form."
                    )
                )
            self.espace_registered = True
            self.flush_recordset(["espace_registered"])
        return super().action_create_payments()
