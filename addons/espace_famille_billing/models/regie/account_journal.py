from odoo import fields, models

MEANS = [
    ("cash", "Cash"),
    ("cheque", "Cheque"),
    ("card", "Card"),
    ("online", "Online"),
    ("cesu", "CESU"),
    ("direct_debit", "Direct debit"),
    ("transfer", "Bank transfer"),
]


class AccountJournal(models.Model):
    _inherit = "account.journal"

    espace_regie_id = fields.Many2one(
        "espace.regie",
        "Régie",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The cash office that collects in this journal.",
    )
    espace_means = fields.Selection(
        MEANS, "Means of Payment", help="How families pay into this journal."
    )
