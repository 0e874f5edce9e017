from odoo import models
from odoo.fields import Domain


class EspaceEnrolment(models.Model):
    """An enrolment that ends, is refused or deleted keeps no seats."""

    _name = "espace.enrolment"
    _inherit = ["espace.enrolment", "espace.leaving.mixin"]
    _leaves_by = frozenset(
        ("activity_id", "child_id", "date_from", "date_to", "exception", "state")
    )

    def _leaving_domain(self):
        return Domain("child_id", "in", self.child_id.ids) & Domain(
            "activity_id", "in", self.activity_id.ids
        )
