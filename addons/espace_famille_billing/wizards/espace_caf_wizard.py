from datetime import date

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..models.account.espace_caf_hours import AGES


class EspaceCafWizard(models.TransientModel):
    """The yearly summary of the hours that the CAF asks for."""

    _name = "espace.caf.wizard"
    _description = "Print Hours for the CAF"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    year = fields.Integer(
        required=True, default=lambda self: self.env.company._espace_today().year
    )
    activity_ids = fields.Many2many(
        "espace.activity",
        string="Activities",
        domain="[('company_id', '=', company_id)]",
        context={"active_test": False},
        help="All those with hours, unless you choose.",
    )

    def action_print(self):
        self.ensure_one()
        if not self._sheets():
            raise UserError(
                self.env._(
                    "No hour was realised or billed in %s: enter the hours of the "
                    "options, and who came.",
                    self.year,
                )
            )
        return self.env.ref("espace_famille_billing.caf_hours_report").report_action(
            self, config=False
        )

    def _domain(self):
        domain = [
            ("company_id", "=", self.company_id.id),
            ("date", ">=", date(self.year, 1, 1)),
            ("date", "<=", date(self.year, 12, 31)),
            "|",
            ("hours_realised", ">", 0),
            ("hours_billed", ">", 0),
        ]
        if self.activity_ids:
            domain.append(("activity_id", "in", self.activity_ids.ids))
        return domain

    def _sheets(self):
        """Return a table per activity: its months, and its totals.

        A row is (label, [(realised, billed) under 6, 6 and over, all]).
        """
        self.ensure_one()
        hours = self.env["espace.caf.hours"]._by_activity(self._domain())
        return [
            {
                "activity": activity,
                "rows": [
                    (self._month_words(month), self._columns([ages]))
                    for month, ages in sorted(months.items())
                ],
                "total": self._columns(months.values()),
                "children": [children.get(age, 0) for age, _label in AGES],
            }
            for activity, months, children in sorted(
                hours, key=lambda sheet: (sheet[0].sequence, sheet[0].name)
            )
        ]

    def _month_words(self, month):
        return format_date(self.env, date(self.year, month, 1), date_format="MMMM")

    def _columns(self, months):
        """Return the sums (realised, billed) of each age, then of both."""
        sums = [
            tuple(sum(ages.get(age, (0, 0))[n] for ages in months) for n in (0, 1))
            for age, _label in AGES
        ]
        return [*sums, tuple(map(sum, zip(*sums, strict=True)))]
