from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


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

    def write(self, vals):
        """Have the numbers of the régie begin with its code, once and for all."""
        recoded = self.filtered(
            lambda regie: vals.get("code", regie.code) != regie.code
        )
        recoded._check_no_number()
        result = super().write(vals)
        for regie in recoded:
            regie._renew_prefixes()
        return result

    def _check_no_number(self):
        for regie in self:
            if regie._has_numbered():
                raise UserError(
                    self.env._(
                        "The numbers of the régie %(name)s begin with %(code)s: its "
                        "code does not change once it has given a receipt.",
                        name=regie.name,
                        code=regie.code,
                    )
                )

    def _has_numbered(self):
        """Tell whether this régie has given a receipt."""
        self.ensure_one()
        return bool(
            self.env["account.payment"]
            .sudo()
            .search_count(
                [
                    ("espace_regie_id", "=", self.id),
                    ("espace_receipt_number", "!=", False),
                ],
                limit=1,
            )
        )

    @api.model
    def _next_number(self, sequence, date):
        """Return the next number that a sequence without gap gives on a local date.

        The first number of a year opens its range. Two who do so at the same instant
        would both insert it, which Odoo tells as an error; the row that both write
        makes the second one try again instead, and find the range.
        """
        if not any(r.date_from <= date <= r.date_to for r in sequence.date_range_ids):
            self.env.cr.execute(
                SQL(
                    "UPDATE ir_sequence SET write_date = write_date WHERE id = %s",
                    sequence.id,
                )
            )
        return sequence.next_by_id(sequence_date=date)

    def _renew_prefixes(self):
        """Have the numbers to come begin with the code of this régie."""
        self.receipt_sequence_id.sudo().prefix = self._receipt_prefix()

    def _receipt_prefix(self):
        return f"{self.code}-%(range_year)s-"

    def _create_sequence(self):
        """Create the numbers of the receipts: without a gap, from 1 each year."""
        self.ensure_one()
        return (
            self.env["ir.sequence"]
            .sudo()
            .create(
                {
                    "name": f"{self.name}: receipts",
                    "prefix": self._receipt_prefix(),
                    "padding": 5,
                    "implementation": "no_gap",
                    "use_date_range": True,
                    "company_id": self.company_id.id,
                }
            )
        )
