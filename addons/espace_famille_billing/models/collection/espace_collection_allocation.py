from odoo import api, fields, models
from odoo.exceptions import UserError

# What a movement is for a collection; the first three as `account.payment`.
KINDS = [
    ("receipt", "Payment received"),
    ("rejection", "Rejected"),
    ("refund", "Paid back"),
    ("transfer", "Imputed otherwise"),
]


class EspaceCollectionAllocation(models.Model):
    """Cents of a payment that paid a product (imputation); made when it is closed.

    The lines of a payment, over all collections, add up to it. A line without an
    invoice is an advance (avance reçue): once it pays one, a later collection takes it
    back from the advances and gives it to the products.
    """

    _name = "espace.collection.allocation"
    _description = "Imputation of a Payment"
    _order = "statement_id desc, id"
    _check_company_auto = True

    statement_id = fields.Many2one(
        "espace.collection.statement",
        "Collection",
        required=True,
        index=True,
        ondelete="restrict",
    )
    regie_id = fields.Many2one("espace.regie", required=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True)
    # Stored: else it is looked up for each of many thousand lines, twice.
    currency_id = fields.Many2one("res.currency", required=True)
    date = fields.Date(
        required=True,
        help="The day of the payment; the end of the period of what is imputed later.",
    )
    kind = fields.Selection(KINDS, "Movement", required=True)
    payment_id = fields.Many2one(
        "account.payment", required=True, index=True, ondelete="restrict"
    )
    family_id = fields.Many2one("espace.family", "Family Account", ondelete="restrict")
    move_id = fields.Many2one(
        "account.move",
        "Document Paid",
        index="btree_not_null",
        ondelete="restrict",
        help="The invoice that was paid; empty: an advance.",
    )
    product_id = fields.Many2one("product.product", ondelete="restrict")
    account_id = fields.Many2one(
        "account.account", "Imputation", ondelete="restrict", help="Income account."
    )
    amount = fields.Monetary(required=True)

    def write(self, vals):
        if vals:
            raise UserError(
                self.env._(
                    "The imputation of a payment is never edited: what changes later "
                    "is a line of the next collection."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("The imputation of a payment in a collection is never deleted.")
        )
