from odoo import api, fields, models
from odoo.exceptions import UserError

from ..domain import calendar


class EspaceDebitProposal(models.TransientModel):
    """Which invoices are debited, and when."""

    _name = "espace.debit.proposal"
    _description = "Debits to Propose"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    regie_id = fields.Many2one(
        "espace.regie",
        "Régie",
        required=True,
        default=lambda self: self.env.company._espace_own_regie(),
        domain="[('company_id', '=', company_id)]",
    )
    date = fields.Date(
        "Debited on",
        compute="_compute_date",
        store=True,
        readonly=False,
        required=True,
        help="A day on which banks work, and late enough to tell the families.",
    )
    until = fields.Date(
        "Invoices Due until",
        compute="_compute_until",
        store=True,
        readonly=False,
        required=True,
    )
    problem = fields.Char(compute="_compute_problem")

    @api.depends("regie_id")
    def _compute_date(self):
        for wizard in self:
            today = wizard.company_id._espace_today()
            announced = wizard._announced()
            earliest = wizard.regie_id and wizard.regie_id._debit_earliest(today)
            wizard.date = earliest and calendar.next_target_day(
                max(earliest, announced or earliest)
            )

    def _announced(self):
        """Return the first day that invoices of the régie name already, maybe none."""
        move_sudo = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("espace_regie_id", "=", self.regie_id.id),
                    ("espace_debit_date", ">=", self.company_id._espace_today()),
                    ("payment_state", "in", ("not_paid", "partial")),
                ],
                order="espace_debit_date",
                limit=1,
            )
        )
        return move_sudo.espace_debit_date

    @api.depends("date")
    def _compute_until(self):
        for wizard in self:
            wizard.until = wizard.date

    @api.depends("regie_id")
    def _compute_problem(self):
        for wizard in self:
            wizard.problem = wizard.regie_id and wizard.regie_id._debit_problem()

    def action_propose(self):
        """Make the run and open it."""
        self.ensure_one()
        orders = self.env["account.payment.order"]
        order = orders._espace_propose(self.regie_id, self.until, self.date)
        if not order:
            raise UserError(
                self.env._(
                    "Nothing to debit: no family with a valid mandate owes anything "
                    "until that day."
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_sepa.debit_run_action"
        )
        return {
            **action,
            "res_id": order.id,
            "views": [(self.env.ref("espace_famille_sepa.debit_run_form").id, "form")],
        }
