from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ...domain import invoicing


class ResCompany(models.Model):
    _inherit = "res.company"

    espace_minimum_invoice = fields.Monetary(
        "Smallest Invoice",
        default=15.0,
        help="A family that owes less is invoiced later, with what follows; 0: always.",
    )
    espace_due_days = fields.Integer(
        "Days to Pay",
        default=30,
        help="Between the date of a campaign's invoices and the day they are due.",
    )
    espace_due_shift = fields.Selection(
        [
            ("as_is", "As it falls"),
            ("before", "The last working day before"),
            ("after", "The next working day"),
        ],
        "Due on a Weekend or Public Holiday",
        default="as_is",
        required=True,
    )

    _espace_minimum_invoice_positive = models.Constraint(
        "CHECK(espace_minimum_invoice >= 0)",
        "The smallest invoice must not be negative.",
    )
    _espace_due_days_positive = models.Constraint(
        "CHECK(espace_due_days >= 0)", "The days to pay must not be negative."
    )

    def _espace_due_on(self, invoiced):
        """Return the day on which what is invoiced on `invoiced` is to be paid."""
        self.ensure_one()
        return invoicing.move_to_working_day(
            invoiced + timedelta(days=self.espace_due_days),
            self.espace_due_shift,
            lambda day: self._day_kind(day) not in ("weekend", "public_holiday"),
            earliest=invoiced,
        )

    def _espace_check_open_books(self, day):
        """Refuse invoices of a day that the accountant has closed.

        :raise UserError: naming the lock
        """
        self.ensure_one()
        company_sudo = self.sudo()
        journal = company_sudo.env["account.journal"].search(
            [
                *company_sudo.env["account.journal"]._check_company_domain(
                    company_sudo
                ),
                ("type", "=", "sale"),
            ],
            limit=1,
        )
        if not journal:
            raise UserError(
                self.env._(
                    "%s has no sales journal: its accounts must be set up first.",
                    company_sudo.name,
                )
            )
        locks = company_sudo._get_violated_lock_dates(day, False, journal)
        if locks:
            raise UserError(
                self.env._(
                    "The books are closed until %(locked)s: no invoice can bear the "
                    "date of %(day)s. Choose a later date.",
                    locked=format_date(self.env, locks[-1][0]),
                    day=format_date(self.env, day),
                )
            )
