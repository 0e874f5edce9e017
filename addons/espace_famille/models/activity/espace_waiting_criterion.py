from odoo import fields, models


class EspaceWaitingCriterion(models.Model):
    """What counts, and in which order, on the waiting list of an activity."""

    _name = "espace.waiting.criterion"
    _inherit = ["espace.rulebook.mixin"]
    _description = "Criterion of a Waiting List"
    _order = "activity_id, sequence, id"

    activity_id = fields.Many2one(
        "espace.activity", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="activity_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    criterion = fields.Selection(
        [
            ("sibling", "Brother or sister already booked on that day"),
            ("resident", "Lives in the commune"),
            ("youngest", "Youngest first"),
            ("date", "Date of the request"),
        ],
        required=True,
    )

    _criterion_unique = models.UniqueIndex(
        "(activity_id, criterion)", "This criterion is already in the list."
    )
