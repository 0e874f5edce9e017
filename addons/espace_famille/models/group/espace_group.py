from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain.wording import format_hour

# What an agent calls out: the children of a group stay together, those of a transport
# leave together.
KINDS = [("group", "Group"), ("transport", "Transport")]


class EspaceGroup(models.Model):
    """Children who stay together, or leave by the same bus, in some activities."""

    _name = "espace.group"
    _description = "Group or Transport"
    _order = "kind, sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, help="Les Moussaillons, Ligne 2…")
    kind = fields.Selection(KINDS, required=True, default="group")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    activity_ids = fields.Many2many(
        "espace.activity", string="Activities", required=True, check_company=True
    )
    child_ids = fields.Many2many(
        "espace.child",
        "espace_group_child_rel",
        "group_id",
        "child_id",
        string="Children",
        check_company=True,
    )
    child_count = fields.Integer("Number of Children", compute="_compute_child_count")
    places = fields.Integer(help="0: as many as come.")
    leader = fields.Char("Who Leads It", help="The agent, the driver or the escort.")
    stop = fields.Char("Meeting Place", help="Where it starts, or its stops in order.")
    leaves_at = fields.Float("Leaves at")

    _name_once = models.UniqueIndex(
        "(company_id, kind, name)",
        "There is a group or transport of that name already.",
    )
    _places_positive = models.Constraint(
        "CHECK (places >= 0)", "Places cannot be below zero."
    )
    _leaves_in_the_day = models.Constraint(
        "CHECK (leaves_at >= 0 AND leaves_at < 24)", "The hour lies between 0 and 24."
    )

    @api.depends("child_ids")
    def _compute_child_count(self):
        for group in self:
            group.child_count = len(group.child_ids)

    @api.constrains("child_ids", "places", "active")
    def _check_places(self):
        for group in self.filtered("places"):
            if len(group.child_ids) > group.places:
                raise ValidationError(
                    self.env._(
                        "%(group)s has %(places)s places, and %(children)s children "
                        "are in it.",
                        group=group.name,
                        places=group.places,
                        children=len(group.child_ids),
                    )
                )

    @api.constrains("activity_ids")
    def _check_activities(self):
        for group in self:
            if not group.activity_ids:
                raise ValidationError(
                    self.env._("Say in which activities “%s” is.", group.name)
                )

    @api.constrains("child_ids", "activity_ids", "kind", "active")
    def _check_one_a_child(self):
        """Keep a child in one group, and one transport, of an activity.

        :raise ValidationError: a child would be called out twice; the groups are named
        """
        for group in self.filtered("active"):
            others = self.search(
                [
                    ("id", "!=", group.id),
                    ("kind", "=", group.kind),
                    ("activity_ids", "in", group.activity_ids.ids),
                    ("child_ids", "in", group.child_ids.ids),
                ],
                limit=1,
            )
            if others:
                both = others.child_ids & group.child_ids
                raise ValidationError(
                    self.env._(
                        "%(children)s: in “%(other)s” already for the same activity. "
                        "A child is in one of them only.",
                        children=", ".join(both.mapped("name")[:5]),
                        other=others.name,
                    )
                )

    @api.model
    def _of_activity(self, activities):
        """Return the groups and transports of these activities, in their order."""
        return self.search([("activity_ids", "in", activities.ids)])

    @api.model
    def _names_by_child(self, activities):
        """Return {(activity id, child id): names of its group and transport there}."""
        groups_sudo = self.sudo()._of_activity(activities)
        found = {}
        for group in groups_sudo:
            for activity in group.activity_ids:
                for child in group.child_ids:
                    found.setdefault((activity.id, child.id), []).append(group.name)
        return found

    def _head_words(self):
        """Return what stands below the name on its sheet: place, hour, leader."""
        self.ensure_one()
        hour = self.leaves_at and self.env._(
            "leaves at %s", format_hour(self.leaves_at)
        )
        return " – ".join(filter(None, [self.stop, hour, self.leader]))
