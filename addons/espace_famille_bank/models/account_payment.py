from odoo import fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bank_match_ids = fields.One2many(
        "espace.bank.match",
        "payment_id",
        "On the Statement",
        domain=[("released", "=", False)],
        readonly=True,
        groups="espace_famille.group_finance",
    )

    def _espace_reject(self, reason, date, **vals):
        """Have the movement of the bank wait again whose payment was a mistake.

        The bank has the money all the same: it is not lost, it is to be classed.
        """
        rejection = super()._espace_reject(reason, date, **vals)
        if reason == "mistake":
            lines = self.sudo().bank_match_ids.line_id.with_env(self.env)
            for line in lines:
                line._release()
        return rejection
