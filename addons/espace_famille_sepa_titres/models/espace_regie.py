from odoo import fields, models


class EspaceRegie(models.Model):
    """A régie whose mandates name the commune as creditor, titres included."""

    _inherit = "espace.regie"

    debit_for_titles = fields.Boolean(
        "Mandates Serve for Titres",
        help="The mandate that families sign names the commune and its own SEPA "
        "creditor identifier, by which the accountant debits titres too. Ask your "
        "accountant first. The IBAN of such a family then stands on its titre.",
    )
