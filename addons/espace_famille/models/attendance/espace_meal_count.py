from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ...domain.booking import SEAT_STATES


class EspaceMealCount(models.Model):
    """Meals of a day by school, class and diet (effectifs repas), read only.

    A child with a PAI brings its own basket (panier repas): it is counted apart and
    the kitchen does not cook for it.
    """

    _name = "espace.meal.count"
    _description = "Meals per Day, School and Diet"
    _auto = False
    _order = "date, school_id, class_id, diet_id"
    _rec_name = "date"
    _depends = {
        "espace.reservation": [
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
        help="Children booked or come without booking, without the absent and those "
        "who bring their own basket (PAI).",
    )
    pai_count = fields.Integer("Own Basket (PAI)", readonly=True)
    booked_count = fields.Integer("Booked", readonly=True)
    walk_in_count = fields.Integer("Walk-ins", readonly=True)
    present_count = fields.Integer("Present", readonly=True)
    absent_count = fields.Integer("Absent", readonly=True)

    @property
    def _table_query(self):
        absent = SQL("r.attendance LIKE %s", r"absent\_%")
        return SQL(
            """
            SELECT min(r.id) AS id,
                   r.date, r.company_id, r.activity_id, r.session_id,
                   k.school_id, r.class_id, c.diet_id,
                   count(*) FILTER (WHERE NOT coalesce(c.has_pai, FALSE)
                                    AND NOT %(absent)s)::int AS meal_count,
                   count(*) FILTER (WHERE c.has_pai
                                    AND NOT %(absent)s)::int AS pai_count,
                   count(*) FILTER (WHERE r.origin = 'booked')::int AS booked_count,
                   count(*) FILTER (WHERE r.origin = 'walk_in')::int AS walk_in_count,
                   count(*) FILTER (WHERE r.attendance = 'present')::int
                       AS present_count,
                   count(*) FILTER (WHERE %(absent)s)::int AS absent_count
              FROM espace_reservation r
              JOIN espace_child c ON c.id = r.child_id
              JOIN product_product p ON p.id = r.product_id
              JOIN product_template t ON t.id = p.product_tmpl_id
         LEFT JOIN espace_school_class k ON k.id = r.class_id
             WHERE r.state IN %(states)s AND t.espace_includes_meal
          GROUP BY r.date, r.company_id, r.activity_id, r.session_id,
                   k.school_id, r.class_id, c.diet_id
            """,
            absent=absent,
            states=tuple(SEAT_STATES),
        )

    @api.model
    def _by_day(self, domain):
        """Return [(date, activity, [(school, {diet: meals}, own baskets)])].

        :param domain: of the meals to count
        """
        days = {}
        for date, activity, school, diet, meals, baskets in self._read_group(
            domain,
            ["date:day", "activity_id", "school_id", "diet_id"],
            ["meal_count:sum", "pai_count:sum"],
        ):
            schools = days.setdefault((date, activity), {})
            diets, own = schools.get(school, ({}, 0))
            diets = {**diets, **({diet: meals} if meals else {})}
            schools[school] = (diets, own + baskets)
        return [
            (date, activity, [(school, *counts) for school, counts in schools.items()])
            for (date, activity), schools in days.items()
        ]


class EspaceSession(models.Model):
    _inherit = "espace.session"

    includes_meal = fields.Boolean(compute="_compute_includes_meal")

    @api.depends("activity_id.product_ids.espace_includes_meal")
    def _compute_includes_meal(self):
        for session in self:
            session.includes_meal = any(
                session.activity_id.product_ids.mapped("espace_includes_meal")
            )

    def action_print_meals(self):
        """Open the order for the kitchen, ready for this day."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_meal_order_action"
        )
        action["context"] = {
            "default_company_id": self.company_id.id,
            "default_date_from": self.date,
            "default_date_to": self.date,
            "default_activity_ids": [Command.set(self.activity_id.ids)],
        }
        return action
