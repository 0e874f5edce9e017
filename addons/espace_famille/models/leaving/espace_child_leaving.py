from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class EspaceChild(models.Model):
    """A child who leaves, or moves to where it may not come any more."""

    _name = "espace.child"
    _inherit = ["espace.child", "espace.leaver.mixin"]
    _leaves_by = frozenset(("active", "leaves_on", "family_id", "class_id"))

    leaves_on = fields.Date(
        help="The child is archived once this day is over; nothing is booked after it."
    )
    left_with_family = fields.Boolean(readonly=True, copy=False)

    def _leaving_domain(self):
        return Domain("child_id", "in", self.ids)

    def write(self, vals):
        if vals.get("active"):
            vals = {"leaves_on": False, "left_with_family": False, **vals}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        """Refuse in words: what was booked and charged is not deleted."""
        booked_sudo = self.sudo().filtered("reservation_ids")
        if booked_sudo:
            raise UserError(
                self.env._(
                    "%s was booked: archive the child instead of deleting it, or "
                    "erase its personal data once it may be.",
                    ", ".join(booked_sudo.mapped("name")),
                )
            )
