"""Bookings of the portal, invoiced as soon as the rush for places has passed."""

import logging
from datetime import timedelta

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

# How long a booking waits for its invoice: who wants a place comes first.
SOON = timedelta(minutes=1)


class EspaceCharge(models.Model):
    _inherit = "espace.charge"

    at_once = fields.Boolean(
        "Due at Booking",
        readonly=True,
        copy=False,
        help="Invoiced within minutes, without waiting for a run.",
    )

    @api.model
    def _invoice_soon(self, now):
        """Have what is due at booking invoiced a minute from `now`."""
        cron = self.env.ref("espace_famille_billing.cron_invoice_at_once")
        cron.sudo()._trigger(now + SOON)

    @api.model
    def _cron_invoice_at_once(self, now=None):
        """Invoice family by family what was due at booking; who fails is logged.

        What one family lacks for its invoice keeps no other from having theirs; it is
        tried again at each run, and stays among the charges to invoice.
        """
        now = now or fields.Datetime.now()
        cron = self.env["ir.cron"]
        due = [("at_once", "=", True), ("state", "=", "to_invoice")]
        families = [family for [family] in self._read_group(due, ["family_id"])]
        cron._commit_progress(remaining=len(families))
        for family in families:
            charges = self.search([("family_id", "=", family.id), *due])
            try:
                with self.env.cr.savepoint():
                    charges.reservation_id._invoice_booking(family, now)
            except Exception:
                _logger.exception("Family account %s: no invoice made", family.id)
            if not cron._commit_progress(1):
                break
