from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_amount

from ..core.groups import MONEY
from .espace_aged_receivable import LEDGER
from .espace_arrears import Debt


class EspaceFamily(models.Model):
    """What a family owes too late, how it was reminded and what it is spared."""

    _inherit = "espace.family"

    reminder_ids = fields.One2many(
        "espace.reminder", "family_id", "Reminders", groups=MONEY
    )
    arrears_exemption_ids = fields.One2many(
        "espace.arrears.exemption", "family_id", "Exemptions", groups=MONEY
    )
    booking_block_ids = fields.One2many(
        "espace.booking.block", "family_id", "Blocks", groups=MONEY
    )
    overdue_amount = fields.Monetary(
        "Overdue",
        compute="_compute_overdue",
        compute_sudo=True,
        groups=MONEY,
        help="What is due for longer than today, once what the family is owed is "
        "deducted.",
    )
    debt_blocks = fields.Boolean(
        "Bookings Blocked", compute="_compute_overdue", compute_sudo=True, groups=MONEY
    )

    @api.depends(
        "espace_move_ids.amount_residual",
        "arrears_exemption_ids",
        "booking_block_ids.state",
    )
    def _compute_overdue(self):
        arrears = {}
        nets = self._espace_nets()
        for company, families in self.grouped("company_id").items():
            arrears |= self.env["espace.arrears"]._of_families(
                families._origin, company._espace_today()
            )
        for family in self:
            family.overdue_amount = float(nets[family].overdue)
            family.debt_blocks = arrears.get(family._origin.id, Debt()).blocked

    def _payers(self):
        """Return the contacts who are written to about money: those who pay."""
        self.ensure_one()
        guardians = self.guardian_ids
        return (guardians.filtered("is_payer") or guardians).partner_id

    def action_open_arrears(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_arrears_line_action"
        )
        action["domain"] = [("family_id", "=", self.id)]
        action["context"] = {}
        return action

    # === The gate === #

    def _booking_block(self, now):
        words = self._debt_words(now)
        if not words:
            return super()._booking_block(now)
        return lambda activity: words if activity.debt_blocks else ""

    def _debt_words(self, now):
        """Say why the family may not book for its debt, '' if it may.

        :param datetime now: naive UTC
        """
        self.ensure_one()
        company = self.company_id
        today = company._espace_today(now)
        if not (company.espace_block_debt and self._owes_since_before(today)):
            return ""
        debts = self.env["espace.arrears"]._of_families(self, today)
        debt = debts.get(self.id, Debt())
        if not debt.blocked:
            return ""
        return self.env._(
            "%(amount)s is unpaid since %(date)s, and on %(decided)s the town hall "
            "decided to suspend bookings online. Pay it under “My invoices” and you "
            "can book again. If that is difficult, talk to us, we look for a solution "
            "with you: %(contact)s.",
            amount=format_amount(self.env, debt.blocking_amount, company.currency_id),
            date=company._espace_format_day(debt.blocking_since, "d MMMM y"),
            decided=company._espace_format_day(debt.blocked_on, "d MMMM y"),
            contact=company._espace_debt_contact_words(),
        )

    def _owes_since_before(self, day):
        """Tell whether anything was due before a local date and is still unpaid.

        It is asked at each booking, and much faster than what `espace.arrears` says.
        """
        self.ensure_one()
        for model, names in LEDGER.items():
            self.env[model].flush_model(names)
        self.env.cr.execute(
            SQL(
                """
                SELECT 1
                  FROM account_move_line l
                  JOIN res_partner p ON p.id = l.partner_id
                  JOIN account_account a
                       ON a.id = l.account_id AND a.account_type = 'asset_receivable'
                 WHERE p.commercial_partner_id = %(debtor)s
                   AND l.company_id = %(company)s
                   AND l.parent_state = 'posted'
                   AND l.reconciled IS NOT TRUE
                   AND l.amount_residual > 0
                   AND coalesce(l.date_maturity, l.date) < %(day)s
                 LIMIT 1
                """,
                debtor=self.partner_id.id,
                company=self.company_id.id,
                day=day,
            )
        )
        return bool(self.env.cr.fetchone())
