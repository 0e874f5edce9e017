from odoo import api, fields, models

from ..models.charge.espace_reservation_recompute import AT_ONCE
from ..models.core.amounts import to_decimal


class EspacePriceRecompute(models.TransientModel):
    """Says what a changed tariff would change of what was charged, then does it."""

    _name = "espace.price.recompute"
    _description = "Recompute What Is Not Yet Invoiced"

    tariff_id = fields.Many2one("espace.tariff", required=True, readonly=True)
    currency_id = fields.Many2one(related="tariff_id.currency_id")
    date_from = fields.Date(
        "From",
        compute="_compute_date_from",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="Earlier bookings keep their price.",
    )
    booking_count = fields.Integer("Bookings Not Invoiced", compute="_compute_counts")
    invoiced_count = fields.Integer("Bookings Invoiced", compute="_compute_counts")
    is_large = fields.Boolean(compute="_compute_counts")
    changed_count = fields.Integer("Prices That Change", compute="_compute_counts")
    difference = fields.Monetary(compute="_compute_counts")

    @api.depends("tariff_id")
    def _compute_date_from(self):
        for wizard in self:
            wizard.date_from = wizard.tariff_id.date_from

    @api.depends("tariff_id", "date_from")
    def _compute_counts(self):
        for wizard in self:
            bookings = wizard._bookings()
            invoiced = bookings._with_invoiced_charges()
            wizard.booking_count = len(bookings) - len(invoiced)
            wizard.invoiced_count = len(invoiced)
            # Many bookings are not priced twice, only to count.
            wizard.is_large = wizard.booking_count > AT_ONCE
            unsettled = (
                [] if wizard.is_large else (bookings - invoiced)._unsettled(errors={})
            )
            wizard.changed_count = len(unsettled)
            wizard.difference = float(
                sum((delta for _booking, delta, _price in unsettled), to_decimal(0))
            )

    def _bookings(self):
        """Return, as superuser, the bookings that this tariff gives a price to."""
        tariff = self.tariff_id._origin or self.tariff_id
        bookings_sudo = self.env["espace.reservation"].sudo()
        if not self.date_from:
            return bookings_sudo
        return bookings_sudo.search(
            [
                ("company_id", "=", tariff.company_id.id),
                *bookings_sudo._due_between(
                    max(self.date_from, tariff.date_from), tariff.date_to
                ),
            ]
        )

    def action_recompute(self):
        """Charge anew what is not invoiced, and mark what is, at another price."""
        self.ensure_one()
        self.tariff_id.check_access("write")
        is_done = self._bookings()._recompute_soon()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("What was not yet invoiced is recomputed.")
                if is_done
                else self.env._(
                    "These bookings are being recomputed in the background; those "
                    "that still wait are in “Changed Prices”."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
