from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...domain.booking import SEAT_STATES

# Agents of the day read what is written, not which families it is for.
MANAGERS = "espace_famille.group_manager"


class EspaceAudience(models.AbstractModel):
    """Says which families something is for: news of the portal, a message.

    Both households of a child who lives in two are among them.
    """

    _name = "espace.audience.mixin"
    _description = "For Which Families"

    audience = fields.Selection(
        # Not a list, see `espace.letter.mixin`.
        lambda self: self._audiences(),
        "For",
        default="all",
        required=True,
        tracking=True,
    )
    school_ids = fields.Many2many("espace.school", check_company=True)
    class_ids = fields.Many2many("espace.school.class", check_company=True)
    activity_ids = fields.Many2many("espace.activity", check_company=True)
    booked_from = fields.Date("Booked from", help="Empty: enrolled or booked whenever.")
    booked_to = fields.Date("Booked until")
    family_ids = fields.Many2many(
        "espace.family", string="Families", check_company=True, groups=MANAGERS
    )

    _booked_ordered = models.Constraint(
        "CHECK(booked_from IS NULL OR booked_to IS NULL OR booked_from <= booked_to)",
        "The days booked must not end before they start.",
    )

    @api.model
    def _audiences(self):
        words = {
            "all": self.env._("All families"),
            "school": self.env._("Schools"),
            "class": self.env._("Classes"),
            "activity": self.env._("Children enrolled in or booked for activities"),
            "family": self.env._("Chosen families"),
        }
        return list(words.items())

    @api.constrains(lambda self: self._audience_fields())
    def _check_audience(self):
        for record in self:
            if record.audience == "all" or record[f"{record.audience}_ids"]:
                continue
            labels = dict(self._fields["audience"]._description_selection(self.env))
            raise ValidationError(
                self.env._(
                    "“%(name)s” is for: %(audience)s. Choose which ones.",
                    name=record.display_name,
                    audience=labels[record.audience],
                )
            )

    @api.model
    def _audience_fields(self):
        """Return the names of the fields that say for whom it is."""
        return ["audience", "school_ids", "class_ids", "activity_ids", "family_ids"]

    def _reached(self):
        """Return the domain of the families that this is for."""
        self.ensure_one()
        own = Domain("company_id", "=", self.company_id.id)
        if self.audience == "all":
            return own
        if self.audience == "family":
            return own & Domain("id", "in", self.family_ids.ids)
        return own & Domain("child_ids", "any", self._reached_children())

    def _reached_children(self):
        """Return the domain of the children that this is about, all where none is."""
        self.ensure_one()
        if self.audience == "school":
            return Domain("class_id.school_id", "in", self.school_ids.ids)
        if self.audience == "class":
            return Domain("class_id", "in", self.class_ids.ids)
        if self.audience == "activity":
            return self._reached_by_activity()
        return Domain.TRUE

    def _reached_by_activity(self):
        booked = Domain("activity_id", "in", self.activity_ids.ids) & Domain(
            "state", "in", [*SEAT_STATES, "waiting"]
        )
        if self.booked_from:
            booked &= Domain("date", ">=", self.booked_from)
        if self.booked_to:
            booked &= Domain("date", "<=", self.booked_to)
        reached = Domain("reservation_ids", "any", booked)
        if self.booked_from or self.booked_to:
            return reached
        enrolled = Domain("activity_id", "in", self.activity_ids.ids) & Domain(
            "state", "=", "approved"
        )
        return reached | Domain("enrolment_ids", "any", enrolled)
