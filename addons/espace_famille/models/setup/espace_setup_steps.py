from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from .espace_setup import Look

# A year that starts this many days from now is prepared already.
DAYS_AHEAD = 120


class EspaceSetup(models.AbstractModel):
    """Who the commune is, its year, its schools, its sessions and its families."""

    _inherit = "espace.setup"

    # === The commune === #

    @api.model
    def _look_commune(self, company):
        missing = [words for words, value in self._commune_facts(company) if not value]
        if missing:
            return Look(
                False,
                self.env._("Missing: %s.", ", ".join(missing)),
                self.env._("Complete"),
            )
        zones = dict(
            company._fields["espace_school_zone"]._description_selection(self.env)
        )
        zone = zones[company.espace_school_zone]
        words = f"{company.name}, {company.phone}, {zone[:1].lower()}{zone[1:]}"
        return Look(True, words, self.env._("Complete"))

    @api.model
    def _commune_facts(self, company):
        """Return (what it is, whether it is there) of all that families must read."""
        first = self.env.ref("base.main_company", raise_if_not_found=False)
        # The names that Odoo itself gives to a new company.
        unnamed = company == first and company.name in ("My Company", "YourCompany")
        return [
            (self.env._("that it runs school services"), company.espace_is_commune),
            (self.env._("its name"), not unnamed),
            (
                self.env._("its address"),
                company.street and company.zip and company.city,
            ),
            (self.env._("its telephone"), company.phone),
            (self.env._("its e-mail address"), company.email),
            (self.env._("its SIRET number"), company.company_registry),
            (self.env._("its country"), company.country_id),
        ]

    @api.model
    def _open_commune(self, company, _key):
        return self._dialog("espace.commune.wizard", self.env._("The commune"))

    # === The school year === #

    @api.model
    def _setup_year(self, company):
        """Return the school year to prepare: that of today, or one about to start."""
        Year = self.env["espace.school.year"]
        today = company._espace_today()
        return Year._year_of(company, today) or Year.search(
            [
                ("company_id", "=", company.id),
                ("date_from", ">", today),
                ("date_from", "<=", fields.Date.add(today, days=DAYS_AHEAD)),
            ],
            order="date_from",
            limit=1,
        )

    @api.model
    def _look_year(self, company):
        button = self.env._("Load the Year")
        year = self._setup_year(company)
        if not year:
            return Look(False, self.env._("No school year is open."), button)
        kinds = year.period_ids.mapped("kind")
        if "holiday" not in kinds:
            return Look(
                False, self.env._("%s: no school holidays yet.", year.name), button
            )
        words = self.env._(
            "%(year)s: %(holidays)s holidays, %(public)s public holidays, "
            "%(bridges)s bridges",
            year=year.name,
            holidays=kinds.count("holiday"),
            public=kinds.count("public_holiday"),
            bridges=kinds.count("bridge"),
        )
        return Look(True, words, button)

    @api.model
    def _open_year(self, company, _key):
        year = self._setup_year(company)
        if not year:
            return self._list("espace_famille.espace_calendar_wizard_action")
        if "holiday" not in year.period_ids.mapped("kind"):
            return year.action_load_calendar()
        return {
            "type": "ir.actions.act_window",
            "name": year.name,
            "res_model": year._name,
            "res_id": year.id,
            "views": [(False, "form")],
        }

    # === Schools and classes === #

    @api.model
    def _look_schools(self, company):
        schools = self.env["espace.school"].search([("company_id", "=", company.id)])
        if not schools:
            return Look(False, self.env._("No school yet."), self.env._("Add"))
        empty = schools.filtered(lambda school: not school.class_ids)
        if empty:
            names = ", ".join(empty.mapped("name"))
            return Look(False, self.env._("No class: %s.", names), self.env._("Add"))
        words = self.env._(
            "%(schools)s schools, %(classes)s classes",
            schools=len(schools),
            classes=len(schools.class_ids),
        )
        return Look(True, words, self.env._("Add"))

    @api.model
    def _open_schools(self, company, _key):
        schools = self.env["espace.school"].search([("company_id", "=", company.id)])
        if schools and all(school.class_ids for school in schools):
            return self._list("espace_famille.espace_school_action")
        return self._dialog("espace.school.wizard", self.env._("Schools and classes"))

    # === Sessions === #

    @api.model
    def _setup_plan(self, company, year):
        """Return the plan of the sessions still to be opened until the year's end."""
        first = max(year.date_from, company._espace_today())
        activities = self.env["espace.activity"].search(
            [("company_id", "=", company.id)]
        )
        return activities._plan_sessions(first, year.date_to)

    @api.model
    def _look_sessions(self, company):
        button = self.env._("Open the Year")
        year = self._setup_year(company)
        if not year:
            return Look(False, self.env._("Waits for the school year."), "")
        if not self.env["espace.activity"].search_count(
            [("company_id", "=", company.id)], limit=1
        ):
            return Look(False, self.env._("Waits for the activities."), "")
        last = format_date(self.env, year.date_to)
        missing = self._setup_plan(company, year).missing
        if missing:
            return Look(
                False,
                self.env._(
                    "%(count)s days cannot be booked yet, until %(last)s.",
                    count=len(missing),
                    last=last,
                ),
                button,
            )
        count = self.env["espace.session"].search_count(
            [
                ("company_id", "=", company.id),
                ("date", ">=", company._espace_today()),
                ("state", "=", "open"),
            ]
        )
        if not count:
            return Look(
                False,
                self.env._(
                    "No activity has an open day until %s: look at the days of the "
                    "activities and at the school year.",
                    last,
                ),
                "",
            )
        return Look(
            True,
            self.env._(
                "%(count)s sessions to come, until %(last)s", count=count, last=last
            ),
            button,
        )

    @api.model
    def _open_sessions(self, company, _key):
        year = self._setup_year(company)
        plan = year and self._setup_plan(company, year)
        if not plan or not plan.missing:
            return self._list("espace_famille.espace_session_action")
        self.env["espace.activity"].check_access("write")
        sessions = self.env["espace.activity"]._carry_out(plan)
        return self._note(self.env._("Sessions opened: %s.", len(sessions)))

    # === Families === #

    @api.model
    def _children_without_class(self, company):
        """Return the domain of the children who are in no class."""
        return Domain("company_id", "=", company.id) & Domain("class_id", "=", False)

    @api.model
    def _children_not_enrolled(self, company):
        """Return the domain of the children who could come to nothing.

        Nobody, where no activity asks for an enrolment.
        """
        own = Domain("company_id", "=", company.id)
        asked = own & Domain("enrolment_required", "=", True)
        if not self.env["espace.activity"].search_count(asked, limit=1):
            return Domain.FALSE
        current = (
            own
            & Domain("state", "!=", "refused")
            & Domain("date_to", ">=", company._espace_today())
        )
        year = self._setup_year(company)
        if year:
            current &= Domain("date_from", "<=", year.date_to)
        return own & Domain("enrolment_ids", "not any", current)

    @api.model
    def _look_families(self, company):
        count = self.env["espace.child"].search_count([("company_id", "=", company.id)])
        other = (self.env._("Type a family in"), "family")
        if not count:
            return Look(
                False,
                self.env._("No child yet."),
                self.env._("Import the Register"),
                other=other,
            )
        children = self.env["espace.child"]
        no_class = children.search_count(self._children_without_class(company))
        if no_class:
            return Look(
                False,
                self.env._("Children without a class: %s.", no_class),
                self.env._("See Them"),
                other=other,
            )
        not_enrolled = children.search_count(self._children_not_enrolled(company))
        if not_enrolled:
            return Look(
                False,
                self.env._("Children enrolled in no activity: %s.", not_enrolled),
                self.env._("Enrol Them"),
                other=other,
            )
        families = self.env["espace.family"].search_count(
            [("company_id", "=", company.id)]
        )
        words = self.env._(
            "%(children)s children in %(families)s households, all enrolled",
            children=count,
            families=families,
        )
        return Look(True, words, self.env._("Import the Register"), other=other)

    @api.model
    def _open_families(self, company, key):
        if key == "family":
            return {
                **self._dialog("espace.family", self.env._("New Family")),
                "target": "current",
            }
        children = self.env["espace.child"]
        no_class = self._children_without_class(company)
        if children.search_count(no_class, limit=1):
            return self._list(
                "espace_famille.espace_child_action",
                domain=list(no_class),
                context={},
            )
        not_enrolled = children.search(self._children_not_enrolled(company))
        if not_enrolled:
            activities = self.env["espace.activity"].search(
                [("company_id", "=", company.id), ("enrolment_required", "=", True)]
            )
            return {
                **self._list("espace_famille.espace_enrolment_wizard_action"),
                "target": "new",
                "context": {
                    "default_year_id": self._setup_year(company).id,
                    "default_activity_ids": activities.ids,
                    "default_child_ids": not_enrolled.ids,
                },
            }
        if not self.env["espace.child"].search_count(
            [("company_id", "=", company.id)], limit=1
        ):
            return self.env["ir.actions.client"]._for_xml_id(
                "espace_famille.espace_register_action"
            )
        return self._list("espace_famille.espace_family_action")
