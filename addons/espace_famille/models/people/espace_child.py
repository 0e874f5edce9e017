from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...domain import custody, eligibility
from ..core.espace_thread import OFFICE
from ..core.health_fields import HealthTags, HealthText
from .espace_school import LEVELS


class EspaceChild(models.Model):
    """A child (enfant): its class, its plate and who may come for it."""

    _name = "espace.child"
    _description = "Child"
    _inherit = ["espace.thread", "espace.namesake.mixin"]
    _order = "lastname, firstname, id"
    _check_company_auto = True

    # Identity
    lastname = fields.Char("Last Name", required=True, tracking=True)
    firstname = fields.Char("First Name", required=True, tracking=True)
    name = fields.Char(compute="_compute_name", store=True, precompute=True, index=True)
    birth_date = fields.Date("Born on", tracking=True)
    age = fields.Integer(compute="_compute_age")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        index=True,
    )

    # Households
    family_id = fields.Many2one(
        "espace.family",
        "Household",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
        help="Pays every day that no shared custody gives to another family.",
    )
    custody_ids = fields.One2many("espace.custody", "child_id", "Shared Custody")
    # Most children have none: nothing is looked up for them.
    shared_custody = fields.Boolean(
        "Lives in Two Households", compute="_compute_shared_custody", store=True
    )
    family_ids = fields.Many2many(
        "espace.family",
        string="Families",
        compute="_compute_family_ids",
        search="_search_family_ids",
        groups=OFFICE,
    )

    # School
    class_id = fields.Many2one(
        "espace.school.class", index=True, check_company=True, tracking=True
    )
    school_id = fields.Many2one(related="class_id.school_id", store=True, index=True)
    level = fields.Selection(
        LEVELS,
        compute="_compute_level",
        store=True,
        precompute=True,
        readonly=False,
        tracking=True,
        help="Its own, in a class of several levels; empty: that of the class.",
    )

    # Plate and health
    diet_id = fields.Many2one("espace.diet", check_company=True, tracking=True)
    has_pai = fields.Boolean(
        "PAI", help="An individual care plan (projet d'accueil individualisé) exists."
    )
    # Who reads these is kept.
    pai_details = HealthText("Care Plan", groups="espace_famille.group_health")
    allergies = HealthText(groups="espace_famille.group_health")
    allergen_ids = HealthTags(
        "espace.allergen",
        string="Allergens",
        groups="espace_famille.group_health",
        help="The parents see the dishes of the menu that hold them marked.",
    )

    # Papers
    authorisation_ids = fields.One2many(
        "espace.authorisation", "child_id", "Authorisations"
    )
    document_ids = fields.One2many("espace.document", "child_id", "Documents")

    # Life in the services
    enrolment_ids = fields.One2many("espace.enrolment", "child_id", "Enrolments")
    reservation_ids = fields.One2many("espace.reservation", "child_id", "Bookings")
    coming_count = fields.Integer("Coming Bookings", compute="_compute_coming_count")

    @api.depends("lastname", "firstname")
    def _compute_name(self):
        for child in self:
            child.name = " ".join(filter(None, [child.firstname, child.lastname]))

    @api.depends("birth_date")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for child in self:
            born = child.birth_date
            child.age = born and (
                today.year
                - born.year
                - ((today.month, today.day) < (born.month, born.day))
            )

    @api.depends("class_id")
    def _compute_level(self):
        """Forget the level of the class that a child leaves."""
        self.level = False

    @api.depends("family_id")
    def _compute_company_id(self):
        for child in self:
            child.company_id = child.family_id.company_id or self.env.company

    @api.depends("custody_ids")
    def _compute_shared_custody(self):
        for child in self:
            child.shared_custody = bool(child.custody_ids)

    @api.depends("family_id", "custody_ids.family_id")
    def _compute_family_ids(self):
        # The families of all at once: what is left of them is looked at below.
        families = self.family_id | self.custody_ids.family_id
        families.mapped("active")
        families.partner_id.mapped("name")
        for child in self:
            child.family_ids = child.family_id | child.custody_ids.family_id

    @api.model
    def _search_family_ids(self, operator, value):
        return Domain("family_id", operator, value) | Domain(
            "custody_ids.family_id", operator, value
        )

    @api.model
    def _living_with(self, families):
        """Return the domain of the children of `families`, there always or in turn.

        The children of shared custody are asked as one array: both halves are then
        found by their indexes, where an OR with a subquery reads every child there is.
        """
        lines = self.env["espace.custody"]._search([("family_id", "in", families.ids)])
        return Domain("family_id", "in", families.ids) | Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                "%s = ANY(ARRAY%s)",
                SQL.identifier(alias, "id"),
                lines.subselect("child_id"),
            ),
            predicate=lambda child: bool(child.custody_ids.family_id & families),
        )

    @api.depends("reservation_ids.state")
    def _compute_coming_count(self):
        counts = self.env["espace.reservation"]._coming_counts("child_id", self)
        for child in self:
            child.coming_count = counts.get(child, 0)

    @api.constrains("birth_date")
    def _check_birth_date(self):
        today = fields.Date.context_today(self)
        for child in self:
            if child.birth_date and child.birth_date > today:
                raise ValidationError(
                    self.env._("%s cannot be born in the future.", child.name)
                )

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Children"),
                "template": "/espace_famille/static/import/enfants.xlsx",
            }
        ]

    # === Actions === #

    def action_open_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def action_open_reservations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_reservation_action"
        )
        action["display_name"] = self.display_name
        action["domain"] = [("child_id", "=", self.id)]
        return action

    # === Tools === #

    def _paying_family(self, day):
        """Return the one family that books and pays for this child on `day`."""
        self.ensure_one()
        family_id = custody.paying_household(
            day,
            self.family_id.id,
            self.custody_ids._arrangements(),
            self.company_id._espace_calendar().holiday_around,
        )
        return self.env["espace.family"].browse(family_id)

    def _allergy_words(self):
        """Say what a child must not eat: what was ticked, then what was written."""
        self.ensure_one()
        ticked = ", ".join(self.allergen_ids.mapped("name"))
        return "\n".join(filter(None, [ticked, self.allergies]))

    def _as_pupil(self):
        """Return the `eligibility.Pupil` of this child."""
        self.ensure_one()
        return eligibility.Pupil(
            self.birth_date or None,
            self.class_id.id or None,
            self.level or self.class_id.level,
            self.school_id.id or None,
        )


class EspaceAuthorisation(models.Model):
    """What the parents allow for a child (autorisation), or refuse, since when."""

    _name = "espace.authorisation"
    _description = "Authorisation"
    _order = "child_id, kind"
    _check_company_auto = True

    child_id = fields.Many2one(
        "espace.child", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="child_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("leave_alone", "Leaves alone"),
            ("emergency_care", "Emergency medical care"),
            ("photo", "Photos and films"),
            ("photo_list", "Photo on the lists of agents"),
            ("transport", "Transport by the commune"),
            ("outing", "Outings on foot"),
            ("swimming", "Swimming"),
        ],
        "Authorisation",
        required=True,
    )
    granted = fields.Selection(
        [("yes", "Allowed"), ("no", "Not allowed")],
        "Answer",
        required=True,
        default="yes",
    )
    given_on = fields.Date(
        required=True, default=lambda self: self.env.company._espace_today()
    )
    guardian_id = fields.Many2one(
        "espace.guardian", "Given by", required=True, ondelete="restrict"
    )
    note = fields.Char(help="e.g. from 17:30, only with a sister or a brother")

    _kind_unique = models.UniqueIndex(
        "(child_id, kind)",
        "This authorisation is already recorded for the child: change its answer.",
    )

    @api.constrains("guardian_id", "child_id")
    def _check_guardian(self):
        for authorisation in self:
            child, guardian = authorisation.child_id, authorisation.guardian_id
            if guardian.family_id not in child.family_ids:
                raise ValidationError(
                    self.env._(
                        "%(guardian)s is not a guardian of %(child)s: choose one of "
                        "its households.",
                        guardian=guardian.name,
                        child=child.name,
                    )
                )

    @api.constrains("given_on")
    def _check_given_on(self):
        for authorisation in self:
            today = (authorisation.company_id or self.env.company)._espace_today()
            if authorisation.given_on > today:
                raise ValidationError(
                    self.env._("An authorisation cannot be given in the future.")
                )


class EspaceDiet(models.Model):
    """What the kitchen must know (régime alimentaire); never a religion."""

    _name = "espace.diet"
    _description = "Diet"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    @api.model
    def _create_defaults(self, companies):
        """Give the usual diets to those of these communes that have none."""
        known = self.with_context(active_test=False)._read_group(
            [("company_id", "in", companies.ids)], ["company_id"]
        )
        lacking = companies - self.env["res.company"].union(*(c for [c] in known))
        diets = self.create(
            [
                {"company_id": company.id, **vals}
                for company in lacking
                for vals in self._default_vals()
            ]
        )
        for code, _name in self.env["res.lang"].get_installed():
            names = [
                vals["name"] for vals in self.with_context(lang=code)._default_vals()
            ]
            for diet, name in zip(diets, names * len(lacking), strict=True):
                diet.with_context(lang=code).name = name

    @api.model
    def _default_vals(self):
        return [
            {"name": self.env._("Standard"), "sequence": 1},
            {"name": self.env._("No pork"), "sequence": 2, "color": 3},
            {"name": self.env._("No meat"), "sequence": 3, "color": 10},
            {
                "name": self.env._("Meal brought from home (PAI)"),
                "sequence": 4,
                "color": 1,
            },
        ]
