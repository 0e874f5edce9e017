from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...domain import instalment
from ..core.amounts import to_decimal


class EspaceAccountantTerms(models.Model):
    """Time to pay that the public accountant granted, as he told the commune (délais).

    The régie grants none, offers none and reminds of none: it records the decision on
    debts that are with the accountant, and sees what was paid since. While terms hold,
    these debts block no booking.
    """

    _name = "espace.accountant.terms"
    _description = "Terms Granted by the Public Accountant"
    _inherit = ["espace.guard.mixin"]
    _order = "granted_on desc, id desc"
    _rec_name = "reference"
    _check_company_auto = True
    _by_code = frozenset(
        {
            "amount",
            "ended_by_id",
            "ended_on",
            "recorded_by_id",
            "recorded_on",
            "state",
        }
    )

    family_id = fields.Many2one(
        "espace.family",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="family_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    reference = fields.Char(
        "Decision No.",
        required=True,
        help="The number or the reference that the accountant gave it.",
    )
    granted_on = fields.Date("Granted on", required=True)
    granted_by = fields.Char(
        "Granted by", required=True, help="e.g. SGC de Castres, Mme Roux."
    )
    move_ids = fields.Many2many(
        "account.move",
        "espace_accountant_terms_move_rel",
        "terms_id",
        "move_id",
        "Debts",
        check_company=True,
        domain="[('espace_family_id', '=', family_id), ('state', '=', 'posted'), "
        "('espace_transmitted_on', '!=', False), ('amount_residual', '>', 0)]",
        help="Invoices that are with the accountant, by titre or by an état.",
    )
    line_ids = fields.One2many("espace.accountant.terms.line", "terms_id", "Terms")
    amount = fields.Monetary(
        "Granted", readonly=True, help="What was left of the debts on that day."
    )
    left = fields.Monetary(
        "Left to Pay", compute="_compute_left", store=True, readonly=True
    )
    paid = fields.Monetary(
        "Paid since", compute="_compute_left", store=True, readonly=True
    )
    overdue = fields.Monetary(
        compute="_compute_overdue", help="Of terms whose day is past."
    )
    state = fields.Selection(
        [
            ("draft", "Being entered"),
            ("in_force", "In force"),
            ("settled", "Ended: paid"),
            ("ended", "Ended"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )
    recorded_on = fields.Date(readonly=True, copy=False)
    recorded_by_id = fields.Many2one(
        "res.users", "Recorded by", readonly=True, copy=False, ondelete="restrict"
    )
    ended_on = fields.Date(readonly=True, copy=False)
    ended_by_id = fields.Many2one(
        "res.users", "Ended by", readonly=True, copy=False, ondelete="restrict"
    )
    ended_reason = fields.Char(
        "Why They End", copy=False, help="e.g. The accountant revoked them."
    )

    @api.depends("ended_on", "recorded_on", "move_ids.amount_residual")
    def _compute_state(self):
        for terms in self:
            if not terms.recorded_on:
                terms.state = "draft"
            elif terms.ended_on:
                terms.state = "ended"
            elif terms._left() <= 0:
                terms.state = "settled"
            else:
                terms.state = "in_force"

    @api.depends("amount", "recorded_on", "move_ids.amount_residual")
    def _compute_left(self):
        for terms in self:
            left = terms._left()
            terms.left = float(left)
            paid = max(to_decimal(terms.amount) - left, instalment.ZERO)
            terms.paid = float(paid) if terms.recorded_on else 0

    def _left(self):
        """Return the euros that the debts still ask, as Decimal."""
        self.ensure_one()
        moves_sudo = self.sudo().move_ids
        return sum(
            (to_decimal(move.amount_residual) for move in moves_sudo), instalment.ZERO
        )

    @api.depends("line_ids.date", "line_ids.left", "state")
    def _compute_overdue(self):
        for terms in self:
            today = terms.company_id and terms.company_id._espace_today()
            late = terms.line_ids.filtered(
                lambda line, today=today: line.date and line.date < today
            )
            held = terms.state == "in_force"
            terms.overdue = sum(late.mapped("left")) if held else 0

    @api.depends("reference", "family_id")
    def _compute_display_name(self):
        for terms in self:
            terms.display_name = f"{terms.reference} – {terms.family_id.name}"

    # === CRUD === #

    @api.model
    def _by_code_words(self):
        return self.env._(
            "Use “Record the terms” or “End the terms”: who did it, and when, is noted."
        )

    def write(self, vals):
        """Change nothing of what was recorded but why it ends."""
        if vals.keys() - {"ended_reason"}:
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        self._check_draft()

    def _check_draft(self):
        if not self.env.su and self.filtered("recorded_on"):
            raise UserError(
                self.env._(
                    "Terms that were recorded are not changed: end them, and record "
                    "what the accountant decided since."
                )
            )

    # === Recording and ending === #

    @api.model
    def _check_regie(self):
        if not self.env.user.has_group("espace_famille.group_finance"):
            raise AccessError(
                self.env._("Only the Régie records what the accountant granted.")
            )

    def action_record(self):
        """Put what the accountant granted in force, once."""
        self.ensure_one()
        self._check_regie()
        self.check_access("write")
        if self.recorded_on:
            raise UserError(self.env._("These terms were recorded already."))
        self._check_decision()
        left = self._left()
        parts = [
            instalment.Part(line.date, to_decimal(line.amount))
            for line in self.line_ids.sorted("date")
        ]
        found = instalment.problem(parts, left, self.granted_on)
        if found:
            raise UserError(self._problem_words(found, left))
        # Two that record terms of one debt both write on it: the second begins again.
        self.sudo().write(
            {
                "amount": float(left),
                "recorded_by_id": self.env.uid,
                "recorded_on": self.company_id._espace_today(),
            }
        )

    def _check_decision(self):
        """Refuse terms of what is not with the accountant, or of no decision."""
        if not self.reference.strip() or not self.granted_by.strip():
            raise UserError(
                self.env._("Enter the number of the decision, and who took it.")
            )
        if self.granted_on > self.company_id._espace_today():
            raise UserError(self.env._("A decision is not of a day to come."))
        moves_sudo = self.sudo().move_ids
        if not moves_sudo:
            raise UserError(self.env._("Choose the debts of which terms were granted."))
        for move in moves_sudo:
            if words := move._espace_why_no_terms(self.family_id):
                raise UserError(words)

    def _problem_words(self, found, left):
        """Say why these terms cannot be: see `instalment.problem`."""
        return {
            instalment.NONE: self.env._("Enter the dates and sums that were granted."),
            instalment.AMOUNT: self.env._("Each sum is more than zero."),
            instalment.ORDER: self.env._("Each sum has a day of its own."),
            instalment.EARLY: self.env._("No term is before the day of the decision."),
            instalment.SUM: self.env._(
                "The terms add up to what is left of the debts: %s.",
                self.company_id._espace_amount_words(left),
            ),
        }[found]

    def action_end(self):
        """Note that the terms hold no longer, for a reason that is kept."""
        self._check_regie()
        self.check_access("write")
        for terms in self:
            if terms.state != "in_force":
                raise UserError(self.env._("These terms are not in force."))
            if not (terms.ended_reason or "").strip():
                raise UserError(self.env._("Say first why the terms end."))
            terms.sudo().write(
                {
                    "ended_by_id": self.env.uid,
                    "ended_on": terms.company_id._espace_today(),
                }
            )

    def action_treasury(self):
        """Open the form by which what the accountant received is recorded."""
        self.ensure_one()
        self._check_regie()
        open_moves = self.move_ids.filtered(lambda move: move.amount_residual > 0)
        return open_moves.action_espace_treasury()

    # === In words === #

    def _words(self):
        """Say to the family what the accountant granted, and what comes next."""
        self.ensure_one()
        company = self.company_id
        lines = self.line_ids.filtered("left").sorted("date")
        return self.env._(
            "Schedule granted by the public accountant on %(day)s (%(reference)s). "
            "Left to pay there: %(lines)s.",
            day=company._espace_format_day(self.granted_on, "d MMMM y"),
            reference=self.reference,
            lines=", ".join(
                self.env._(
                    "%(amount)s by %(day)s",
                    amount=company._espace_amount_words(line.left),
                    day=company._espace_format_day(line.date, "d MMMM y"),
                )
                for line in lines
            ),
        )


class EspaceAccountantTermsLine(models.Model):
    """A sum and its day, and what was paid of it: the first ones first."""

    _name = "espace.accountant.terms.line"
    _description = "Term Granted by the Public Accountant"
    _order = "date, id"
    _check_company_auto = True

    terms_id = fields.Many2one(
        "espace.accountant.terms", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="terms_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date("To Pay by", required=True)
    amount = fields.Monetary(required=True)
    paid = fields.Monetary(compute="_compute_paid")
    left = fields.Monetary("Left to Pay", compute="_compute_paid")

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "Each sum is more than zero."
    )

    @api.depends("amount", "date", "terms_id.line_ids.amount", "terms_id.paid")
    def _compute_paid(self):
        for terms in self.terms_id:
            lines = terms.line_ids.sorted(lambda line: line.date or date.max)
            amounts = [to_decimal(line.amount) for line in lines]
            parts = instalment.paid(amounts, to_decimal(terms.paid))
            for line, amount, part in zip(lines, amounts, parts, strict=True):
                line.paid = float(part)
                line.left = float(amount - part)
        for line in self.filtered(lambda one: not one.terms_id):
            line.paid, line.left = 0, line.amount

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.terms_id._check_draft()
        return lines

    def write(self, vals):
        self.terms_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        self.terms_id._check_draft()
