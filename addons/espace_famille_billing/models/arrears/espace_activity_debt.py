from odoo import api, fields, models


class EspaceActivity(models.Model):
    _inherit = "espace.activity"

    debt_blocks = fields.Boolean(
        "Blocked by Debts",
        compute="_compute_debt_blocks",
        store=True,
        readonly=False,
        help="Families in debt cannot book this activity, where the commune blocks "
        "them (see Settings). Many communes never keep a child from the canteen.",
    )

    @api.depends("category", "is_emergency")
    def _compute_debt_blocks(self):
        for activity in self:
            kept = activity.category == "canteen" or activity.is_emergency
            activity.debt_blocks = not kept
