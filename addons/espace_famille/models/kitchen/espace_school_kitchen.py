from odoo import api, fields, models
from odoo.exceptions import ValidationError


class EspaceSchool(models.Model):
    """The adults who eat with the children of a school."""

    _inherit = "espace.school"

    adult_meals = fields.Integer(
        "Meals of Adults",
        help="Agents and teachers who eat on a day on which children do. Another "
        "number for one day is entered in the kitchen's week.",
    )

    _adult_meals_positive = models.Constraint(
        "CHECK(adult_meals >= 0)", "The number of meals must not be negative."
    )


class EspaceKitchenAdults(models.Model):
    """How many adults eat in a school on one day, where it is not as usual."""

    _name = "espace.kitchen.adults"
    _description = "Meals of Adults on a Day"
    _order = "date, school_id"
    _rec_name = "date"

    school_id = fields.Many2one(
        "espace.school", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="school_id.company_id", store=True)
    date = fields.Date(required=True)
    meals = fields.Integer("Meals of Adults", required=True)
    note = fields.Char()

    _one_a_day = models.Constraint(
        "UNIQUE(school_id, date)", "This day of the school has its number already."
    )
    _meals_positive = models.Constraint(
        "CHECK(meals >= 0)", "The number of meals must not be negative."
    )

    @api.constrains("date")
    def _check_coming(self):
        """Refuse to rewrite what was served.

        :raise ValidationError: the day is past
        """
        for one in self:
            if one.date < one.company_id._espace_today():
                raise ValidationError(
                    self.env._("This day is past: what was served stays.")
                )
