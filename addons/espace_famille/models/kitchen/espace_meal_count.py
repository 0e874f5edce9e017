from odoo import api, fields, models
from odoo.tools import SQL

from ...domain.booking import SEAT_STATES
from .meal_terms import ABSENT, ANNOUNCED, COMES, JOINS


class EspaceMealCount(models.Model):
    """Meals of a day by school, class and diet (effectifs repas), read only.

    A child with a PAI brings its own basket (panier repas): it is counted apart and
    the kitchen does not cook for it, nor for whose absence is announced. These are the
    terms of the kitchen's orders.
    """

    _name = "espace.meal.count"
    _description = "Meals per Day, School and Diet"
    _auto = False
    _order = "date, school_id, class_id, diet_id"
    _rec_name = "date"
    _depends = {
        "espace.reservation": [
            "absence_id",
            "activity_id",
            "attendance",
            "child_id",
            "class_id",
            "company_id",
            "date",
            "origin",
            "product_id",
            "session_id",
            "state",
        ],
        "espace.absence": ["state"],
        "espace.child": ["diet_id", "has_pai"],
        "espace.school.class": ["school_id"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["espace_includes_meal"],
    }

    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    activity_id = fields.Many2one("espace.activity", readonly=True)
    session_id = fields.Many2one("espace.session", readonly=True)
    school_id = fields.Many2one("espace.school", readonly=True)
    class_id = fields.Many2one("espace.school.class", readonly=True)
    diet_id = fields.Many2one("espace.diet", readonly=True)
    meal_count = fields.Integer(
        "Meals to Cook",
        readonly=True,
        help="Children booked or come without booking, without the absent, those whose "
        "absence is announced and those who bring their own basket (PAI).",
    )
    pai_count = fields.Integer("Own Basket (PAI)", readonly=True)
    announced_count = fields.Integer("Announced Absences", readonly=True)
    booked_count = fields.Integer("Booked", readonly=True)
    walk_in_count = fields.Integer("Walk-ins", readonly=True)
    present_count = fields.Integer("Present", readonly=True)
    absent_count = fields.Integer("Absent", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT min(r.id) AS id,
                   r.date, r.company_id, r.activity_id, r.session_id,
                   k.school_id, r.class_id, c.diet_id,
                   count(*) FILTER (WHERE NOT coalesce(c.has_pai, FALSE)
                                    AND %(comes)s)::int AS meal_count,
                   count(*) FILTER (WHERE c.has_pai
                                    AND %(comes)s)::int AS pai_count,
                   count(*) FILTER (WHERE %(announced)s)::int AS announced_count,
                   count(*) FILTER (WHERE r.origin = 'booked')::int AS booked_count,
                   count(*) FILTER (WHERE r.origin = 'walk_in')::int AS walk_in_count,
                   count(*) FILTER (WHERE r.attendance = 'present')::int
                       AS present_count,
                   count(*) FILTER (WHERE %(absent)s)::int AS absent_count
              FROM espace_reservation r %(joins)s
             WHERE r.state IN %(states)s AND t.espace_includes_meal
          GROUP BY r.date, r.company_id, r.activity_id, r.session_id,
                   k.school_id, r.class_id, c.diet_id
            """,
            comes=COMES,
            announced=ANNOUNCED,
            absent=ABSENT,
            joins=JOINS,
            states=tuple(SEAT_STATES),
        )


class EspaceSession(models.Model):
    _inherit = "espace.session"

    includes_meal = fields.Boolean(compute="_compute_includes_meal")

    @api.depends("activity_id.product_ids.espace_includes_meal")
    def _compute_includes_meal(self):
        for session in self:
            session.includes_meal = any(
                session.activity_id.product_ids.mapped("espace_includes_meal")
            )

    def action_open_kitchen(self):
        """Open the kitchen's week of this day."""
        self.ensure_one()
        return {
            **self.env["ir.actions.client"]._for_xml_id(
                "espace_famille.espace_kitchen_action"
            ),
            "params": {"day": self.date.isoformat()},
        }
