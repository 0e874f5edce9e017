from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import format_amount, format_date

from odoo.addons.espace_famille.models.core.guards import allow

from ..core.amounts import POSTED, to_cents
from ..core.guards import STATING
from .account_journal import MEANS


class EspaceRemittance(models.Model):
    """Money that a régie hands over to the treasury (versement au comptable).

    Confirming it writes the entry: from the account of the régie's journal to the
    treasury's. Then it never changes; what the treasury gives back, a cheque that it
    could not cash for one, is a remittance of its own, with a negative amount.
    """

    _name = "espace.remittance"
    _inherit = ["espace.guard.mixin"]
    _description = "Remittance"
    _order = "date desc, id desc"
    _check_company_auto = True

    # What only confirming, taking back and closing give.
    _code_key = STATING
    _by_code = frozenset({"name", "state", "move_id", "statement_id", "reverses_id"})

    name = fields.Char("Number", readonly=True, copy=False)
    regie_id = fields.Many2one(
        "espace.regie",
        "Régie",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: self.env["espace.collection.statement"]._default_regie(),
    )
    company_id = fields.Many2one(
        related="regie_id.company_id", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        required=True, default=lambda self: self.env.company._espace_today()
    )
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain="[('espace_regie_id', '=', regie_id)]",
    )
    means = fields.Selection(
        MEANS,
        "Means of Payment",
        compute="_compute_means",
        store=True,
        precompute=True,
    )
    destination_journal_id = fields.Many2one(
        "account.journal",
        "Treasury",
        compute="_compute_destination_journal_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        check_company=True,
        domain="[('type', '=', 'bank'), ('espace_regie_id', '=', False)]",
        help="The journal of the treasury's account (515).",
    )
    payment_ids = fields.Many2many(
        "account.payment",
        string="Cheques",
        copy=False,
        check_company=True,
        groups="espace_famille.group_finance",
        help="The cheques of the deposit slip (bordereau de remise de chèques).",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="Negative: the treasury gives it back.",
    )
    held = fields.Monetary(
        compute="_compute_held",
        compute_sudo=True,
        help="What the régie holds of this means of payment, as the books say.",
    )
    note = fields.Char("Remark", help="Reference of the slip or of the treasury.")
    state = fields.Selection(
        [("draft", "Draft"), ("posted", "Handed over")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    move_id = fields.Many2one(
        "account.move", "Entry", readonly=True, copy=False, ondelete="restrict"
    )
    reverses_id = fields.Many2one(
        "espace.remittance",
        "Takes Back",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    reversal_ids = fields.One2many("espace.remittance", "reverses_id", "Taken Back by")
    statement_id = fields.Many2one(
        "espace.collection.statement",
        "Collection",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    # === Computes === #

    @api.depends("name", "journal_id", "date")
    def _compute_display_name(self):
        for remittance in self:
            remittance.display_name = remittance.name or self.env._(
                "Draft of %s", format_date(self.env, remittance.date)
            )

    @api.depends("journal_id")
    def _compute_means(self):
        for remittance in self:
            remittance.means = remittance.sudo().journal_id.espace_means

    @api.depends("regie_id")
    def _compute_destination_journal_id(self):
        for remittance in self:
            remittance.destination_journal_id = (
                remittance.destination_journal_id
                or remittance.regie_id.remittance_journal_id
            )

    @api.depends("journal_id", "payment_ids")
    def _compute_amount(self):
        """Add up the cheques; propose all that is held of anything else."""
        for remittance in self:
            if remittance.reverses_id or remittance.state == "posted":
                continue
            if remittance.means == "cheque":
                remittance.amount = sum(remittance.payment_ids.mapped("amount"))
            else:
                remittance.amount = remittance.amount or remittance.held

    @api.depends("journal_id", "regie_id", "state")
    def _compute_held(self):
        for remittance in self:
            journal = remittance.journal_id
            balances = remittance.regie_id._balances(journal)
            remittance.held = balances.get(journal, 0)

    # === CRUD === #

    def write(self, vals):
        if vals.keys() - {"statement_id"}:
            self._check_draft()
        return super().write(vals)

    @api.model
    def _by_code_words(self):
        return self.env._(
            "The number, the entry and the collection of a remittance are given when "
            "it is confirmed and stated."
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_draft_only(self):
        self._check_draft()

    def _check_draft(self):
        for remittance in self:
            if remittance.state == "posted":
                raise UserError(
                    self.env._(
                        "The remittance %s was handed over and cannot change any "
                        "more: take it back instead.",
                        remittance.name,
                    )
                )

    # === Handing over === #

    def action_confirm(self):
        """Hand the money over: number, entry, and the cheques leave the régie."""
        self.check_access("write")
        for remittance in self:
            remittance._confirm()

    def _confirm(self):
        self.ensure_one()
        self._check_draft()
        self._check_date()
        self._check_journals()
        if self.reverses_id:
            self._check_taken_back()
        else:
            self._check_amount()
            self._check_cheques()
        number = self.regie_id.sudo()._remittance_sequence()
        name = self.regie_id._next_number(number, self.date)
        Move = allow(self.env["account.move"], STATING)
        move = Move.create(self._prepare_entry(name))
        move._post(soft=False)
        self._move_cheques()
        allow(self, STATING).write(
            {"name": name, "move_id": move.id, "state": "posted"}
        )
        # From now on the entry is this remittance's and stays as it is.
        allow(move, STATING).espace_remittance_id = self

    def _check_date(self):
        today = self.company_id._espace_today()
        if self.date > today:
            raise ValidationError(
                self.env._("A remittance is dated today at the latest.")
            )
        self.regie_id._check_period_open(self.date, self.env._("A remittance"))

    def _check_journals(self):
        if self.journal_id.espace_regie_id != self.regie_id:
            raise ValidationError(
                self.env._(
                    "%(journal)s is not a journal of %(regie)s.",
                    journal=self.journal_id.name,
                    regie=self.regie_id.name,
                )
            )
        if not self.destination_journal_id:
            raise ValidationError(
                self.env._(
                    "Choose the treasury's journal that the money goes to; the form of "
                    "the régie holds the usual one."
                )
            )
        for journal in self.journal_id | self.destination_journal_id:
            if not journal.default_account_id:
                raise ValidationError(
                    self.env._("The journal %s has no account.", journal.name)
                )

    def _check_amount(self):
        """Refuse to hand over nothing, or more than is held, then or now."""
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise ValidationError(
                self.env._("Enter the amount that is handed over, above zero.")
            )
        then = self.regie_id._balances(self.journal_id, self.date)[self.journal_id]
        held = min(then, self.held)
        if self.currency_id.compare_amounts(self.amount, held) > 0:
            raise ValidationError(
                self.env._(
                    "%(regie)s holds %(held)s in %(journal)s: %(amount)s cannot be "
                    "handed over.",
                    regie=self.regie_id.name,
                    held=format_amount(self.env, held, self.currency_id),
                    journal=self.journal_id.name,
                    amount=format_amount(self.env, self.amount, self.currency_id),
                )
            )

    def _check_cheques(self):
        """Check that the slip lists cheques that are there, and all that it adds up."""
        if self.means != "cheque":
            if self.payment_ids:
                raise ValidationError(
                    self.env._("Only a remittance of cheques lists payments.")
                )
            return
        if not self.payment_ids:
            raise ValidationError(self.env._("Choose the cheques to hand over."))
        available = self.payment_ids.filtered_domain(self._cheque_domain())
        wrong = (self.payment_ids - available) | self._rejected(available)
        if wrong:
            raise ValidationError(
                self.env._(
                    "%s is not a cheque that the régie holds on that day: take it off "
                    "the slip.",
                    wrong[0]._espace_words(),
                )
            )
        total = sum(to_cents(payment.amount) for payment in self.payment_ids)
        if total != to_cents(self.amount):
            raise ValidationError(
                self.env._("The amount is not the sum of the cheques on the slip.")
            )

    def _cheque_domain(self):
        """Return the domain of the cheques that the régie holds on the day."""
        return [
            ("journal_id", "=", self.journal_id.id),
            ("payment_type", "=", "inbound"),
            ("state", "in", POSTED),
            ("espace_remittance_id", "=", False),
            ("date", "<=", self.date),
        ]

    def _rejected(self, payments):
        """Return those of these payments that a bank has already taken back."""
        return (
            self.env["account.payment"]
            .search(
                [("espace_reverses_id", "in", payments.ids), ("state", "in", POSTED)]
            )
            .espace_reverses_id
        )

    def _prepare_entry(self, name):
        amount = self.currency_id.round(self.amount)
        label = self.env._(
            "Remittance %(number)s, %(journal)s",
            number=name,
            journal=self.journal_id.name,
        )
        return {
            "move_type": "entry",
            "journal_id": self.journal_id.id,
            "company_id": self.company_id.id,
            "date": self.date,
            "ref": name,
            "line_ids": [
                Command.create(
                    {
                        "account_id": account.id,
                        "name": label,
                        "debit": max(balance, 0),
                        "credit": max(-balance, 0),
                    }
                )
                for account, balance in (
                    (self.destination_journal_id.default_account_id, amount),
                    (self.journal_id.default_account_id, -amount),
                )
            ],
        }

    def _move_cheques(self):
        """Note on the cheques that they left, or came back all together."""
        if not self.reverses_id:
            allow(self.payment_ids, STATING).espace_remittance_id = self
        elif not self.reverses_id._left(self):
            cheques = self.reverses_id.payment_ids
            allow(cheques, STATING).espace_remittance_id = False

    # === Taking back === #

    def action_take_back(self):
        """Prepare what the treasury gives back: all, or a cheque it could not cash."""
        self.ensure_one()
        self.check_access("write")
        left = self._left()
        if self.state != "posted" or self.reverses_id or left <= 0:
            raise UserError(self.env._("There is nothing to take back."))
        back = allow(self, STATING).create(
            {
                "regie_id": self.regie_id.id,
                "journal_id": self.journal_id.id,
                "destination_journal_id": self.destination_journal_id.id,
                "amount": -left / 100,
                "reverses_id": self.id,
            }
        )
        return back.with_env(self.env)._get_records_action(
            name=self.env._("Take a Remittance Back")
        )

    def _left(self, *others):
        """Return the cents of this remittance that were not taken back.

        :param others: drafts that count as if they were confirmed
        """
        self.ensure_one()
        posted = self.reversal_ids.filtered(lambda r: r.state == "posted")
        taken = posted.union(*others)
        return to_cents(self.amount) + sum(to_cents(r.amount) for r in taken)

    def _check_taken_back(self):
        if self.amount >= 0 or self.reverses_id._left(self) < 0:
            raise ValidationError(
                self.env._(
                    "What is taken back of %(remittance)s is a negative amount, "
                    "%(most)s at most.",
                    remittance=self.reverses_id.name,
                    most=format_amount(
                        self.env, -self.reverses_id._left() / 100, self.currency_id
                    ),
                )
            )

    # === Actions === #

    def action_all_cheques(self):
        """Put all the cheques that the régie holds on the slip."""
        self.ensure_one()
        self.check_access("write")
        cheques = self.env["account.payment"].search(self._cheque_domain())
        self.payment_ids = cheques - self._rejected(cheques)

    def action_open_entry(self):
        self.ensure_one()
        self.check_access("read")
        return self.move_id._get_records_action()
