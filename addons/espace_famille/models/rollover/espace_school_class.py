from odoo import models

from ...domain import rollover
from ...domain.register import values


class EspaceSchoolClass(models.Model):
    """What moving up needs of a class and of its children."""

    _inherit = "espace.school.class"

    def _levels(self):
        """Return the set of levels taught: the recorded one, and those of the name.

        “CE1-CE2” has CE2 recorded, the highest.
        """
        self.ensure_one()
        named = values.levels(self.name or "")
        if self.level and self.level not in named:
            return frozenset({self.level})
        return frozenset({*named, self.level} - {False})

    def _as_class(self):
        """Return the `rollover.Class` of this class."""
        self.ensure_one()
        return rollover.Class(self.id, self.school_id.id, self._levels())


class EspaceChild(models.Model):
    _inherit = "espace.child"

    def _enter_class(self, school_class, level):
        """Have these children be in a class, at a level of it."""
        own = level if len(school_class._levels()) > 1 else False
        self.write({"class_id": school_class.id, "level": own})
