from odoo import api, fields, models


class EspaceRegie(models.Model):
    """A cash office (régie de recettes): collects for the public accountant.

    A régisseur receives the families' money in the journals of the régie, one a means
    of payment, gives numbered receipts and hands the money over to the public treasury.
    """

    _name = "espace.regie"
    _description = "Cash Office"
    _order = "code, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    code = fields.Char(
        required=True, help="Begins the numbers of its receipts and statements."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    regisseur_id = fields.Many2one("res.users", "Régisseur")
    deputy_ids = fields.Many2many("res.users", string="Deputies")
    decision = fields.Char(
        "Act of Creation", help="Reference of the decision that created the régie."
    )
    cash_ceiling = fields.Monetary(
        help="Cash that the régisseur may hold before it must be handed over; 0: none."
    )
    journal_ids = fields.One2many("account.journal", "espace_regie_id", "Journals")
    receipt_sequence_id = fields.Many2one(
        "ir.sequence", "Numbers of Receipts", readonly=True, copy=False
    )

    _code_unique = models.UniqueIndex(
        "(code, company_id)", "Another régie of this commune has that code."
    )
    _cash_ceiling_positive = models.Constraint(
        "CHECK(cash_ceiling >= 0)", "The cash ceiling must not be negative."
    )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        regies = super().create(vals_list)
        for regie in regies:
            regie.receipt_sequence_id = regie._create_sequence()
        return regies

    def _create_sequence(self):
        """Create the numbers of the receipts: without a gap, from 1 each year."""
        self.ensure_one()
        return (
            self.env["ir.sequence"]
            .sudo()
            .create(
                {
                    "name": f"{self.name}: receipts",
                    "prefix": f"{self.code}-%(range_year)s-",
                    "padding": 5,
                    "implementation": "no_gap",
                    "use_date_range": True,
                    "company_id": self.company_id.id,
                }
            )
        )
