from odoo import fields, models
from odoo.exceptions import UserError


class EspaceBankMatch(models.Model):
    """What of the books a movement of the bank shows: a payment or a remittance."""

    _name = "espace.bank.match"
    _description = "Match of a Movement of the Bank"
    _order = "id"
    _check_company_auto = True

    line_id = fields.Many2one(
        "espace.bank.line",
        "Movement",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="line_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    payment_id = fields.Many2one(
        "account.payment",
        readonly=True,
        ondelete="restrict",
        check_company=True,
    )
    family_id = fields.Many2one(
        related="payment_id.espace_family_id", string="Family Account"
    )
    receipt_number = fields.Char(related="payment_id.espace_receipt_number")
    remittance_id = fields.Many2one(
        "espace.remittance", readonly=True, ondelete="restrict"
    )
    amount = fields.Monetary(
        readonly=True, help="Above zero: it came in; below: it went out."
    )
    made = fields.Boolean(
        "Made from the Movement",
        readonly=True,
        help="It was not in the books before: pointing the movement entered it.",
    )
    released = fields.Boolean("Taken Back", readonly=True)

    _one_of_both = models.Constraint(
        "CHECK((payment_id IS NULL) != (remittance_id IS NULL))",
        "A movement of the bank shows a payment or a remittance.",
    )
    _payment_once = models.UniqueIndex(
        "(payment_id) WHERE NOT COALESCE(released, FALSE) AND payment_id IS NOT NULL",
        "Another movement of the bank shows this payment already.",
    )
    _remittance_once = models.UniqueIndex(
        "(remittance_id) WHERE NOT COALESCE(released, FALSE) "
        "AND remittance_id IS NOT NULL",
        "Another movement of the bank shows this remittance already.",
    )

    def _check_taken_back(self):
        """Refuse to forget what a movement made while it stands in the books."""
        self.ensure_one()
        payment = self.payment_id
        if payment.payment_type == "inbound" and not payment.espace_rejected:
            raise UserError(
                self.env._(
                    "This movement made the payment %s: reject it as entered by "
                    "mistake, and the movement waits again.",
                    payment._espace_words(),
                )
            )
        if payment.payment_type == "outbound":
            raise UserError(
                self.env._(
                    "This movement made a rejection (%s), which stands: it stays "
                    "pointed.",
                    payment._espace_words(),
                )
            )
