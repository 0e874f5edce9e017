"""What the forms of the Régie share: open lines of a family, ticked, with amounts."""

from uuid import uuid4

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Command

from ..domain.spread import spread
from ..models.core.amounts import to_decimal


class EspaceOpenLine(models.AbstractModel):
    """An open line of a family's account, in a form of the Régie."""

    _name = "espace.open.line.mixin"
    _description = "Open Line of a Family's Account"
    _order = "id"

    move_line_id = fields.Many2one("account.move.line", required=True)
    currency_id = fields.Many2one(related="move_line_id.company_id.currency_id")
    document = fields.Char(related="move_line_id.move_name")
    date = fields.Date(related="move_line_id.date")
    date_maturity = fields.Date("Due Date", related="move_line_id.date_maturity")
    total = fields.Monetary(compute="_compute_open")
    residual = fields.Monetary("Balance", compute="_compute_open")
    on_its_way = fields.Boolean(
        "Online Payment on Its Way",
        related="move_line_id.move_id.espace_payment_on_its_way",
    )
    transmitted_on = fields.Date(
        "Sent to the Accountant", related="move_line_id.move_id.espace_transmitted_on"
    )
    pay = fields.Boolean("Chosen")
    amount = fields.Monetary()

    @api.depends("move_line_id")
    def _compute_open(self):
        for line in self:
            line.total = abs(line.move_line_id.balance)
            line.residual = abs(line.move_line_id.amount_residual)

    def _most(self):
        """Return the euros of this line that the form may settle."""
        return self.residual

    @api.onchange("pay")
    def _onchange_pay(self):
        if not self.pay:
            self.amount = 0
        elif not self.amount:
            self.amount = self._most()

    @api.onchange("amount")
    def _onchange_amount(self):
        self.pay = bool(self.amount)


class EspaceOpenLines(models.AbstractModel):
    """A form that settles open lines of a family: all, some, or a part of one.

    The amount may be typed: it is shared among the lines, those chosen first. Or the
    lines may be chosen: the amount follows.
    """

    _name = "espace.open.lines.mixin"
    _description = "Form about the Open Lines of a Family"

    family_id = fields.Many2one("espace.family", "Family Account", required=True)
    # The documents whose lines are chosen; without any, all that may be.
    move_ids = fields.Many2many("account.move", string="Invoices")
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(compute="_compute_amount", store=True, readonly=False)
    # What the lines added up to when the amount was last shared among them.
    shared = fields.Monetary(compute="_compute_amount", store=True, readonly=False)
    open_amount = fields.Monetary(compute="_compute_open_amount")
    date = fields.Date(
        required=True, default=lambda self: self.env.company._espace_today()
    )

    def _side(self):
        """Return 'debit' for what the family owes, 'credit' for what it is owed."""
        raise NotImplementedError

    @api.depends("family_id")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.family_id.company_id or self.env.company

    def _regie(self):
        """Return the régie whose lines these are, None in a form about all of them."""
        return self.regie_id._origin if "regie_id" in self._fields else None

    @api.model
    def _about(self):
        """Return the names of the fields that say whose lines these are."""
        return (
            ("family_id", "regie_id") if "regie_id" in self._fields else ("family_id",)
        )

    @api.depends(lambda self: self._about())
    def _compute_open_amount(self):
        for wizard in self:
            family = wizard.family_id._origin
            wizard.open_amount = (
                family._espace_open_amount(wizard._side(), wizard._regie())
                if family
                else 0
            )

    @api.depends(lambda self: self._about())
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard._lines_total()
            wizard.shared = wizard.amount

    def _lines_total(self):
        return float(sum(to_decimal(line.amount) for line in self.line_ids))

    # === Lines === #

    def _open_commands(self):
        """Return the commands that list what is open, some of it chosen."""
        family = self.family_id._origin
        lines = family._espace_open_lines(self._side(), self._regie()) if family else []
        return [
            Command.clear(),
            *(Command.create(self._open_vals(line)) for line in lines),
        ]

    def _open_vals(self, line):
        """Return the values of a line; what a bank is about to pay is not chosen."""
        asked = self.move_ids._origin
        chosen = line.move_id in asked if asked else self._is_proposed(line)
        return {
            "move_line_id": line.id,
            "pay": chosen,
            "amount": abs(line.amount_residual) if chosen else 0,
        }

    def _is_proposed(self, line):
        return not line.move_id.espace_payment_on_its_way

    @api.onchange("amount")
    def _onchange_amount(self):
        """Share the amount among the lines, those chosen first, the oldest first."""
        if to_decimal(self.amount) == to_decimal(self._lines_total()):
            return
        lines = self.line_ids.filtered("pay") + self.line_ids.filtered(
            lambda line: not line.pay and not self._is_with_accountant(line)
        )
        dues = [to_decimal(line._most()) for line in lines]
        amount = max(to_decimal(self.amount), to_decimal(0))
        for line, part in zip(lines, spread(amount, dues), strict=True):
            line.amount = float(part)
            line.pay = bool(part)
        self.shared = self._lines_total()

    def _is_with_accountant(self, line):
        """Hook: tell whether an amount that is typed is not for this line."""
        return False

    @api.onchange("line_ids")
    def _onchange_line_ids(self):
        """Have the amount follow the lines that an agent changes."""
        total = self._lines_total()
        if to_decimal(total) != to_decimal(self.shared):
            self.amount = self.shared = total

    def _parts(self):
        """Return {open line: euros} as chosen, for the gate.

        :raise UserError: the amount is not what is open, or not what the lines say
        """
        self.ensure_one()
        words = self.company_id._espace_amount_words
        amount = to_decimal(self.amount) - self._beyond()
        open_amount = self.family_id._espace_open_amount(self._side(), self._regie())
        if to_decimal(self.amount) <= 0:
            raise UserError(self.env._("Enter the amount."))
        if amount > to_decimal(open_amount):
            raise UserError(self._too_much(words(self.amount), words(open_amount)))
        parts = {
            line.move_line_id: line.amount
            for line in self.line_ids
            if line.pay and line.amount
        }
        total = to_decimal(self._lines_total())
        if total != amount:
            raise UserError(
                self.env._(
                    "The lines add up to %(lines)s, not to %(amount)s: correct one of "
                    "them.",
                    lines=words(total),
                    amount=words(amount),
                )
            )
        return parts

    def _beyond(self):
        """Return the euros of the amount that no open line takes up, as Decimal."""
        return to_decimal(0)

    def _too_much(self, amount, open_amount):
        """Say that the amount is above what is open; both in words."""
        raise NotImplementedError


class EspaceFormOnce(models.AbstractModel):
    """A form that acts once, however often it is sent.

    What it makes keeps the token of the form; a view has to hold the token too.
    """

    _name = "espace.form.once.mixin"
    _description = "Form that Acts Once"

    token = fields.Char(
        default=lambda self: str(uuid4()),
        help="Names this form, however often it is sent: its money moves once.",
    )

    def _once(self, model, make):
        """Return the record of a model that this form has made; else make it.

        :param make: what makes it, with the token of this form
        :raise ConcurrencyError: another request has just made it; Odoo runs this one
            again, which then finds it
        """
        made = self._made(model)
        if made:
            return made
        try:
            with self.env.cr.savepoint():
                return make()
        except UniqueViolation as error:
            if "espace_form_unique" not in (error.diag.constraint_name or ""):
                raise
            raise ConcurrencyError("This form was sent twice at once.") from error

    def _made(self, model):
        """Return the record of a model that this form has made, maybe none."""
        self.ensure_one()
        records = self.env[model]
        if not self.token:
            return records
        known_sudo = records.sudo().search(
            [("espace_form_token", "=", self.token)], limit=1
        )
        return known_sudo.with_env(self.env)


class EspaceRegieForm(models.AbstractModel):
    """A form that moves money through a journal of a régie."""

    _name = "espace.regie.form.mixin"
    _inherit = ["espace.form.once.mixin"]
    _description = "Form that Moves Money of a Régie"

    company_id = fields.Many2one("res.company")
    regie_id = fields.Many2one(
        "espace.regie",
        "Régie",
        compute="_compute_regie_id",
        store=True,
        readonly=False,
        required=True,
        domain="[('company_id', '=', company_id)]",
    )
    journal_id = fields.Many2one(
        "account.journal",
        "Means of Payment",
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        required=True,
        domain="[('espace_regie_id', '=', regie_id), "
        "('espace_means', 'not in', [False, 'online'])]",
    )
    means = fields.Selection(related="journal_id.espace_means", string="By")
    cheque_number = fields.Char("Cheque No.")
    cheque_bank = fields.Char("Bank of the Cheque")
    memo = fields.Char("Note")

    @api.depends("company_id")
    def _compute_regie_id(self):
        for wizard in self:
            company = wizard.company_id or self.env.company
            if wizard.regie_id.company_id != company:
                wizard.regie_id = wizard._proposed_regie(company)

    @api.depends("regie_id")
    def _compute_journal_id(self):
        for wizard in self:
            journals = wizard.regie_id.journal_ids._origin
            if wizard.journal_id._origin not in journals:
                regie = wizard.regie_id
                wizard.journal_id = wizard._proposed_journal(
                    journals.filtered(lambda j, r=regie: r._takes(j.espace_means))
                )

    def _proposed_regie(self, company):
        """Return the régie of what the form was opened for, else the agent's own."""
        moves = self.move_ids if "move_ids" in self._fields else None
        asked = moves.espace_regie_id[:1] if moves else None
        return asked or company._espace_own_regie()

    def _proposed_journal(self, journals):
        return (
            journals.filtered(lambda journal: journal.espace_means == "cheque")[:1]
            or journals.filtered(
                lambda journal: journal.espace_means not in (False, "online")
            )[:1]
        )

    def _check_cheque(self):
        if self.means == "cheque" and not (self.cheque_number or "").strip():
            raise UserError(self.env._("Enter the number of the cheque."))

    def _payment_vals(self):
        """Return what a payment says besides its amount."""
        self._check_cheque()
        vals = {"espace_form_token": self.token}
        if self.memo:
            vals["memo"] = self.memo
        if self.means in ("cheque", "cesu"):
            vals["espace_cheque_number"] = (self.cheque_number or "").strip()
        if self.means == "cheque":
            vals["espace_cheque_bank"] = self.cheque_bank
        return vals
