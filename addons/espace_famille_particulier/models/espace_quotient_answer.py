from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal

from ..domain import particulier


class EspaceQuotientAnswer(models.Model):
    """What the CAF or MSA said of a family: the quotient, its month, who reckoned it.

    Nothing else of the answer is kept. It counts once somebody has accepted it.
    """

    _name = "espace.quotient.answer"
    _description = "Quotient Answered"
    _inherit = ["espace.guard.mixin"]
    _order = "id desc"
    _check_company_auto = True
    _by_code = frozenset(
        {
            "code",
            "decided_by_id",
            "decided_on",
            "family_id",
            "month",
            "query_id",
            "reason",
            "source",
            "state",
            "tries",
            "value",
            "year",
        }
    )

    query_id = fields.Many2one(
        "espace.quotient.query", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="query_id.company_id", store=True)
    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(
        [
            ("todo", "To ask"),
            ("proposed", "To look at"),
            ("accepted", "Accepted"),
            ("rejected", "Left as it was"),
            ("failed", "Without quotient"),
        ],
        "Status",
        default="todo",
        required=True,
        readonly=True,
    )
    value = fields.Integer("Answered", readonly=True, aggregator=None)
    year = fields.Integer(readonly=True, aggregator=None)
    month = fields.Integer(readonly=True, aggregator=None)
    month_words = fields.Char("Of the Month", compute="_compute_month_words")
    source = fields.Selection([("caf", "CAF"), ("msa", "MSA")], readonly=True)
    before_known = fields.Boolean(compute="_compute_before")
    before = fields.Float("Known so far", compute="_compute_before", digits=(16, 2))
    before_source = fields.Char("Known by", compute="_compute_before")
    difference = fields.Float(compute="_compute_before", digits=(16, 2))
    reason = fields.Char(readonly=True)
    code = fields.Char("Code of the Service", readonly=True)
    words = fields.Char("What Was Said", compute="_compute_words")
    tries = fields.Integer(readonly=True, aggregator=None)
    decided_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, ondelete="restrict"
    )
    decided_on = fields.Datetime(readonly=True)

    _once = models.UniqueIndex(
        "(query_id, family_id)", "A family is asked about once by a query."
    )

    @api.depends("year", "month")
    def _compute_month_words(self):
        for answer in self:
            answer.month_words = (
                f"{answer.month:02}/{answer.year}" if answer.year else ""
            )

    @api.depends("family_id", "value", "query_id.date_from")
    def _compute_before(self):
        """Find what counts on the day from which the answer would."""
        Income = self.env["espace.family.income"]
        names = dict(Income._fields["source"]._description_selection(self.env))
        for answer in self:
            incomes = answer.family_id.sudo().income_ids
            known = incomes._in_force(answer.query_id.date_from)
            answer.before_known = bool(known)
            answer.before = known.value
            answer.before_source = names.get(known.source, "")
            answer.difference = (
                answer.value - known.value if known and answer.year else 0
            )

    @api.depends("state", "reason", "code")
    @api.depends_context("lang")
    def _compute_words(self):
        for answer in self:
            answer.words = (
                self._words(answer.reason, answer.code) if answer.reason else ""
            )

    @api.depends("family_id")
    def _compute_display_name(self):
        for answer in self:
            answer.display_name = answer.family_id.name

    @api.model
    def _by_code_words(self):
        return self.env._("What the CAF or MSA answered is not written by hand.")

    # === What is said === #

    @api.model
    def _words(self, reason, code):
        """Say what a refusal means and what to do."""
        known = {
            "00100": self.env._(
                "The token may not ask for quotients: ask for this right on the site "
                "of API Particulier."
            ),
            "00015": self.env._("The same question is being answered: ask again."),
            "00366": self.env._("The identity is not complete: correct it."),
            "00203": self.env._("The SIRET of the commune is not accepted."),
            "00429": self.env._("Too many questions at once: it goes on by itself."),
        }
        general = {
            particulier.UNKNOWN: self.env._(
                "Neither the CAF nor the MSA knows anybody by this identity: compare "
                "it with the family, or take the quotient on paper."
            ),
            particulier.WRONG: self.env._(
                "The service does not accept the identity: correct it."
            ),
            particulier.STOPPED: self.env._(
                "The token is not accepted: it has ended, or is not complete. Enter a "
                "new one in the settings."
            ),
            particulier.LATER: self.env._(
                "The CAF or the MSA does not answer now: ask again later."
            ),
            "identity": self.env._(
                "No guardian is identified: name, day and place of birth."
            ),
            "refused": self.env._("The family gives its quotient on paper."),
        }
        words = known.get(code) or general.get(reason, "")
        return f"{words} ({code})" if code else words

    def _propose(self, found):
        """Keep what counts of an answer, to be looked at."""
        self.write(
            {
                "state": "proposed",
                "value": found.value,
                "year": found.year,
                "month": found.month,
                "source": found.source,
                "reason": False,
                "code": False,
            }
        )

    def _fail(self, reason, code=""):
        self.write({"state": "failed", "reason": reason, "code": code})

    # === Deciding === #

    def _check_proposed(self):
        self.query_id._check_role()
        self.check_access("read")
        if any(answer.state != "proposed" for answer in self):
            raise UserError(self.env._("Some of these were decided already: reload."))

    def action_accept(self):
        """Have these quotients count from the day of their query on.

        What was entered by hand for that very day gives way here, for somebody has
        seen both; earlier ones stay in the history.
        """
        self._check_proposed()
        Income = self.env["espace.family.income"]
        for answer in self:
            vals = {
                "value": answer.value,
                "source": answer.source,
                "quotient_answer_id": answer.id,
            }
            day = answer.query_id.date_from
            same = answer.family_id.income_ids.filtered(
                lambda income, day=day: income.date_from == day
            )
            if not same:
                Income.create(
                    {"family_id": answer.family_id.id, "date_from": day, **vals}
                )
            elif to_decimal(same.value) != answer.value:
                same.write(vals)
        self._decide("accepted")

    def action_refuse(self):
        """Leave the quotients as they are."""
        self._check_proposed()
        self._decide("rejected")

    def _decide(self, state):
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.user.id,
                "decided_on": fields.Datetime.now(),
            }
        )
