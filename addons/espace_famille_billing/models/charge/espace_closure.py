"""The money of a closure: what is given back, and charged again once it is undone."""

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

    def _emergency_activity_vals(self, schools, classes):
        """Ask for no payment at booking: there is nothing to pay."""
        values = super()._emergency_activity_vals(schools, classes)
        return {**values, "billing_mode": "consumption"}

    # === Undoing === #

    def _given_back(self, bookings):
        """Return the credits of these bookings that a posted document holds.

        Undoing leaves them where they are, used or not: the bookings are charged again.
        """
        return (
            self.env["espace.charge"]
            .sudo()
            .search(
                [
                    ("closure_id", "=", self.id),
                    ("reservation_id", "in", bookings.ids),
                    ("amount", "<", 0),
                    ("invoice_line_id.parent_state", "=", "posted"),
                ],
                order="date, id",
            )
        )

    def _undo_remarks(self, bookings):
        given_back = self._given_back(bookings)
        return super()._undo_remarks(bookings) + [
            self.env._(
                "%(family)s was given %(amount)s back by %(document)s: that stays, and "
                "the bookings are charged again.",
                family=family.name,
                amount=self.company_id._espace_amount_words(
                    charges._given_back_total()
                ),
                document=", ".join(charges.move_id.mapped("name")),
            )
            for family, charges in given_back.grouped("family_id").items()
        ]

    def _restored_words(self, bookings=None):
        words = super()._restored_words(bookings)
        charges = self._given_back(bookings or self.reservation_ids)
        if not charges:
            return words
        again = self.env._(
            "%(amount)s had been given back to you by %(document)s: they are invoiced "
            "again.",
            amount=self.sudo().company_id._espace_amount_words(
                charges._given_back_total()
            ),
            document=", ".join(charges.move_id.mapped("name")),
        )
        return f"{words} {again}".strip()
