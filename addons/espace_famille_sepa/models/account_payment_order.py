"""A debit run of a régie: proposed, announced, made a file, sent, booked."""

import logging
from itertools import groupby

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.models.core.batch import one_by_one
from odoo.addons.espace_famille.models.core.guards import allow, is_allowed
from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal
from odoo.addons.espace_famille_billing.models.core.guards import STATING

from ..domain import calendar

_logger = logging.getLogger(__name__)

# Of a run, what nobody writes by hand.
KEPT = {
    "company_id",
    "date_prefered",
    "date_scheduled",
    "journal_id",
    "name",
    "payment_file_id",
    "payment_line_ids",
    "payment_ids",
    "payment_method_line_id",
    "payment_type",
    "state",
}


class AccountPaymentOrder(models.Model):
    """Debits families of one régie on one day, each once for all its invoices."""

    _inherit = "account.payment.order"

    espace_regie_id = fields.Many2one(
        "espace.regie", "Régie", readonly=True, index="btree_not_null"
    )
    espace_until = fields.Date("Invoices Due until", readonly=True)
    espace_announced_on = fields.Date("Families Told on", readonly=True, copy=False)
    espace_collected_on = fields.Date("Booked on", readonly=True, copy=False)
    espace_downloaded_at = fields.Datetime("File Taken at", readonly=True, copy=False)
    espace_left_out = fields.Text(
        "Left out", readonly=True, copy=False, help="Families, and why."
    )
    espace_stage = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("announced", "Families Told"),
            ("generated", "File Made"),
            ("uploaded", "Sent to the Bank"),
            ("collected", "Booked"),
            ("cancel", "Cancelled"),
        ],
        "Stage",
        compute="_compute_espace_stage",
        store=True,
    )
    espace_family_count = fields.Integer(
        "Families", compute="_compute_espace_family_count"
    )

    @api.depends("state", "espace_announced_on", "espace_collected_on")
    def _compute_espace_stage(self):
        for order in self:
            if order.state == "cancel":
                order.espace_stage = "cancel"
            elif order.espace_collected_on:
                order.espace_stage = "collected"
            elif order.state in ("generated", "uploaded"):
                order.espace_stage = order.state
            else:
                told = order.espace_announced_on
                order.espace_stage = "announced" if told else "proposed"

    def _compute_espace_family_count(self):
        for order in self:
            order.espace_family_count = len(order.payment_line_ids.espace_family_id)

    @api.constrains("date_scheduled")
    def _check_date_scheduled(self):
        """Leave the day of a run to its own checks: it is on the commune's clock."""
        others = self.filtered(lambda order: not order.espace_regie_id)
        return super(AccountPaymentOrder, others)._check_date_scheduled()

    # === What stays === #

    def write(self, vals):
        if KEPT & vals.keys() or any(name.startswith("espace_") for name in vals):
            self._espace_check_by_code()
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        of_regies = any(vals.get("espace_regie_id") for vals in vals_list)
        if of_regies and not is_allowed(self.env, STATING):
            raise UserError(self.env._("Runs are made by “Propose Debits”."))
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_kept(self):
        self._espace_check_by_code()

    def _espace_check_by_code(self):
        if not is_allowed(self.env, STATING) and self.sudo().espace_regie_id:
            raise UserError(
                self.env._(
                    "A debit run of the Régie goes on by its own buttons: tell the "
                    "families, make the file, take it, or cancel the run."
                )
            )

    def cancel2draft(self):
        self._espace_check_by_code()
        return super().cancel2draft()

    def action_cancel(self):
        self._espace_check_by_code()
        return super().action_cancel()

    def draft2open(self):
        self._espace_check_by_code()
        return super().draft2open()

    def open2generated(self):
        self._espace_check_by_code()
        return super().open2generated()

    def generated2uploaded(self):
        self._espace_check_by_code()
        return super().generated2uploaded()

    def _espace_check_role(self):
        self.env["account.payment"]._espace_check_regie_role()
        self.check_access("read")

    # === Proposing === #

    @api.model
    def _espace_propose(self, regie, until, day, today=None):
        """Propose to debit what families owe to a régie, by their valid mandates.

        :param date until: invoices due on this day or before
        :param date day: on which they are debited
        :param date today: local, the present if None
        :return: the run, or an empty one where nothing is to be debited
        :raise UserError: the régie cannot debit, or the day is too early
        """
        self.env["account.payment"]._espace_check_regie_role()
        regie_sudo = regie.sudo()
        regie_sudo._debit_check_ready()
        today = today or regie_sudo.company_id._espace_today()
        self._espace_check_day(regie_sudo, day, today)
        mandates = self._espace_mandates(regie_sudo)
        mandates.espace_family_id._espace_set_off()
        found, left_out = self._espace_find(regie_sudo, mandates, min(until, day))
        if not found:
            return self.browse()
        order = allow(self.sudo().with_company(regie_sudo.company_id), STATING).create(
            {
                "payment_type": "inbound",
                "payment_method_line_id": regie_sudo._debit_method_line().id,
                "company_id": regie_sudo.company_id.id,
                "espace_regie_id": regie_sudo.id,
                "espace_until": until,
                "date_prefered": "fixed",
                "date_scheduled": day,
                "espace_left_out": "\n".join(left_out),
            }
        )
        allow(self.env["account.payment.line"].sudo(), STATING).create(
            [
                order._espace_line_vals(line, mandate)
                for mandate, lines in found
                for line in lines
            ]
        )
        return allow(order, STATING, False).with_env(self.env)

    @api.model
    def _espace_check_day(self, regie, day, today):
        if not calendar.is_target_day(day):
            raise UserError(
                self.env._(
                    "Banks do not debit on %(day)s: choose %(next)s.",
                    day=regie.company_id._espace_day_words(day, year=True),
                    next=regie.company_id._espace_day_words(
                        calendar.next_target_day(day), year=True
                    ),
                )
            )
        earliest = regie._debit_earliest(today)
        if day < earliest:
            raise UserError(
                self.env._(
                    "Families are told %(days)s days before: the first day possible is "
                    "%(day)s.",
                    days=regie.debit_notice_days,
                    day=regie.company_id._espace_day_words(earliest, year=True),
                )
            )

    @api.model
    def _espace_mandates(self, regie):
        return (
            self.env["account.banking.mandate"]
            .sudo()
            .search(
                [
                    ("espace_regie_id", "=", regie.id),
                    ("state", "=", "valid"),
                    ("espace_family_id", "!=", False),
                ],
                order="espace_family_id, id",
            )
        )

    @api.model
    def _espace_find(self, regie, mandates, until):
        """Return ([(mandate, open lines)], [why a family is left out])."""
        domain = [
            ("espace_regie_id", "=", regie.id),
            ("espace_family_id", "in", mandates.espace_family_id.ids),
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("amount_residual", ">", 0),
            ("invoice_date_due", "<=", until),
        ]
        moves = self.env["account.move"].sudo().search(domain, order="id")
        by_family = moves.grouped("espace_family_id")
        found, left_out = [], []
        for mandate in mandates:
            family = mandate.espace_family_id
            own = by_family.get(family, moves.browse())
            if not own:
                continue
            words = mandate._espace_problem(regie, family)
            usable = own.filtered(
                lambda move: (
                    not move.espace_payment_on_its_way
                    and not move.espace_disputed
                    and not move.espace_transmitted_on
                )
            )
            lines = usable._espace_receivable_lines().filtered(
                lambda line: line.amount_residual > 0
            )
            total = sum((to_decimal(line.amount_residual) for line in lines), 0)
            if not words and lines and total < to_decimal(regie.debit_minimum):
                words = self.env._(
                    "%s is below the smallest debit",
                    regie.company_id._espace_amount_words(total),
                )
            if words:
                left_out.append(f"{family.name} – {words}")
            elif lines:
                found.append((mandate, lines))
        return found, left_out

    def _espace_line_vals(self, line, mandate):
        return {
            "order_id": self.id,
            "move_line_id": line.id,
            "partner_id": mandate.partner_id.id,
            "mandate_id": mandate.id,
            "partner_bank_id": mandate.partner_bank_id.id,
            "amount_currency": line.amount_residual,
            "currency_id": self.company_id.currency_id.id,
            "communication": line.move_id.name,
            "communication_type": "free",
            "espace_family_id": mandate.espace_family_id.id,
        }

    def _espace_drop(self, lines):
        """Take lines out of a run whose file is not made; their invoices are free."""
        self.ensure_one()
        moves = lines.move_line_id.move_id
        allow(lines, STATING).unlink()
        allow(moves, STATING).espace_debit_date = False

    # === Telling the families === #

    def action_espace_announce(self):
        """Tell each family what is debited, and when."""
        self._espace_check_role()
        for order in self.sudo():
            order._espace_announce()

    def _espace_announce(self, today=None):
        self.ensure_one()
        if self.espace_stage != "proposed":
            raise UserError(self.env._("The families of this run were told already."))
        today = today or self.company_id._espace_today()
        self._espace_check_day(self.espace_regie_id, self.date_scheduled, today)
        self._espace_refresh()
        allow(self, STATING).espace_announced_on = today
        moves = self.payment_line_ids.move_line_id.move_id
        allow(moves, STATING).espace_debit_date = self.date_scheduled
        for lines in self._espace_debits():
            family = lines.espace_family_id
            lines = lines.with_context(lang=family.lang or self.env.lang)
            family._notify_with(
                "espace_famille_sepa.mail_template_debit_notice",
                self,
                {"debit": lines._espace_notice()},
            )

    def _espace_debits(self):
        """Return the lines of each debit: those of one family and mandate."""
        self.ensure_one()
        lines = self.payment_line_ids.sorted(lambda line: (line.mandate_id.id, line.id))
        return [
            self.env["account.payment.line"].union(*own)
            for _mandate, own in groupby(lines, lambda line: line.mandate_id)
        ]

    def _espace_refresh(self):
        """Drop what was paid or cannot be debited any more; lower what was in part.

        :raise UserError: nothing is left
        """
        self.ensure_one()
        told = []
        for line in self.payment_line_ids:
            if words := line._espace_problem():
                told.append(f"{line.espace_family_id.name} – {words}")
                self._espace_drop(line)
            elif line.move_line_id.amount_residual < line.amount_currency:
                allow(line, STATING).amount_currency = line.move_line_id.amount_residual
        if told:
            allow(self, STATING).espace_left_out = "\n".join(
                [*(self.espace_left_out or "").splitlines(), *told]
            )
        if not self.payment_line_ids:
            raise UserError(
                self.env._("Nothing is left to debit in %s: cancel it.", self.name)
            )

    # === Booking === #

    @api.model
    def _cron_espace_collect(self):
        """Book the debits whose day has come, run by run."""
        waiting = self.sudo().search(
            [
                ("espace_regie_id", "!=", False),
                ("state", "=", "uploaded"),
                ("espace_collected_on", "=", False),
            ],
            order="date_scheduled, id",
        )
        due = waiting.filtered(
            lambda order: order.date_scheduled <= order.company_id._espace_today()
        )
        one_by_one(
            self.env,
            due,
            lambda order: order._espace_collect(),
            _logger,
            "The debit run %s was not booked",
        )

    def _espace_collect(self):
        """Book each debit as a payment of its family, with its receipt."""
        self.ensure_one()
        # Of two at once the second waits here, and finds it done.
        allow(self, STATING).write(
            {"espace_collected_on": self.company_id._espace_today()}
        )
        self.flush_recordset()
        for payment in self.payment_ids.filtered(lambda one: one.state == "draft"):
            payment._espace_collect()
        mandates = self.payment_ids.filtered("espace_receipt_number").espace_mandate_id
        allow(mandates, STATING).last_debit_date = self.date_scheduled
        # What an invoice did not need any more pays what else is due.
        self.payment_line_ids.espace_family_id._espace_set_off()

    # === Cancelling === #

    def action_espace_cancel(self):
        """Give up runs that were not booked; the families are told."""
        self._espace_check_role()
        for order in self.sudo():
            order._espace_cancel()

    def _espace_cancel(self):
        self.ensure_one()
        if self.espace_stage in ("collected", "cancel"):
            raise UserError(
                self.env._(
                    "%s is over: what a bank sent back is rejected payment by payment.",
                    self.name,
                )
            )
        told = self.espace_announced_on
        self.payment_ids.filtered(lambda one: one.state == "draft").action_cancel()
        allow(self.payment_line_ids.move_line_id.move_id, STATING).write(
            {"espace_debit_date": False}
        )
        allow(self, STATING).write({"state": "cancel"})
        for family in self.payment_line_ids.espace_family_id if told else ():
            family._notify_with(
                "espace_famille_sepa.mail_template_debit_cancelled", self
            )
        # Credits that came meanwhile may pay what is due again.
        self.payment_line_ids.espace_family_id._espace_set_off()
