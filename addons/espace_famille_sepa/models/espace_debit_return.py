"""Files in which the bank says which debits it refused, or took back."""

import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal

from ..domain import returns
from .return_reasons import REASONS, known

LINE_STATES = [
    ("refused", "Refused before it was booked"),
    ("rejected", "Rejected, due again"),
    ("known", "Known already"),
    ("other_amount", "Other amount: look"),
    ("unknown", "Unknown"),
]


class EspaceDebitReturn(models.Model):
    """A file of the bank, read once; its lines say what became of each debit."""

    _name = "espace.debit.return"
    _description = "Return of the Bank"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("File", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    kind = fields.Selection(
        [
            ("pain.002", "pain.002: refused before"),
            ("camt.054", "camt.054: sent back after"),
        ],
        required=True,
        readonly=True,
    )
    reference = fields.Char("Number of the Bank", readonly=True)
    digest = fields.Char(required=True, readonly=True)
    read_at = fields.Datetime(
        "Read at", required=True, readonly=True, default=fields.Datetime.now
    )
    read_by_id = fields.Many2one(
        "res.users", "Read by", readonly=True, default=lambda self: self.env.user
    )
    line_ids = fields.One2many(
        "espace.debit.return.line", "return_id", "Debits", readonly=True
    )
    line_count = fields.Integer("Number of Debits", compute="_compute_counts")
    open_count = fields.Integer("To Look at", compute="_compute_counts")

    _digest_unique = models.UniqueIndex(
        "(digest, company_id)", "This file was read already."
    )
    _reference_unique = models.UniqueIndex(
        "(kind, reference, company_id) WHERE reference IS NOT NULL",
        "This message of the bank was read already.",
    )

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for one in self:
            one.line_count = len(one.line_ids)
            one.open_count = len(
                one.line_ids.filtered(
                    lambda li: li.state in ("unknown", "other_amount")
                )
            )

    @api.model
    def _receive(self, company, name, content):
        """Read a file and do what it says; a file that was read changes nothing.

        :param bytes content: the file
        :return: (the return, whether it is new)
        :raise UserError: it is no such file
        """
        self.env["account.payment"]._espace_check_regie_role()
        try:
            message = returns.read(content)
        except returns.Unreadable as error:
            raise UserError(
                self.env._(
                    "%s is no file of the bank about debits: pain.002 and camt.054 are "
                    "read, as XML.",
                    name,
                )
            ) from error
        digest = hashlib.sha256(content).hexdigest()
        same = self.sudo().search(
            [
                ("company_id", "=", company.id),
                "|",
                ("digest", "=", digest),
                "&",
                ("kind", "=", message.kind),
                ("reference", "=", message.reference or digest),
            ],
            limit=1,
        )
        if same:
            return same.with_env(self.env), False
        received = self.sudo().create(
            {
                "name": name,
                "company_id": company.id,
                "kind": message.kind,
                "reference": message.reference or False,
                "digest": digest,
                "read_by_id": self.env.uid,
            }
        )
        for one in received._of_whole_message(message):
            received._apply(one)
        return received.with_env(self.env), True

    def _of_whole_message(self, message):
        """Return the returns, those of all debits where a whole file is refused."""
        if not message.refused:
            return message.returns
        order = self.env["account.payment.order"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("espace_regie_id", "!=", False),
                ("name", "=", message.original),
            ]
        )
        refused = [
            returns.Return(
                payment.memo,
                message.original,
                payment.espace_mandate_id.unique_mandate_reference or "",
                to_decimal(payment.amount),
                message.reason,
                None,
                False,
            )
            for payment in order.payment_ids
        ]
        return refused or [
            returns.Return("", message.original, "", None, message.reason, None, False)
        ]

    def _apply(self, one):
        """Do what the bank says of one debit, and keep a line of it."""
        payment = self._find(one)
        reason = known(one.reason)
        line = self.line_ids.create(
            {
                "return_id": self.id,
                "reference": one.reference or one.message,
                "mandate": one.mandate,
                "amount": float(one.amount or 0),
                "bank_code": one.reason,
                "reason": reason,
                "date": one.day,
                "payment_id": payment.id,
                "state": "unknown",
            }
        )
        if not payment:
            return
        if one.amount is not None and one.amount != to_decimal(payment.amount):
            line.state = "other_amount"
            return
        line.state = line._do(payment, reason, one)

    def _find(self, one):
        """Return the debit of this commune that the bank names, maybe none."""
        payments = self.env["account.payment"]
        if not one.reference or one.reference == returns.NOT_PROVIDED:
            return payments
        found = payments.search(
            [
                ("company_id", "=", self.company_id.id),
                ("espace_mandate_id", "!=", False),
                ("payment_order_id.espace_regie_id", "!=", False),
                ("memo", "=", one.reference),
                ("payment_type", "=", "inbound"),
            ]
        )
        if len(found) > 1:
            found = found.filtered(lambda p: p.payment_order_id.name == one.message)
        return found if len(found) == 1 else payments


class EspaceDebitReturnLine(models.Model):
    _name = "espace.debit.return.line"
    _description = "Debit Sent Back"
    _order = "id"

    return_id = fields.Many2one(
        "espace.debit.return", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="return_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    reference = fields.Char("Reference of the Debit")
    mandate = fields.Char()
    amount = fields.Monetary()
    bank_code = fields.Char("Code of the Bank")
    reason = fields.Selection(REASONS)
    date = fields.Date("Day of the Bank")
    payment_id = fields.Many2one("account.payment", "Debit")
    family_id = fields.Many2one(
        related="payment_id.espace_family_id", string="Family Account"
    )
    state = fields.Selection(LINE_STATES, "Result", required=True)

    def _do(self, payment, reason, one):
        """Refuse or reject a debit; return what became of it, one of `LINE_STATES`."""
        if payment.state in ("canceled", "rejected") or payment.espace_rejected:
            return "known"
        is_booked = bool(payment.espace_receipt_number)
        if not is_booked and one.settled:
            # The bank had it before our scheduled action: it was money, then none.
            payment.payment_order_id._espace_collect()
            is_booked = bool(payment.espace_receipt_number)
        if not is_booked:
            today = self.company_id._espace_today()
            payment._espace_debit_refused(reason, one.day or today)
            return "refused"
        note = self.env._(
            "%(code)s, %(file)s", code=one.reason or reason, file=self.return_id.name
        )
        payment._espace_debit_sent_back(reason, one.day, note)
        return "rejected"
