from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain


class EspaceEnrolmentWizard(models.TransientModel):
    """Enrols many children at once, or renews the enrolments of the year before.

    What can be done is shown first, with the reason for what cannot; then all of it is
    done or nothing.
    """

    _name = "espace.enrolment.wizard"
    _description = "Enrol Children"
    _check_company_auto = True

    step = fields.Selection(
        [("choose", "Choose"), ("check", "Check"), ("done", "Done")],
        default="choose",
        required=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    mode = fields.Selection(
        [("enrol", "Enrol children"), ("renew", "Renew the year before")],
        default="enrol",
        required=True,
    )
    year_id = fields.Many2one(
        "espace.school.year",
        required=True,
        check_company=True,
        default=lambda self: self._default_year(),
    )
    date_from = fields.Date(
        "From",
        compute="_compute_dates",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    date_to = fields.Date(
        "To",
        compute="_compute_dates",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    activity_ids = fields.Many2many(
        "espace.activity", string="Activities", required=True, check_company=True
    )
    school_ids = fields.Many2many(
        "espace.school", string="Whole Schools", check_company=True
    )
    class_ids = fields.Many2many(
        "espace.school.class", string="Classes", check_company=True
    )
    child_ids = fields.Many2many(
        "espace.child",
        string="Children",
        check_company=True,
        default=lambda self: self._default_children(),
    )
    line_ids = fields.One2many("espace.enrolment.wizard.line", "wizard_id")
    ready_count = fields.Integer("To Enrol", compute="_compute_counts")
    known_count = fields.Integer("Already Enrolled", compute="_compute_counts")
    refused_count = fields.Integer("Not Possible", compute="_compute_counts")

    @api.model
    def _default_year(self):
        """Return the year that comes from April on, the running one before."""
        company = self.env.company
        day = fields.Date.add(company._espace_today(), months=5)
        Year = self.env["espace.school.year"]
        return Year._year_of(company, day) or Year._year_of(
            company, company._espace_today()
        )

    @api.model
    def _default_children(self):
        if self.env.context.get("active_model") == "espace.child":
            return self.env["espace.child"].browse(self.env.context["active_ids"])
        return self.env["espace.child"]

    @api.depends("year_id")
    def _compute_dates(self):
        for wizard in self:
            wizard.date_from = wizard.year_id.date_from
            wizard.date_to = wizard.year_id.date_to

    @api.depends("line_ids.status")
    def _compute_counts(self):
        for wizard in self:
            statuses = wizard.line_ids.mapped("status")
            wizard.ready_count = sum(s in ("ready", "done") for s in statuses)
            wizard.known_count = statuses.count("known")
            wizard.refused_count = statuses.count("refused")

    # === Actions === #

    def action_check(self):
        """Show who would be enrolled in what, and why others would not."""
        self.ensure_one()
        wanted = self._renewed() if self.mode == "renew" else self._chosen()
        if not wanted:
            raise UserError(
                self.env._("No enrolment was found to renew: choose other activities.")
                if self.mode == "renew"
                else self.env._("Choose schools, classes or children to enrol.")
            )
        self._preview(wanted)
        return self._reopen()

    def _preview(self, wanted):
        """Say of each (child, activity) whether it would be enrolled, or why not."""
        known = self._already_enrolled(wanted)
        self.line_ids = [
            Command.clear(),
            *(
                Command.create(self._prepare_line(child, activity, known))
                for child, activity in wanted
            ),
        ]
        self.step = "check"

    def action_enrol(self):
        """Enrol all the children that can be; the others stay with their reason."""
        self.ensure_one()
        ready = self.line_ids.filtered(lambda line: line.status == "ready")
        if not ready:
            raise UserError(self.env._("Nobody can be enrolled: see the reasons."))
        self.env["espace.enrolment"].create(
            [
                {
                    "child_id": line.child_id.id,
                    "activity_id": line.activity_id.id,
                    "date_from": self.date_from,
                    "date_to": self.date_to,
                    # An agent enrols: nobody else needs to approve.
                    "state": "approved",
                }
                for line in ready
            ]
        )
        ready.status = "done"
        self.step = "done"
        return self._reopen()

    def action_back(self):
        self.ensure_one()
        self.step = "choose"
        return self._reopen()

    # === Tools === #

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enrol Children"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _chosen(self):
        """Return [(child, activity), …] of the chosen children and classes."""
        children = self.child_ids
        if self.school_ids or self.class_ids:
            children |= self.env["espace.child"].search(self._of_school())
        return [
            (child, activity)
            for child in children.sorted("name")
            for activity in self.activity_ids
        ]

    def _of_school(self):
        """Return the domain of the children of the chosen schools and classes."""
        return Domain("school_id", "in", self.school_ids.ids) | Domain(
            "class_id", "in", self.class_ids.ids
        )

    def _renewed(self):
        """Return [(child, activity), …] approved at the end of the year before."""
        previous = self.env["espace.school.year"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("date_to", "<", self.date_from),
            ],
            order="date_to desc",
            limit=1,
        )
        if not previous:
            raise UserError(
                self.env._("There is no school year before %s.", self.year_id.name)
            )
        domain = (
            Domain("activity_id", "in", self.activity_ids.ids)
            & Domain("state", "=", "approved")
            & Domain("child_id.active", "=", True)
            & Domain("date_from", "<=", previous.date_to)
            & Domain("date_to", ">=", previous.date_from)
        )
        if self.school_ids or self.class_ids:
            domain &= Domain("child_id", "any", self._of_school())
        if self.child_ids:
            domain &= Domain("child_id", "in", self.child_ids.ids)
        enrolments = self.env["espace.enrolment"].search(domain)
        pairs = {(e.child_id, e.activity_id) for e in enrolments}
        return sorted(pairs, key=lambda pair: (pair[0].name, pair[1].sequence))

    def _already_enrolled(self, wanted):
        """Return {(child, activity)} with an enrolment that meets these dates."""
        children = self.env["espace.child"].union(*(child for child, _a in wanted))
        found = self.env["espace.enrolment"].search(
            Domain("child_id", "in", children.ids)
            & Domain("activity_id", "in", self.activity_ids.ids)
            & Domain("state", "!=", "refused")
            & Domain("date_from", "<=", self.date_to)
            & Domain("date_to", ">=", self.date_from)
        )
        return {(e.child_id, e.activity_id) for e in found}

    def _prepare_line(self, child, activity, known):
        vals = {"child_id": child.id, "activity_id": activity.id, "status": "ready"}
        if (child, activity) in known:
            return {**vals, "status": "known"}
        reason = activity._enrolment_refusal(child, self.date_from, self.date_to)
        if reason:
            return {**vals, "status": "refused", "reason": reason}
        return vals


class EspaceEnrolmentWizardLine(models.TransientModel):
    """A child and an activity, before and after enrolling."""

    _name = "espace.enrolment.wizard.line"
    _description = "Line of Enrol Children"
    _order = "status desc, id"

    wizard_id = fields.Many2one(
        "espace.enrolment.wizard", required=True, index=True, ondelete="cascade"
    )
    child_id = fields.Many2one("espace.child", required=True, ondelete="cascade")
    class_id = fields.Many2one(related="child_id.class_id")
    activity_id = fields.Many2one("espace.activity", required=True, ondelete="cascade")
    status = fields.Selection(
        [
            ("done", "Enrolled"),
            ("known", "Already enrolled"),
            ("ready", "To enrol"),
            ("refused", "Not possible"),
        ],
        required=True,
    )
    reason = fields.Char()
