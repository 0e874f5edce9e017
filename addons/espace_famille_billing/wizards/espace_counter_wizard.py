from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.i18n import format_list

from ..domain.net import ANY_REGIE, ZERO, Net
from ..models.core.amounts import to_decimal


class EspaceCounterLine(models.TransientModel):
    _name = "espace.counter.wizard.line"
    _inherit = "espace.open.line.mixin"
    _description = "Counter Payment: Open Line"

    wizard_id = fields.Many2one(
        "espace.counter.wizard", required=True, ondelete="cascade"
    )
    deducted = fields.Monetary(
        "Credit Deducted", help="What the family is owed pays of it, when you register."
    )

    @api.depends("deducted")
    def _compute_open(self):
        super()._compute_open()
        for line in self:
            left = to_decimal(line.residual) - to_decimal(line.deducted)
            line.residual = float(left)

    def _most(self):
        """Take by CESU no more of a document than it may pay."""
        most = super()._most()
        return min(most, self._cesu_left()) if self.wizard_id.means == "cesu" else most

    def _cesu_left(self):
        return float(self.move_line_id.sudo()._espace_cesu_left())


class EspaceCounterWizard(models.TransientModel):
    """An agent of the Régie takes a payment at the counter (encaissement).

    What the family is owed is deducted first. What it brings beyond what it owes stays
    on its account, where the agent says so: a CESU gives no change.
    """

    _name = "espace.counter.wizard"
    _inherit = ["espace.open.lines.mixin", "espace.regie.form.mixin"]
    _description = "Counter Payment"

    family_id = fields.Many2one(required=False)
    line_ids = fields.One2many(
        "espace.counter.wizard.line",
        "wizard_id",
        "What the Family Owes",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    due = fields.Monetary("Invoiced", compute="_compute_open_amount")
    deducted = fields.Monetary("Credit Deducted", compute="_compute_open_amount")
    credit_left = fields.Monetary(compute="_compute_open_amount")
    advance = fields.Monetary("Beyond What Is Owed", compute="_compute_advance")
    keep_advance = fields.Boolean(
        "Keep the Rest on the Family's Account",
        compute="_compute_keep_advance",
        store=True,
        readonly=False,
        help="It lowers the next invoices. Ticked for a CESU, on which no change is "
        "given.",
    )
    purse = fields.Boolean(related="regie_id.purse")
    top_up = fields.Boolean(
        "Pay in Advance",
        help="The family pays in advance: what it does not owe stays on its prepaid "
        "account.",
    )
    archived = fields.Boolean(compute="_compute_archived")
    sells_packs = fields.Boolean(compute="_compute_sells_packs")
    # What was to be received before a CESU lowered it, and to what: another means of
    # payment, on which the arrow keys only pass by the CESU, receives it after all.
    before_cesu = fields.Monetary()
    by_cesu = fields.Monetary()
    tendered = fields.Monetary(
        "Cash Given", help="Optional: the change to give back is then shown."
    )
    change = fields.Monetary("Change to Give Back", compute="_compute_change")
    send_receipt = fields.Boolean(
        "Send the Receipt by E-mail",
        compute="_compute_send_receipt",
        store=True,
        readonly=False,
    )
    has_email = fields.Boolean(compute="_compute_has_email")
    warning = fields.Char(compute="_compute_warning")
    elsewhere = fields.Char(compute="_compute_elsewhere")
    with_accountant = fields.Text(
        compute="_compute_with_accountant",
        help="What the régie collects no more, and where it is paid.",
    )
    deposits = fields.Text(
        compute="_compute_deposits", help="What was agreed to be paid before."
    )
    payment_id = fields.Many2one(
        "account.payment",
        readonly=True,
        help="What this form has registered: a second click registers nothing.",
    )
    last_payment_id = fields.Many2one("account.payment", readonly=True)
    last_words = fields.Char(compute="_compute_last_words")

    def _side(self):
        return "debit"

    @api.depends("family_id", "move_ids", "regie_id")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard._open_commands()

    @api.depends("family_id", "regie_id")
    def _compute_open_amount(self):
        """Say what is owed net of what the family is owed, and both."""
        nets = self.family_id._origin._espace_nets()
        for wizard in self:
            lines = wizard.line_ids.move_line_id
            of_family = nets.get(wizard.family_id._origin, Net())
            deducted = of_family.paid_of(lines.ids)
            due = sum((to_decimal(line.amount_residual) for line in lines), ZERO)
            wizard.due = float(due)
            wizard.deducted = float(deducted)
            wizard.open_amount = float(due - deducted)
            wizard.credit_left = float(
                of_family.left_at(wizard._regie().id or ANY_REGIE)
            )

    def _open_commands(self):
        """List what is open, with what the family's credit pays of it."""
        clear, *commands = super()._open_commands()
        nets = self.family_id._origin._espace_nets()
        parts = nets.get(self.family_id._origin, Net()).parts
        for _code, _id, line in commands:
            part = parts.get(line["move_line_id"], ZERO)
            left = to_decimal(line["amount"]) - part
            line["deducted"] = float(part)
            if line["pay"]:
                line["amount"] = float(left)
                line["pay"] = bool(left)
        return [clear, *commands]

    @api.depends("amount", "open_amount")
    def _compute_advance(self):
        for wizard in self:
            advance = to_decimal(wizard.amount) - to_decimal(wizard.open_amount)
            if wizard.means == "cesu":
                payable = sum(to_decimal(line._most()) for line in wizard.line_ids)
                advance = to_decimal(wizard.amount) - payable
            wizard.advance = float(max(advance, to_decimal(0)))

    @api.depends("journal_id", "top_up")
    def _compute_keep_advance(self):
        for wizard in self:
            wizard.keep_advance = wizard.top_up or wizard.means == "cesu"

    @api.depends("family_id")
    def _compute_sells_packs(self):
        rulebook = self.env["espace.rulebook"]
        for wizard in self:
            company = wizard.family_id.company_id
            wizard.sells_packs = bool(company) and rulebook._sells_packs(company)

    @api.depends("family_id")
    def _compute_archived(self):
        for wizard in self:
            wizard.archived = bool(wizard.family_id) and not wizard.family_id.active

    @api.depends("family_id", "regie_id")
    def _compute_elsewhere(self):
        """Say what the family owes to the other régies of the commune."""
        for wizard in self:
            owed = wizard.family_id._origin._espace_owed_by_regie()
            words = [
                self.env._(
                    "%(amount)s to %(regie)s",
                    amount=wizard.company_id._espace_amount_words(amount),
                    regie=regie.name,
                )
                for regie, amount in owed.items()
                if regie and regie != wizard._regie()
            ]
            wizard.elsewhere = bool(words) and self.env._(
                "The family also owes %s: that is paid there, by a payment of its own.",
                format_list(self.env, words),
            )

    @api.onchange("journal_id")
    def _onchange_journal_id(self):
        """Propose for a CESU only what it pays, and for other means all again."""
        if self.means == "cesu":
            self.before_cesu = self.amount
            for line in self.line_ids:
                line.amount = min(line.amount, line._cesu_left())
            self.by_cesu = self._lines_total()
        elif self.before_cesu:
            if to_decimal(self.amount) == to_decimal(self.by_cesu):
                self.update({"amount": self.before_cesu})
                self._onchange_amount()
            self.before_cesu = self.by_cesu = 0

    @api.depends("amount", "tendered")
    def _compute_change(self):
        for wizard in self:
            change = to_decimal(wizard.tendered) - to_decimal(wizard.amount)
            wizard.change = float(change) if wizard.tendered else 0

    @api.depends("family_id")
    def _compute_has_email(self):
        for wizard in self:
            wizard.has_email = bool(wizard.family_id._espace_receipt_partners())

    @api.depends("family_id")
    def _compute_send_receipt(self):
        for wizard in self:
            wizard.send_receipt = wizard.has_email

    @api.depends("line_ids")
    def _compute_with_accountant(self):
        for wizard in self:
            moves = wizard.line_ids.move_line_id.move_id
            wizard.with_accountant = moves._espace_collecting_words()

    @api.depends("line_ids")
    def _compute_deposits(self):
        for wizard in self:
            moves = wizard.line_ids.move_line_id.move_id
            wizard.deposits = moves._espace_deposit_words()

    def _is_proposed(self, line):
        """Do not propose what went to the accountant: it is not paid here."""
        transmitted = line.move_id.espace_transmitted_on
        return super()._is_proposed(line) and not transmitted

    def _is_with_accountant(self, line):
        return bool(line.transmitted_on) or super()._is_with_accountant(line)

    @api.depends("family_id", "journal_id", "amount", "date", "cheque_number")
    def _compute_warning(self):
        for wizard in self:
            twin = wizard._twin()
            wizard.warning = bool(twin) and self.env._(
                "The same payment is registered already: receipt %s.",
                twin.espace_receipt_number,
            )

    def _twin(self):
        """Return a payment that looks like the one about to be registered."""
        if not (self.family_id and self.journal_id and self.amount):
            return self.env["account.payment"]
        twins = self.env["account.payment"].search(
            [
                ("espace_family_id", "=", self.family_id._origin.id),
                ("espace_kind", "=", "receipt"),
                ("journal_id", "=", self.journal_id._origin.id),
                ("date", "=", self.date),
                ("espace_rejected", "=", False),
                ("espace_receipt_number", "!=", False),
            ]
        )
        return twins.filtered(
            lambda payment: (
                to_decimal(payment.amount) == to_decimal(self.amount)
                and (payment.espace_cheque_number or "") == (self.cheque_number or "")
            )
        )[:1]

    @api.depends("last_payment_id")
    def _compute_last_words(self):
        for wizard in self:
            payment = wizard.last_payment_id
            wizard.last_words = bool(payment) and self.env._(
                "Receipt %(number)s: %(amount)s, %(family)s.",
                number=payment.espace_receipt_number,
                amount=payment.company_id._espace_amount_words(payment.amount),
                family=payment.espace_family_id.name,
            )

    # === Actions === #

    def action_register(self):
        """Register, and open the payment with its receipt."""
        payment = self._take_payment()
        return payment._get_records_action()

    def action_register_and_print(self):
        payment = self._take_payment()
        report = self.env.ref("espace_famille_billing.espace_receipt_report")
        return {**report.report_action(payment), "close_on_report_download": True}

    def action_register_and_next(self):
        """Register, and take the payment of the next family."""
        payment = self._take_payment()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_counter_action"
        )
        action["context"] = {
            "default_regie_id": self.regie_id.id,
            "default_journal_id": self.journal_id.id,
            "default_date": self.date,
            "default_cheque_bank": self.cheque_bank,
            "default_last_payment_id": payment.id,
        }
        return action

    def action_sell_pack(self):
        """Open a pack of days for the family, to be filled in."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sell a Pack of Days"),
            "res_model": "espace.pack",
            "views": [(False, "form")],
            "context": {"default_family_id": self.family_id.id},
        }

    def action_print_last(self):
        self.ensure_one()
        report = self.env.ref("espace_famille_billing.espace_receipt_report")
        return report.report_action(self.last_payment_id)

    def _take_payment(self):
        """Make the payment, once; return it with its receipt.

        Two clicks that come together both write on this form: the second one is begun
        again by Odoo, and finds the payment of the first. A form that was sent as a
        whole a second time bears the same token.
        """
        self.ensure_one()
        if self.payment_id:
            return self.payment_id
        Payment = self.env["account.payment"]
        Payment._espace_check_regie_role()
        if not self.family_id:
            raise UserError(self.env._("Choose the family that pays."))
        self.payment_id = self._once("account.payment", self._receive)
        return self.payment_id

    def _receive(self):
        self._check_tendered()
        self._check_top_up()
        self.family_id._espace_set_off()
        # What was deducted is open no longer.
        self.line_ids.deducted = 0
        payment = self.env["account.payment"]._espace_register(
            self.family_id,
            self.journal_id,
            self._parts(),
            self.date,
            advance=self.advance if self.keep_advance else 0,
            **self._payment_vals(),
        )
        if self.top_up and self._beyond():
            payment._espace_mark_top_up()
        if self.send_receipt:
            payment._espace_send_receipt()
        return payment

    def _check_top_up(self):
        """Refuse money in advance where the régie takes none, or not that much cash."""
        if not self.top_up:
            return
        regie = self.regie_id
        if not regie.purse:
            raise UserError(
                self.env._(
                    "%s opens no prepaid account to families: see its form.", regie.name
                )
            )
        limit = to_decimal(regie.cash_limit)
        if self.means == "cash" and limit and self._beyond() > limit:
            raise UserError(
                self.env._(
                    "At most %s are paid in advance in cash: take the rest by another "
                    "means.",
                    self.company_id._espace_amount_words(limit),
                )
            )

    def _check_tendered(self):
        if self.means == "cash" and self.tendered and self.change < 0:
            words = self.company_id._espace_amount_words
            raise UserError(
                self.env._(
                    "The cash given, %(given)s, is less than the amount %(amount)s.",
                    given=words(self.tendered),
                    amount=words(self.amount),
                )
            )

    def _beyond(self):
        return to_decimal(self.advance if self.keep_advance else 0)

    def _too_much(self, amount, open_amount):
        return self.env._(
            "The family owes %(open)s, %(amount)s are received: receive less, or tick "
            "that the rest stays on the family's account.",
            open=open_amount,
            amount=amount,
        )
