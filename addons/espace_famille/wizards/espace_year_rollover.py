from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# Which sessions opening the year would change.
PLANNED = ("missing", "removed", "closed", "kept")


class EspaceYearRollover(models.TransientModel):
    """From one school year to the next, on one screen, each part apart.

    Every part says first what it would do, is done by its own button, and finds
    nothing to do when it is pressed again. A floor above adds its parts: fields of its
    own, an action each, and a section of the form.
    """

    _name = "espace.year.rollover"
    _description = "Next School Year"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    year_id = fields.Many2one(
        "espace.school.year",
        "Year that Ends",
        required=True,
        default=lambda self: self._default_year_id(),
        domain="[('company_id', '=', company_id)]",
    )
    next_id = fields.Many2one(
        "espace.school.year", "Next School Year", compute="_compute_next_id"
    )
    year_ended = fields.Boolean(compute="_compute_next_id")

    # Calendar
    period_count = fields.Integer("Holidays Loaded", compute="_compute_next_id")

    # Classes
    move_count = fields.Integer("Proposed", compute="_compute_moves")
    move_ready_count = fields.Integer("Ready to Move", compute="_compute_moves")
    move_open_count = fields.Integer("To Decide", compute="_compute_moves")
    move_done_count = fields.Integer("Moved", compute="_compute_moves")
    move_stuck_count = fields.Integer("To Settle first", compute="_compute_moves")
    move_guessed_count = fields.Integer("Level by Age", compute="_compute_moves")

    # Leavers
    leaver_count = fields.Integer("Leavers", compute="_compute_leaver_count")

    # Enrolments
    activity_ids = fields.Many2many(
        "espace.activity",
        string="Activities",
        default=lambda self: self._default_activity_ids(),
        domain="[('company_id', '=', company_id)]",
    )
    enrolment_ready_count = fields.Integer("To Renew", compute="_compute_enrolments")
    enrolment_known_count = fields.Integer(
        "Renewed Already", compute="_compute_enrolments"
    )
    enrolment_refused_count = fields.Integer(
        "Not Possible", compute="_compute_enrolments"
    )

    # Documents
    document_count = fields.Integer(
        "Documents to Ask for", compute="_compute_documents"
    )
    document_family_count = fields.Integer(
        "Families to Write to", compute="_compute_documents"
    )

    # Sessions
    session_missing_count = fields.Integer("To Open", compute="_compute_sessions")
    session_removed_count = fields.Integer("To Remove", compute="_compute_sessions")
    session_closed_count = fields.Integer("To Close", compute="_compute_sessions")
    session_kept_count = fields.Integer(
        "Booked on Days no longer Open", compute="_compute_sessions"
    )

    def _compute_display_name(self):
        self.display_name = self.env._("Next School Year")

    @api.model
    def _default_year_id(self):
        """Return the year that runs, or the last one; the next is prepared from it."""
        company = self.env.company
        Year = self.env["espace.school.year"]
        today = company._espace_today()
        return Year._year_of(company, today) or Year._latest_before(company, today)

    @api.model
    def _default_activity_ids(self):
        return self.env["espace.activity"].search(
            [
                ("company_id", "=", self.env.company.id),
                ("enrolment_required", "=", True),
            ]
        )

    @api.model
    def action_open(self):
        """Open the screen, with the moves of the children proposed."""
        if not self._default_year_id():
            raise UserError(
                self.env._("Create the school year that runs now first: Calendar.")
            )
        return self.create({})._reopen()

    def _reopen(self):
        self._propose_moves()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Next School Year"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "main",
        }

    # === Calendar === #

    @api.depends("year_id", "company_id")
    def _compute_next_id(self):
        for rollover in self:
            year = rollover.year_id
            first = year and year._next_dates()[0]
            following = year.browse()
            if year:
                following = year._year_of(rollover.company_id, first)
            rollover.next_id = following
            rollover.period_count = len(following.period_ids)
            today = rollover.company_id._espace_today()
            rollover.year_ended = bool(year) and year.date_to < today

    def action_load_calendar(self):
        """Create the next year with the ministry's calendar, or say what is unclear.

        What no decree knows yet is shown in the window of the calendar, and decided
        there.
        """
        self.ensure_one()
        if self.period_count:
            return self._reopen()
        opened = self.year_id.action_prepare_next()
        wizard = (
            self.env["espace.calendar.wizard"]
            .with_context(**opened["context"])
            .create({})
        )
        if wizard.has_error or wizard.notice:
            return wizard._reopen()
        wizard.action_apply()
        return self._reopen()

    def action_show_calendar(self):
        self.ensure_one()
        self._check_next()
        return {
            "type": "ir.actions.act_window",
            "res_model": "espace.school.year",
            "res_id": self.next_id.id,
            "view_mode": "form",
        }

    def _check_next(self):
        """
        :raise UserError: there is no next year yet
        """
        if not self.next_id:
            raise UserError(self.env._("Create the next school year first."))

    # === Classes === #

    def _propose_moves(self):
        for rollover in self.filtered("next_id"):
            self.env["espace.class.move"]._prepare_for(rollover.next_id)
        self.invalidate_recordset()

    def _moves(self):
        return self.env["espace.class.move"].search([("year_id", "=", self.next_id.id)])

    @api.depends("year_id")
    def _compute_moves(self):
        for rollover in self:
            moves = rollover._moves()
            states = moves.mapped("state")
            rollover.move_count = len(moves)
            rollover.move_ready_count = states.count("ready")
            rollover.move_open_count = states.count("open")
            rollover.move_done_count = states.count("done")
            rollover.move_stuck_count = len(moves.filtered("problem"))
            rollover.move_guessed_count = len(
                moves.filtered(lambda move: move.guessed and move.state == "ready")
            )

    def action_propose_moves(self):
        """Propose the classes once the next year is there, or others have changed."""
        self.ensure_one()
        self._check_next()
        return self._reopen()

    def action_move_up(self):
        """Have the children whose move is ready be in their class of the next year."""
        self.ensure_one()
        self._check_next()
        self._moves().filtered(lambda move: move.state == "ready").action_apply()
        return self._reopen()

    def action_show_moves(self):
        self.ensure_one()
        self._check_next()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "espace_famille.espace_class_move_action"
            ),
            "domain": [("year_id", "=", self.next_id.id)],
        }

    def action_show_stuck(self):
        """List the children who stayed where they are, with what to settle first."""
        self.ensure_one()
        action = self.action_show_moves()
        return {
            **action,
            "display_name": self.env._("To Settle first"),
            "domain": [*action["domain"], ("problem", "!=", False)],
            "context": {},
        }

    # === Leavers === #

    def _leavers(self):
        self.ensure_one()
        return self.env["espace.class.move"]._leavers(self.next_id)

    @api.depends("year_id")
    def _compute_leaver_count(self):
        for rollover in self:
            rollover.leaver_count = len(rollover._leavers())

    def action_show_leavers(self):
        """List who leaves, with the bookings that are left."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_child_action"
        )
        return {
            **action,
            "display_name": self.env._("Leavers of %s", self.year_id.name),
            "domain": [("id", "in", self._leavers().ids)],
            "context": {},
        }

    # === Enrolments === #

    def _enrolment_values(self):
        """Return the values of the window of enrolments, set to renew those before."""
        return {
            "company_id": self.company_id.id,
            "mode": "renew",
            "year_id": self.next_id.id,
            "activity_ids": [fields.Command.set(self.activity_ids.ids)],
            # Not those among whom an action was chosen.
            "child_ids": [],
        }

    def _renewable(self, wizard):
        """Return [(child, activity)] of the year that ends, without the leavers."""
        leavers = self._leavers()
        return [pair for pair in wizard._renewed() if pair[0] not in leavers]

    def _enrolment_statuses(self):
        """Return what would become of each enrolment, without writing anything."""
        if not (self.next_id and self.activity_ids):
            return []
        wizard = self.env["espace.enrolment.wizard"].new(self._enrolment_values())
        wanted = self._renewable(wizard)
        if not wanted:
            return []
        known = wizard._already_enrolled(wanted)
        return [wizard._prepare_line(*pair, known)["status"] for pair in wanted]

    @api.depends("year_id", "activity_ids")
    def _compute_enrolments(self):
        for rollover in self:
            statuses = rollover._enrolment_statuses()
            rollover.enrolment_ready_count = statuses.count("ready")
            rollover.enrolment_known_count = statuses.count("known")
            rollover.enrolment_refused_count = statuses.count("refused")

    def _checked_enrolments(self):
        """Return the window of enrolments with its preview.

        :raise UserError: there is nothing to renew
        """
        self._check_next()
        wizard = self.env["espace.enrolment.wizard"].create(self._enrolment_values())
        wanted = self._renewable(wizard) if self.activity_ids else []
        if not wanted:
            raise UserError(
                self.env._("No enrolment was found to renew: choose other activities.")
            )
        wizard._preview(wanted)
        return wizard

    def action_show_enrolments(self):
        """Open the preview: who is enrolled in what, and why others are not."""
        self.ensure_one()
        return self._checked_enrolments()._reopen()

    def action_renew_enrolments(self):
        """Renew the enrolments of those who stay and whom the limits let come."""
        self.ensure_one()
        wizard = self._checked_enrolments()
        if wizard.ready_count:
            wizard.action_enrol()
        return self._reopen()

    # === Documents === #

    def _documents_to_ask(self):
        """Return what does not count any more when the next year begins.

        Of those who stay, not followed by another, nor asked for already.
        """
        self.ensure_one()
        Document = self.env["espace.document"]
        if not self.next_id:
            return Document
        company = self.company_id
        ending = Document.search(
            Domain("company_id", "=", company.id)
            & Domain("expires_on", ">=", company._espace_today())
            & Domain("expires_on", "<", self.next_id.date_from)
            & Domain("reminded_on", "=", False)
            & Domain("decision", "!=", "refused")
            & Domain("type_id.active", "=", True)
            & Domain("type_id.needed_for", "!=", "nothing")
            & Domain("family_id.active", "=", True)
            & (Domain("child_id", "=", False) | Domain("child_id.active", "=", True))
            & Domain("child_id", "not in", self._leavers().ids)
        )
        return ending - ending._followed()

    @api.depends("year_id")
    def _compute_documents(self):
        for rollover in self:
            documents = rollover._documents_to_ask()
            rollover.document_count = len(documents)
            rollover.document_family_count = len(documents.family_id)

    def action_ask_documents(self):
        """Write to each family, once, which documents the next year needs."""
        self.ensure_one()
        self._check_next()
        for family, documents in self._documents_to_ask().grouped("family_id").items():
            self.env["espace.document.reminder"]._remind_ending(family, documents)
        return self._reopen()

    def action_show_documents(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "espace_famille.espace_document_action"
            ),
            "display_name": self.env._("Documents to Ask for"),
            "domain": [("id", "in", self._documents_to_ask().ids)],
            "context": {},
        }

    # === Sessions === #

    def _session_plan(self):
        """Return the `SessionPlan` of all activities over the next year, maybe None."""
        self.ensure_one()
        if not self.next_id:
            return None
        activities = self.env["espace.activity"].search(
            [("company_id", "=", self.company_id.id)]
        )
        return activities._plan_sessions(self.next_id.date_from, self.next_id.date_to)

    @api.depends("year_id")
    def _compute_sessions(self):
        for rollover in self:
            plan = rollover._session_plan()
            for name in PLANNED:
                rollover[f"session_{name}_count"] = len(getattr(plan, name, ()))

    def action_open_sessions(self):
        """Open the sessions of the next year; those of closed days go."""
        self.ensure_one()
        self._check_next()
        self.next_id.action_generate_sessions()
        return self._reopen()

    def action_show_sessions(self):
        self.ensure_one()
        self._check_next()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "espace_famille.espace_session_action"
            ),
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("date", ">=", self.next_id.date_from),
                ("date", "<=", self.next_id.date_to),
            ],
            "context": {"initial_date": self.next_id.date_from},
        }
