"""Fields on somebody's health: which agent reads them is kept.

Whatever door is used (a form, a list, an export, a report, a call), a value leaves the
ORM by `__get__` with the rights of who asks. Code that needs it for itself, and not to
show it, reads as superuser.
"""

from collections.abc import Collection

from odoo import fields
from odoo.exceptions import AccessError


class _Noted:
    """A field whose readers are noted, of what `_health_subject` of its model says."""

    def __get__(self, records, owner=None):
        value = super().__get__(records, owner)
        if records is not None and value and not records.env.su:
            for record in records:
                record._note_reading(self.name)
        return value


class OneByOne(_Noted):
    """A field that is read record by record, never found by its value nor grouped.

    A search by value would tell what stands there, and leave no trace of it. Whether
    something is written may be asked.
    """

    def determine_domain(self, records, operator, value):
        self._check_presence(records, operator, value)
        return super().determine_domain(records, operator, value)

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        self._check_presence(model, operator, value)
        return super().condition_to_sql(
            field_expr, operator, value, model, alias, query
        )

    def _check_presence(self, model, operator, value):
        is_many = isinstance(value, Collection) and not isinstance(value, str)
        if any(one not in (False, None, "") for one in (value if is_many else [value])):
            self.check_one_by_one(model)

    def _description_groupable(self, env):
        return False

    def _description_sortable(self, env):
        return False

    def check_one_by_one(self, model):
        """Refuse what would read the texts of many at once.

        :raise AccessError: no code, but a user asks
        """
        if not model.env.su:
            raise AccessError(
                model.env._(
                    "Health data are read child by child: they are neither searched, "
                    "sorted nor grouped."
                )
            )


class HealthText(OneByOne, fields.Text):
    """A text, as a care plan."""


class HealthTags(OneByOne, fields.Many2many):
    """What is ticked in a list, as the allergens of a child."""


class HealthBinary(_Noted, fields.Binary):
    """A file; its size is not what it holds."""

    def __get__(self, records, owner=None):
        if records is not None and records.env.context.get("bin_size"):
            return fields.Binary.__get__(self, records, owner)
        return super().__get__(records, owner)


class HealthFiles(_Noted, fields.Many2many):
    """The files of a record, by their names."""
