from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...domain import menu
from ...domain.register.values import slug

COURSES = [
    ("starter", "Starter"),
    ("main", "Main course"),
    ("side", "Side dish"),
    ("dairy", "Cheese or dairy"),
    ("dessert", "Dessert"),
    ("snack", "Afternoon snack"),
]


class EspaceMenu(models.Model):
    """What is served at the canteen on one day (menu), the same for all schools."""

    _name = "espace.menu"
    _description = "Menu of a Day"
    _order = "date"
    _rec_name = "date"
    _check_company_auto = True

    date = fields.Date("Day", required=True, index=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    dish_ids = fields.One2many("espace.menu.dish", "menu_id", "Dishes", copy=True)
    note = fields.Char(
        help="Said above the dishes: a vegetarian day, a meal of the region…"
    )
    summary = fields.Char("Dishes in Short", compute="_compute_summary")
    unknown_count = fields.Integer(
        "Dishes without Allergens Entered", compute="_compute_summary"
    )

    _one_a_day = models.Constraint(
        "UNIQUE(company_id, date)",
        "This day has its menu already: change that one instead of making another.",
    )

    @api.depends("dish_ids.name", "dish_ids.allergens_known")
    def _compute_summary(self):
        for one in self:
            one.summary = ", ".join(one.dish_ids.mapped("name"))
            one.unknown_count = len(
                one.dish_ids.filtered(lambda dish: not dish.allergens_known)
            )

    @api.model
    def _of_days(self, company, first, last):
        """Return {day: its menu} of a commune, both days included."""
        found = self.search(
            [
                ("company_id", "=", company.id),
                ("date", ">=", first),
                ("date", "<=", last),
            ]
        )
        return {one.date: one for one in found}

    def _courses(self):
        """Return [(words of a course, its dishes)] in the order of the meal."""
        self.ensure_one()
        by_course = self.dish_ids.grouped("course")
        words = dict(self.dish_ids._fields["course"]._description_selection(self.env))
        return [(words[one], by_course[one]) for one, _ in COURSES if one in by_course]


class EspaceMenuDish(models.Model):
    """A dish of a menu, and what is known of its allergens."""

    _name = "espace.menu.dish"
    _description = "Dish of a Menu"
    _order = "menu_id, sequence, id"

    menu_id = fields.Many2one(
        "espace.menu", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="menu_id.company_id", store=True)
    course = fields.Selection(COURSES, required=True, default="main")
    sequence = fields.Integer(compute="_compute_sequence", store=True, precompute=True)
    name = fields.Char("Dish", required=True)
    allergen_ids = fields.Many2many("espace.allergen", string="Allergens")
    no_allergen = fields.Boolean(
        "None of the 14",
        help="The caterer says so. Without it and without allergens, parents read that "
        "they are not known.",
    )
    allergens_known = fields.Boolean(compute="_compute_allergens_known")
    other_diet_ids = fields.Many2many(
        "espace.diet",
        string="Replaced for",
        help="Children of these diets are served something else.",
    )

    @api.depends("course")
    def _compute_sequence(self):
        for dish in self:
            dish.sequence = menu.COURSES.index(dish.course or "main")

    @api.depends("allergen_ids", "no_allergen")
    def _compute_allergens_known(self):
        for dish in self:
            dish.allergens_known = bool(dish.allergen_ids or dish.no_allergen)

    @api.constrains("allergen_ids", "no_allergen")
    def _check_no_allergen(self):
        """Refuse a dish that holds allergens and none of them.

        :raise ValidationError: naming the dish
        """
        for dish in self.filtered("no_allergen"):
            if dish.allergen_ids:
                raise ValidationError(
                    self.env._(
                        "“%s” cannot hold allergens and none of the 14: take one away.",
                        dish.name,
                    )
                )

    @api.constrains("other_diet_ids")
    def _check_diets(self):
        for dish in self:
            if dish.other_diet_ids.company_id - dish.company_id:
                raise ValidationError(
                    self.env._("The diets of “%s” are another commune's.", dish.name)
                )

    def _allergen_words(self):
        """Say what of the 14 a dish holds; never that it is safe."""
        self.ensure_one()
        if self.allergen_ids:
            return ", ".join(self.allergen_ids.mapped("name"))
        if self.no_allergen:
            return self.env._("none of the 14 declared")
        return self.env._("not entered")

    def _as_domain(self):
        """Return each as the `menu.Dish` of the rule; diets by their ids."""
        return [
            menu.Dish(
                dish.name,
                tuple(dish.allergen_ids.mapped("code")),
                dish.allergens_known,
                tuple(dish.other_diet_ids.ids),
            )
            for dish in self
        ]

    @api.model
    def _vals(self, course, dish):
        """Return the values of a `menu.Dish` of a course."""
        known = self.env["espace.allergen"]._by_code()
        return {
            "course": course,
            "name": dish.name,
            "allergen_ids": [known[code].id for code in dish.allergens],
            "no_allergen": dish.known and not dish.allergens,
            "other_diet_ids": list(dish.diets),
        }


class EspaceAllergen(models.Model):
    _inherit = "espace.allergen"

    def _by_code(self):
        """Return {code: allergen} of all 14."""
        return {one.code: one for one in self.search([])}


class EspaceDiet(models.Model):
    _inherit = "espace.diet"

    @api.model
    def _by_slug(self, company):
        """Return {name without case nor accents: id} of a commune's diets."""
        diets = self.search([("company_id", "=", company.id)])
        return {slug(diet.name): diet.id for diet in diets}
