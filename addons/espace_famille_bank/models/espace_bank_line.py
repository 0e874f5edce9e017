"""Movements of a régie's deposit account: pointed one by one, by a human."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount

from odoo.addons.espace_famille.models.core.guards import allow
from odoo.addons.espace_famille_billing.models.core.amounts import (
    to_cents,
    to_decimal,
)
from odoo.addons.espace_famille_billing.models.core.guards import STATING
from odoo.addons.espace_famille_billing.models.posted.account_move_posted import DEPOSIT

from ..domain import proposing

KINDS = [
    (proposing.TRANSFER, "Transfer of a family"),
    (proposing.KNOWN, "Payment entered before"),
    (proposing.TAKINGS, "Receipts of one or several days"),
    (proposing.REJECTION, "Payment that the bank takes back"),
    (proposing.REMITTANCE, "Remittance"),
    (proposing.FEES, "Fee of the bank"),
]


class EspaceBankLine(models.Model):
    """A movement of the account, and what of the books it shows.

    The money that a family pays is booked where its means of payment is: there it
    stays until it is handed over. The bank shows it later, once or in a sum. So a
    movement is booked against what waits to be classed (471), and once it is pointed
    that entry is reversed: the books hold the money once, and 471 holds what nobody
    knows yet.
    """

    _name = "espace.bank.line"
    _description = "Movement of the Bank"
    _order = "day desc, id desc"
    _check_company_auto = True

    file_id = fields.Many2one(
        "espace.bank.file",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="file_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    regie_id = fields.Many2one(related="file_id.regie_id", store=True, precompute=True)
    journal_id = fields.Many2one(
        related="file_id.journal_id", store=True, precompute=True
    )
    key = fields.Char(required=True, readonly=True)
    day = fields.Date("Day of the Bank", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    label = fields.Char("Words of the Bank", readonly=True)
    payer = fields.Char("Other Party", readonly=True)
    reference = fields.Char(readonly=True)
    reason = fields.Char("Code of the Bank", readonly=True)
    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        "Line of the Statement",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        groups="account.group_account_readonly",
    )
    state = fields.Selection(
        [("open", "To be pointed"), ("pointed", "Pointed")],
        default="open",
        required=True,
        readonly=True,
        index=True,
    )
    kind = fields.Selection(KINDS, "What It Is", readonly=True)
    pointing_id = fields.Many2one(
        "account.move",
        "Entry that Points It",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    pointed_at = fields.Datetime(readonly=True)
    pointed_by_id = fields.Many2one("res.users", "Pointed by", readonly=True)
    match_ids = fields.One2many(
        "espace.bank.match",
        "line_id",
        "In the Books",
        readonly=True,
        domain=[("released", "=", False)],
    )
    family_ids = fields.Many2many(
        "espace.family", string="Families", compute="_compute_family_ids"
    )

    _key_unique = models.UniqueIndex(
        "(journal_id, key)", "This movement of the bank was loaded already."
    )
    _statement_line_unique = models.UniqueIndex(
        "(statement_line_id)", "This line of the statement was loaded already."
    )
    _open_lines = models.Index("(regie_id, day) WHERE state = 'open'")

    @api.depends("label", "day", "amount")
    def _compute_display_name(self):
        for line in self:
            amount = format_amount(self.env, line.amount, line.currency_id)
            line.display_name = f"{line.day} {amount} {line.label or ''}".strip()

    @api.depends("match_ids.payment_id")
    def _compute_family_ids(self):
        for line in self:
            line.family_ids = line.match_ids.payment_id.espace_family_id

    # === What it shows === #

    def _point_transfer(self, family, parts, advance=0):
        """Receive a transfer of a family: payment, receipt, and it is pointed.

        :param dict parts: {open receivable line: euros}
        :param float advance: euros that stay on the family's account
        :return: the `account.payment`
        """
        self._check_pointable()
        regie = self.regie_id
        regie._check_takes("transfer")
        journal = regie._transfer_journal()
        if not journal:
            raise UserError(
                self.env._(
                    "%s has no journal for bank transfers: the transfer waits.",
                    regie.name,
                )
            )
        if self.amount <= 0:
            raise UserError(self.env._("A family pays by what comes in."))
        if family.sudo().company_id != self.company_id:
            raise UserError(
                self.env._("This family is not of %s.", self.company_id.name)
            )
        family.check_access("read")
        self.env["account.move.line"].union(*parts).check_access("read")
        # The bank has it already: no ceiling keeps the money away.
        payment = (
            self.env["account.payment"]
            .sudo()
            ._espace_register(
                family.sudo(),
                journal,
                {line.sudo(): amount for line, amount in parts.items()},
                self._day_in_books(),
                advance=float(to_decimal(advance)),
                memo=(self.label or self.reference or "")[:140],
            )
        )
        # What no debt was named for pays what else the family owes.
        family.sudo()._espace_set_off()
        self._point(proposing.TRANSFER, payments=payment, made=payment)
        return payment.with_env(self.env)

    def _point_known(self, kind, payments, withheld_of=None):
        """Point payments that were entered before, one or the receipts of days.

        :param withheld_of: the journal of whose receipts the bank kept a part
        """
        self._check_pointable()
        payments.check_access("read")
        payments_sudo = payments.sudo()
        self._check_payments(payments_sudo)
        self._check_received_before(payments_sudo)
        asked = sum(map(self._cents_of, payments_sudo))
        withheld = asked - to_cents(self.amount)
        fee_sudo = self.env["espace.remittance"].sudo()
        if withheld:
            if not withheld_of or withheld < 0:
                self._refuse_sum(asked)
            if not proposing.may_withhold(asked, withheld, len(payments_sudo)):
                raise UserError(
                    self.env._(
                        "%(part)s of %(whole)s would be the fee of the bank: that is "
                        "more than a bank keeps.",
                        part=format_amount(self.env, withheld / 100, self.currency_id),
                        whole=format_amount(self.env, asked / 100, self.currency_id),
                    )
                )
            self._check_journal(withheld_of)
            fee_sudo = fee_sudo._espace_withhold(
                self, withheld_of.sudo(), withheld / 100, self._day_in_books()
            )
        self._point(kind, payments_sudo, fee_sudo, made=fee_sudo)

    def _point_remittance(self, remittances):
        """Point remittances: what was handed over, or brought to the bank."""
        self._check_pointable()
        remittances.check_access("read")
        self._point(proposing.REMITTANCE, remittances=remittances.sudo())

    def _point_fee(self, journal):
        """Point what the bank takes for itself, of what a journal holds."""
        self._check_pointable()
        if self.amount >= 0:
            raise UserError(self.env._("A fee goes out."))
        self._check_journal(journal)
        fee_sudo = self.env["espace.remittance"]._espace_withhold(
            self, journal.sudo(), -self.amount, self._day_in_books()
        )
        self._point(proposing.FEES, remittances=fee_sudo, made=fee_sudo)

    def _point_rejection(self, rejection):
        """Point the rejection that was just made of this movement."""
        self._check_pointable()
        rejection_sudo = rejection.sudo()
        self._check_payments(rejection_sudo)
        self._point(proposing.REJECTION, rejection_sudo, made=rejection_sudo)

    def _point(self, kind, payments=(), remittances=(), made=()):
        """Note what this movement shows, and reverse its entry.

        All are superuser's records; they add up to the movement, to the cent.
        """
        line_sudo = self.sudo()
        payments_sudo = self.env["account.payment"].sudo().union(*payments)
        remittances_sudo = self.env["espace.remittance"].sudo().union(*remittances)
        self._check_payments(payments_sudo)
        self._check_remittances(remittances_sudo)
        shown = [
            *(("payment_id", one, self._cents_of(one)) for one in payments_sudo),
            *(
                ("remittance_id", one, self._cents_shown(one))
                for one in remittances_sudo
            ),
        ]
        total = sum(cents for _name, _one, cents in shown)
        if not shown or total != to_cents(self.amount):
            self._refuse_sum(total)
        line_sudo.env["espace.bank.match"].create(
            [
                {
                    "line_id": self.id,
                    name: one.id,
                    "amount": cents / 100,
                    "made": (one._name, one.id) in {(m._name, m.id) for m in made},
                }
                for name, one, cents in shown
            ]
        )
        line_sudo.write(
            {
                "state": "pointed",
                "kind": kind,
                "pointing_id": line_sudo._reverse(
                    line_sudo.statement_line_id.move_id
                ).id,
                "pointed_at": fields.Datetime.now(),
                "pointed_by_id": self.env.uid,
                **line_sudo._no_proposal(),
            }
        )

    def _cents_of(self, payment):
        """Return what the bank shows of a payment: in above zero, out below."""
        return to_cents(payment.amount_company_currency_signed)

    def _cents_shown(self, remittance):
        """Return what the account shows of a remittance, in cents.

        What it held goes out; cash and cheques are brought to it.
        """
        cents = to_cents(remittance.amount)
        return -cents if remittance.journal_id.espace_means in DEPOSIT else cents

    # === Entries === #

    def _day_in_books(self):
        """Return the day of what this movement makes: its own, or the first open."""
        self.ensure_one()
        line_sudo = self.sudo()
        day, today = self.day, self.company_id._espace_today()
        until = line_sudo.regie_id._closed_until()
        if until and day <= until:
            day = fields.Date.add(until, days=1)
        journal = line_sudo.regie_id._transfer_journal() or line_sudo.journal_id
        if self.company_id._get_violated_lock_dates(day, False, journal):
            return today
        return min(day, today)

    def _reverse(self, entry):
        """Post the entry that takes back one of this movement; match both on 471."""
        self.ensure_one()
        day = entry.date
        if self._is_stated(day) or self.company_id._get_violated_lock_dates(
            day, False, self.journal_id
        ):
            day = self.company_id._espace_today()
        move = allow(self.env["account.move"], STATING).create(
            {
                "move_type": "entry",
                "journal_id": entry.journal_id.id,
                "company_id": entry.company_id.id,
                "date": day,
                "ref": self.env._("Pointed: %s", entry.name),
                "reversed_entry_id": entry.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": line.account_id.id,
                            "name": line.name,
                            "partner_id": line.partner_id.id,
                            "debit": line.credit,
                            "credit": line.debit,
                        }
                    )
                    for line in entry.line_ids
                ],
            }
        )
        move._post(soft=False)
        waiting = (entry | move).line_ids.filtered(
            lambda line: (
                line.account_id.reconcile
                and line.account_id.account_type != "asset_cash"
                and not line.reconciled
            )
        )
        waiting.reconcile()
        return move.with_env(self.env)

    def _is_stated(self, day):
        """Tell whether the books of this account say nothing new of a day any more."""
        until = (
            self.journal_id.espace_regie_id
            and self.journal_id.espace_regie_id._closed_until()
        )
        return bool(until and day <= until)

    # === Forms === #

    def action_choose(self):
        """Open the form that points this movement by hand."""
        self.ensure_one()
        self.check_access("read")
        proposal = self._proposals()[self]
        kind = proposing.TRANSFER if self.amount > 0 else proposing.REJECTION
        context = {
            "default_line_id": self.id,
            "default_kind": proposal.kind if proposal else kind,
        }
        if proposal:
            payments = self._payments_of(proposal)
            context["default_family_id"] = proposal.family
            context["default_payment_ids"] = payments.ids
            context["default_payment_id"] = payments[:1].id
            context["default_remittance_ids"] = self._remittances_of(proposal).ids
            if proposal.withheld:
                context["default_fee_journal_id"] = payments.sudo().journal_id.id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Point a Movement of the Bank"),
            "res_model": "espace.bank.choice",
            "view_mode": "form",
            "target": "new",
            "context": context,
        }

    def _rejection_form(self, payment):
        """Open the form of rejections for a payment that this movement takes back."""
        self._check_pointable()
        if to_cents(payment.amount) != -to_cents(self.amount):
            self._refuse_sum(-to_cents(payment.amount))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reject the payment"),
            "res_model": "espace.rejection.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_payment_id": payment.id,
                "default_date": max(self._day_in_books(), payment.date),
                "default_note": (self.label or "")[:140],
                "default_bank_line_id": self.id,
            },
        }

    # === Taking back === #

    def action_release(self):
        """Take a pointing back: the movement waits again.

        A payment that it made is rejected as a mistake instead, which does the same.
        """
        for line in self:
            line._release()

    def _release(self):
        self.ensure_one()
        self.env["account.payment"]._espace_check_regie_role()
        self.check_access("read")
        self.regie_id._check_may_collect(self.company_id._espace_today())
        self._wait_turn()
        line_sudo = self.sudo()
        if self.state != "pointed":
            raise UserError(self.env._("This movement is not pointed."))
        for match in line_sudo.match_ids.filtered("made"):
            match._check_taken_back()
        for fee in line_sudo.match_ids.filtered("made").remittance_id:
            fee._espace_give_back(self._day_in_books())
        pointing = line_sudo.pointing_id
        waiting = pointing.line_ids.filtered("account_id.reconcile")
        allow(waiting, STATING).remove_move_reconcile()
        line_sudo._reverse(pointing)
        line_sudo.match_ids.write({"released": True})
        line_sudo.write(
            {
                "state": "open",
                "kind": False,
                "pointing_id": False,
                "pointed_at": False,
                "pointed_by_id": False,
            }
        )
        line_sudo.invalidate_recordset(["match_ids"])
        line_sudo._propose()
