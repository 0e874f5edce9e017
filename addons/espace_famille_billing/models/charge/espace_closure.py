"""What keeps a closure, which gives money back, from being applied or undone."""

from odoo import models

from odoo.addons.espace_famille.models.closure.espace_closure import MAX_NAMED


class EspaceClosure(models.Model):
    _inherit = "espace.closure"

    def _problems(self, plan, now):
        """Refuse past days that are on an invoice: their money is accounted for."""
        problems = super()._problems(plan, now)
        charges_sudo = (
            self.env["espace.charge"]
            .sudo()
            .search(
                [
                    ("reservation_id", "in", plan.bookings.ids),
                    ("date", "<", self.company_id._espace_today(now)),
                    ("invoice_line_id.parent_state", "=", "posted"),
                ],
                order="date, id",
            )
        )
        return problems + [
            self.env._(
                "%(day)s is past and invoiced (%(invoice)s): it can no longer be "
                "closed. Credit the invoices instead.",
                day=self.company_id._espace_day_words(day, year=True),
                invoice=of_day[0].move_id.name,
            )
            for day, of_day in list(charges_sudo.grouped("date").items())[:MAX_NAMED]
        ]

    def _undo_problems(self):
        invoiced_sudo = (
            self.env["espace.charge"]
            .sudo()
            .search(
                [("closure_id", "=", self.id), ("invoice_line_id", "!=", False)],
                order="date, id",
            )
        )
        return super()._undo_problems() + [
            self.env._(
                "What %(child)s was given back is on the invoice %(invoice)s already: "
                "the closure can no longer be undone.",
                child=charge.child_id.name,
                invoice=charge.move_id.display_name,
            )
            for charge in invoiced_sudo[:MAX_NAMED]
        ]
