from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...domain import rollover
from ..people.espace_school import LEVELS


class EspaceClassMove(models.Model):
    """What a child does at the end of a school year: moves up, stays, leaves.

    Proposed for all children of the classes, then corrected and carried out, by and
    by. A child moves once a year: what is done is kept, so that doing it again finds
    nothing more to do, and children who came in the meantime, who are in their new
    class already, get no line.
    """

    _name = "espace.class.move"
    _description = "Move to Next Year's Class"
    _order = "from_class_id, child_id"
    _rec_name = "child_id"
    _check_company_auto = True

    year_id = fields.Many2one(
        "espace.school.year",
        "Next School Year",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="year_id.company_id", store=True)
    child_id = fields.Many2one(
        "espace.child",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    birth_date = fields.Date(related="child_id.birth_date")
    from_class_id = fields.Many2one(
        "espace.school.class",
        required=True,
        readonly=True,
        ondelete="cascade",
        check_company=True,
    )
    level = fields.Selection(LEVELS, readonly=True)
    guessed = fields.Boolean(
        "By Age",
        readonly=True,
        help="The class has several levels and nothing says that of the child: it is "
        "that of most children of its age.",
    )
    next_level = fields.Selection(LEVELS)
    decision = fields.Selection(
        [
            (rollover.MOVE, "Moves up"),
            (rollover.STAY, "Stays in its class"),
            (rollover.LEAVE, "Leaves the schools"),
            (rollover.OPEN, "To decide"),
        ],
        required=True,
        default=rollover.OPEN,
    )
    to_class_id = fields.Many2one(
        "espace.school.class", ondelete="cascade", check_company=True
    )
    edited = fields.Boolean(readonly=True)
    # What keeps a child where it is: said once it was tried.
    problem = fields.Text("To Settle first", readonly=True, copy=False)
    done_at = fields.Datetime("Done on", readonly=True)
    state = fields.Selection(
        [
            ("open", "To decide"),
            ("ready", "Ready"),
            ("done", "Done"),
            ("by_hand", "Class changed by hand"),
        ],
        compute="_compute_state",
        store=True,
    )

    _once = models.UniqueIndex(
        "(year_id, child_id)", "A child moves up once a school year."
    )

    @api.depends(
        "decision", "to_class_id", "done_at", "child_id.class_id", "child_id.active"
    )
    def _compute_state(self):
        for move in self:
            child = move.child_id
            if move.done_at:
                move.state = "done"
            elif not child.active or child.class_id != move.from_class_id:
                move.state = "by_hand"
            elif move.decision == rollover.OPEN or (
                move.decision == rollover.MOVE and not move.to_class_id
            ):
                move.state = "open"
            else:
                move.state = "ready"

    @api.onchange("to_class_id")
    def _onchange_to_class_id(self):
        if self.to_class_id and self.decision == rollover.OPEN:
            self.decision = rollover.MOVE

    @api.constrains("decision", "to_class_id")
    def _check_done(self):
        for move in self:
            if move.done_at:
                raise ValidationError(
                    self.env._(
                        "%s has moved already: change the class of the child instead.",
                        move.child_id.name,
                    )
                )

    def write(self, vals):
        if "to_class_id" in vals and vals["to_class_id"] and "decision" not in vals:
            # Chosen for many lines at once.
            vals = {**vals, "decision": rollover.MOVE}
        if {"decision", "to_class_id"} & vals.keys() and "edited" not in vals:
            vals = {**vals, "edited": True, "problem": False}
        return super().write(vals)

    # === Proposing === #

    @api.model
    def _prepare_for(self, year):
        """Propose the moves to a school year, and forget what nobody corrected.

        Once some are done, the children that are not have kept their lines; who came
        since then is in the class of the new year already.

        :param year: the `espace.school.year` that begins
        :return: all the moves to that year
        """
        known = self.search([("year_id", "=", year.id)])
        if known.filtered("done_at"):
            return known
        stale = known.filtered(
            lambda move: move.state == "by_hand" or not (move.edited or move.problem)
        )
        known -= stale
        stale.unlink()
        children = self.env["espace.child"].search(
            Domain("company_id", "=", year.company_id.id)
            & Domain("class_id", "!=", False)
            & Domain("id", "not in", known.child_id.ids)
        )
        classes = self.env["espace.school.class"].search(
            [("company_id", "=", year.company_id.id), ("school_id.active", "=", True)]
        )
        places = {one: one._as_class() for one in classes | children.class_id}
        return known | self.create(
            [
                self._proposed(child, year, places, classes)
                for child in children.sorted(lambda one: one.class_id.id)
            ]
        )

    @api.model
    def _proposed(self, child, year, places, classes):
        """Return the values of the move that is proposed for a child."""
        proposal = rollover.propose(
            child.level or None,
            child.birth_date or None,
            places[child.class_id],
            [places[one] for one in classes],
            year.date_from.year - 1,
        )
        return {
            "year_id": year.id,
            "child_id": child.id,
            "from_class_id": child.class_id.id,
            "level": proposal.level,
            "guessed": proposal.guessed,
            "next_level": proposal.next_level,
            "decision": proposal.decision,
            "to_class_id": proposal.class_id,
        }

    # === Doing === #

    def action_apply(self):
        """Move the children whose move is ready; the others wait.

        Each apart: one whose change would leave bookings behind stays where it is,
        and its line says what to settle first.

        :raise UserError: none is ready
        """
        self.check_access("write")
        ready = self.filtered(lambda move: move.state == "ready")
        if not ready:
            raise UserError(
                self.env._("No child is ready to move: decide first who goes where.")
            )
        ready._apply(fields.Datetime.now())

    def _apply(self, now):
        moving = self.filtered(lambda move: move.decision == rollover.MOVE)
        by_place = moving.grouped(lambda move: (move.to_class_id, move.next_level))
        # Kept first: to change the class would read as a change by hand.
        self.write({"done_at": now, "problem": False})
        for (school_class, level), moves in by_place.items():
            moves._carry_out(
                lambda children, place=school_class, level=level: children._enter_class(
                    place, level
                )
            )
        leaving = self.filtered(lambda move: move.decision == rollover.LEAVE)
        leaving._carry_out(lambda children: children.write({"class_id": False}))

    def _carry_out(self, change):
        """Change the class of the children, each apart where one has to be settled.

        :param change: function of the children
        """
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                change(self.child_id)
        except UserError as error:
            if len(self) > 1:
                for move in self:
                    move._carry_out(change)
            else:
                self.write({"done_at": False, "problem": str(error)})

    @api.model
    def _leavers(self, year):
        """Return the children who leave the schools before a school year.

        Those whose class was emptied by it and who were given none since.
        """
        moves = self.search(
            [("year_id", "=", year.id), ("decision", "=", rollover.LEAVE)]
        )
        gone = moves.filtered(
            lambda move: not move.done_at or not move.child_id.class_id
        )
        return gone.child_id.filtered("active")
