import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from odoo.addons.espace_famille.models.core import batch

from .. import particulier as api_particulier
from ..domain import particulier

# Twenty calls a second and token are allowed; a little less is asked.
SHORTEST = PAUSE = 0.06
# So often is the same household tried while the service is out of order.
TRIES = 5


class EspaceQuotientQuery(models.Model):
    """Quotients asked together: family by family, at the pace that is allowed.

    Each answer is committed as it comes: what was stopped or killed goes on where it
    was. Nothing counts before somebody has looked at it.
    """

    _name = "espace.quotient.query"
    _description = "Quotients Asked of the CAF or MSA"
    _inherit = ["espace.guard.mixin"]
    _order = "id desc"
    _check_company_auto = True
    _by_code = frozenset({"not_before", "state", "stopped_reason"})

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        "Counts from",
        required=True,
        default=lambda self: self.env.company._espace_today(),
        help="The day from which accepted quotients decide of prices.",
    )
    family_ids = fields.Many2many(
        "espace.family",
        string="Families",
        check_company=True,
        help="Empty: all that were informed, did not refuse and are identified.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("asking", "Asking"),
            ("stopped", "Stopped"),
            ("done", "Asked"),
        ],
        "Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    stopped_reason = fields.Char(readonly=True, copy=False)
    not_before = fields.Datetime(
        "Goes on at", readonly=True, copy=False, help="As the service asked."
    )
    answer_ids = fields.One2many("espace.quotient.answer", "query_id", "Answers")
    count = fields.Integer("Families Asked about", compute="_compute_counts")
    left_count = fields.Integer("Left to Ask", compute="_compute_counts")
    proposed_count = fields.Integer("To Look at", compute="_compute_counts")
    failed_count = fields.Integer("Without Quotient", compute="_compute_counts")
    progress = fields.Float("Progress (%)", compute="_compute_counts")

    @api.depends("answer_ids.state")
    def _compute_counts(self):
        for query in self:
            states = query.answer_ids.mapped("state")
            query.count = len(states)
            query.left_count = states.count("todo")
            query.proposed_count = states.count("proposed")
            query.failed_count = states.count("failed")
            done = query.count - query.left_count
            query.progress = 100.0 * done / query.count if query.count else 0.0

    @api.depends("date_from", "create_date")
    def _compute_display_name(self):
        for query in self:
            day = query.company_id._espace_day_words(query.date_from, year=True)
            query.display_name = self.env._("Quotients from %s on", day)

    @api.model
    def _by_code_words(self):
        return self.env._("A query goes on by its own buttons only.")

    def _check_role(self):
        user = self.env.user
        if not (
            user.has_group("espace_famille.group_finance")
            or user.has_group("espace_famille.group_manager")
        ):
            raise AccessError(self.env._("Only the office asks for quotients."))
        self.check_access("write")

    # === Asking === #

    def action_ask(self):
        """List the families and begin."""
        self.ensure_one()
        self._check_role()
        if self.state != "draft":
            raise UserError(self.env._("This was asked already: make another one."))
        self.company_id._espace_particulier()
        askable = self.env["espace.family"]._espace_qf_askable(self.company_id)
        chosen = self.family_ids & askable if self.family_ids else askable
        if not chosen:
            raise UserError(
                self.env._(
                    "None of these families may be asked about: they have to be "
                    "informed, not to have refused, and one guardian has to be "
                    "identified (name, day and place of birth)."
                )
            )
        query_sudo = self.sudo()
        query_sudo.answer_ids = [
            Command.create({"family_id": family.id}) for family in chosen
        ]
        query_sudo.state = "asking"
        query_sudo._trigger()

    def action_stop(self):
        """Stop after the family at work; nothing is lost."""
        self.ensure_one()
        self._check_role()
        if self.state != "asking":
            raise UserError(self.env._("Nothing is being asked."))
        self.sudo().state = "stopped"

    def action_resume(self):
        """Go on where it stopped."""
        self.ensure_one()
        self._check_role()
        if self.state != "stopped":
            raise UserError(self.env._("It is not stopped."))
        query_sudo = self.sudo()
        query_sudo.write(
            {"state": "asking", "stopped_reason": False, "not_before": False}
        )
        query_sudo._trigger()

    def _trigger(self, at=None):
        cron = self.env.ref("espace_famille_particulier.cron_quotient_query")
        cron.sudo()._trigger(at)

    @api.model
    def _cron_ask(self):
        """Go on with what is being asked, as long as the job may last."""
        for query in self.search([("state", "=", "asking")], order="id"):
            query._work()

    def _work(self, now=None):
        """Ask about what is left, one family a transaction.

        :param now: naive UTC, the present if None
        """
        now = now or fields.Datetime.now()
        if self.not_before and self.not_before > now:
            self._trigger(self.not_before)
            return
        left = self.answer_ids.filtered(lambda answer: answer.state == "todo")
        batch.progress(self.env, remaining=len(left))
        try:
            service = self.company_id._espace_particulier()
        except UserError as error:
            self.write({"state": "stopped", "stopped_reason": str(error)})
            return
        for answer in left:
            wait = answer._ask(service)
            if self.state != "asking":
                break
            if wait:
                self.not_before = now + timedelta(seconds=wait)
                self._trigger(self.not_before)
                batch.progress(self.env, 0)
                return
            if not batch.progress(self.env, 1):
                return
            # Somebody may have pressed “Stop” meanwhile.
            self.invalidate_recordset(["state"])
            if self.state != "asking":
                return
            time.sleep(PAUSE)
        if not self.answer_ids.filtered(lambda answer: answer.state == "todo"):
            self.state = "done"

    # === Deciding === #

    def action_accept_all(self):
        """Have all that is proposed count."""
        self.ensure_one()
        self._check_role()
        self.answer_ids.filtered(lambda a: a.state == "proposed").action_accept()

    def action_refuse_all(self):
        """Leave the quotients as they are."""
        self.ensure_one()
        self._check_role()
        self.answer_ids.filtered(lambda a: a.state == "proposed").action_refuse()


class EspaceQuotientAnswer(models.Model):
    _inherit = "espace.quotient.answer"

    def _ask(self, service):
        """Ask about each guardian until one is known; note what was answered.

        :return: seconds to wait where the service asks for it, else 0
        """
        self.ensure_one()
        family = self.family_id
        if family.qf_refused_on or not family.qf_informed_on:
            self._fail("refused")
            return 0
        guardians = family.guardian_ids.filtered("is_identified")
        if not guardians:
            self._fail("identity")
            return 0
        reasons = []
        for guardian in guardians.sorted("rank"):
            try:
                found = service.quotient(guardian._identity())
            except api_particulier.Refused as refusal:
                if refusal.outcome == particulier.LATER:
                    return self._later(refusal.wait, refusal.code)
                if refusal.outcome == particulier.STOPPED:
                    self.query_id.write(
                        {
                            "state": "stopped",
                            "stopped_reason": self._words(
                                refusal.outcome, refusal.code
                            ),
                        }
                    )
                    return 0
                reasons.append((refusal.outcome, refusal.code))
            except api_particulier.Unavailable:
                return self._later(600.0, "")
            else:
                self._propose(found)
                return 0
            time.sleep(PAUSE)
        # Where somebody was wrong, correcting it may help; else nobody is known.
        reasons.sort(key=lambda reason: reason[0] != particulier.WRONG)
        self._fail(*reasons[0])
        return 0

    def _later(self, wait, code):
        """Wait for the service; after some tries go on with the other families."""
        self.tries += 1
        if self.tries < TRIES:
            return wait
        self._fail(particulier.LATER, code)
        return 0
