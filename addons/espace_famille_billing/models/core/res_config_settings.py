from odoo import fields, models
from odoo.exceptions import AccessError


class ResConfigSettings(models.TransientModel):
    """The settings of money, in the order of the year: prices to certificates."""

    _inherit = "res.config.settings"

    espace_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Commune"
    )

    # Quotients and invoices
    espace_qf_renewal = fields.Selection(
        related="company_id.espace_qf_renewal", readonly=False, required=True
    )
    espace_qf_months = fields.Integer(
        related="company_id.espace_qf_months", readonly=False
    )
    espace_qf_day = fields.Integer(related="company_id.espace_qf_day", readonly=False)
    espace_qf_month = fields.Selection(
        related="company_id.espace_qf_month", readonly=False
    )
    espace_minimum_invoice = fields.Monetary(
        related="company_id.espace_minimum_invoice",
        readonly=False,
        currency_field="espace_currency_id",
    )
    espace_due_days = fields.Integer(
        related="company_id.espace_due_days", readonly=False
    )
    espace_due_shift = fields.Selection(
        related="company_id.espace_due_shift", readonly=False
    )
    espace_analytic = fields.Boolean(
        related="company_id.espace_analytic", readonly=False
    )

    # Régie
    espace_writeoff_account_id = fields.Many2one(
        related="company_id.espace_writeoff_account_id", readonly=False
    )
    espace_remission_account_id = fields.Many2one(
        related="company_id.espace_remission_account_id", readonly=False
    )
    espace_extinction_account_id = fields.Many2one(
        related="company_id.espace_extinction_account_id", readonly=False
    )
    espace_recovery_account_id = fields.Many2one(
        related="company_id.espace_recovery_account_id", readonly=False
    )
    espace_former_year_account_id = fields.Many2one(
        related="company_id.espace_former_year_account_id", readonly=False
    )
    espace_fee_product_id = fields.Many2one(
        related="company_id.espace_fee_product_id", readonly=False
    )
    espace_pending_hours = fields.Integer(
        related="company_id.espace_pending_hours", readonly=False
    )

    # Arrears
    espace_block_debt = fields.Boolean(
        related="company_id.espace_block_debt", readonly=False
    )
    espace_block_days = fields.Integer(
        related="company_id.espace_block_days", readonly=False
    )
    espace_block_amount = fields.Monetary(
        related="company_id.espace_block_amount",
        readonly=False,
        currency_field="espace_currency_id",
    )
    espace_deposit_days = fields.Integer(
        related="company_id.espace_deposit_days", readonly=False
    )
    espace_reminder_count = fields.Integer(
        related="company_id.espace_reminder_count", readonly=False
    )
    espace_collect_days = fields.Integer(
        related="company_id.espace_collect_days", readonly=False
    )
    espace_title_minimum = fields.Monetary(
        related="company_id.espace_title_minimum", readonly=False
    )
    espace_accountant_contact = fields.Text(
        related="company_id.espace_accountant_contact", readonly=False
    )
    espace_debt_contact = fields.Char(
        related="company_id.espace_debt_contact", readonly=False
    )
    espace_reminder_gap = fields.Integer(
        related="company_id.espace_reminder_gap", readonly=False
    )
    espace_reminder_auto = fields.Selection(
        related="company_id.espace_reminder_auto", readonly=False
    )

    def action_espace_setup_regie(self):
        """Make what is missing to collect the families' money, then open the régie."""
        if not self.env.user.has_group("espace_famille.group_admin"):
            raise AccessError(self.env._("Only administrators set up the régie."))
        regie = self.company_id._espace_setup_regie()
        return {
            "type": "ir.actions.act_window",
            "name": regie.name,
            "res_model": "espace.regie",
            "res_id": regie.id,
            "views": [(False, "form")],
        }
