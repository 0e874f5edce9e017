import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import split_every

from odoo.addons.espace_famille.models.core.batch import one_by_one

from ...domain import settlement
from ..core.groups import MONEY

_logger = logging.getLogger(__name__)

# Up to how many bookings a change of price is worked out while one waits.
AT_ONCE = 500
# How many bookings one transaction of the scheduled action takes.
BATCH = 1000


class EspaceReservation(models.Model):
    """What a price that changed afterwards does to bookings already charged.

    What is not yet invoiced is charged anew at the new price. What is on an invoice
    stays: it is marked, for the next run of its days to settle.

    A changed quotient is worked out at once. A changed tariff is worked out when its
    agent asks for it, looks at what has changed, or prepares a run: until then the
    commune knows from which day on prices may differ.
    """

    _inherit = "espace.reservation"

    price_change = fields.Selection(
        [
            ("to_recompute", "To be recomputed"),
            ("to_correct", "Invoiced at another price"),
        ],
        "Price Changed",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=MONEY,
        help="Invoiced at another price: the next run of these days settles it.",
    )

    @api.model
    def _due_between(self, date_from, date_to=None):
        """Return the domain of bookings that owe something, on these days."""
        domain = [
            ("state", "in", settlement.DUE_STATES),
            ("date", ">=", date_from),
        ]
        return [*domain, ("date", "<=", date_to)] if date_to else domain

    @api.model
    def _owes_from(self, company, day):
        """Tell whether any booking of a commune owes something from a day on."""
        due = [("company_id", "=", company.id), *self._due_between(day)]
        return bool(self.sudo().search_count(due, limit=1))

    @api.model
    def _mark_changed_prices(self, company):
        """Mark what a tariff that changed may concern as to be recomputed."""
        company_sudo = company.sudo()
        if not company_sudo.espace_prices_from:
            return
        self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("price_change", "=", False),
                *self._due_between(company_sudo.espace_prices_from),
            ]
        ).price_change = "to_recompute"
        self.env["espace.flat.due"]._settle_from(
            company_sudo, company_sudo.espace_prices_from
        )
        company_sudo.espace_prices_from = False
        self.env.ref("espace_famille_billing.cron_recompute_prices").sudo()._trigger()

    @api.model
    def action_espace_changed_prices(self):
        """Show what has another price by now; what may have is listed as such."""
        if not self.env.user.has_groups(MONEY):
            raise AccessError(self.env._("Prices are read by those who bill."))
        self._mark_changed_prices(self.env.company)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille_billing.espace_reservation_price_change_action"
        )

    @api.model
    def _quotients_changed(self, starts):
        """Charge anew what families owe, whose quotient changed from a day on.

        :param dict starts: {`espace.family`: first day}
        """
        families = self.env["espace.family"].union(*starts)
        if not families:
            return
        self.sudo().search(
            [
                ("family_id", "in", families.ids),
                *self._due_between(min(starts.values())),
            ]
        ).filtered(
            lambda booking: booking.date >= starts[booking.family_id.with_env(self.env)]
        )._recompute_soon()
        for family, day in starts.items():
            self.env["espace.flat.due"]._settle_from(family.company_id, day, family)

    def _recompute_soon(self):
        """Charge these anew: now if they are few, else by the scheduled action.

        :return: whether all is done
        """
        if len(self) <= AT_ONCE:
            self._recompute_prices()
            return True
        self.price_change = "to_recompute"
        self.env.ref("espace_famille_billing.cron_recompute_prices")._trigger()
        return False

    def _recompute_prices(self):
        """Charge anew what is not invoiced and costs something else by now.

        The old charges are undone and one new charge says the whole price: an invoice
        with a price and its correction would be hard to read. May run any number of
        times.

        :return: the new `espace.charge` records
        """
        errors = {}
        bookings_sudo = self.sudo()
        bookings_sudo._settle_packs()
        unsettled = bookings_sudo._unsettled(errors)
        bookings_sudo._note_settlement_errors(errors)
        invoiced = bookings_sudo._with_invoiced_charges()
        bookings_sudo._note_price_changes(
            invoiced & self.browse(booking.id for booking, _delta, _price in unsettled)
        )
        invoiced = set(invoiced.ids)
        return bookings_sudo._charge_anew(
            [
                (booking, price)
                for booking, _delta, price in unsettled
                if booking.id not in invoiced
            ]
        )

    def _charge_anew(self, priced):
        """Undo what is not invoiced of these bookings, then charge their prices.

        :param list priced: (`espace.reservation`, `TariffPrice` or None) pairs
        """
        Charge = self.env["espace.charge"]
        bookings = self.browse(booking.id for booking, _price in priced)
        waiting = Charge.search(
            [("reservation_id", "in", bookings.ids), ("state", "=", "to_invoice")],
            order="id",
        )
        # What is due at booking is due at its new price, without waiting for a run.
        at_once = waiting.filtered("at_once").reservation_id
        undoing = waiting._undo()
        return undoing + Charge.create(
            [
                booking._prepare_charge(price.amount, price, booking in at_once)
                for booking, price in priced
                if price and price.amount
            ]
        )

    def _with_invoiced_charges(self):
        """Return those that are on an invoice, be it a draft."""
        groups = self.env["espace.charge"]._read_group(
            [("reservation_id", "in", self.ids), ("state", "=", "invoiced")],
            ["reservation_id"],
        )
        return self.browse(booking.id for (booking,) in groups)

    def _note_price_changes(self, to_correct):
        """Mark those invoiced at another price; the others of these are done."""
        (self - to_correct).filtered("price_change").price_change = False
        to_correct.filtered(
            lambda booking: booking.price_change != "to_correct"
        ).price_change = "to_correct"

    def _note_corrected_prices(self):
        """Note that what was invoiced at another price is settled by now."""
        self.filtered(
            lambda booking: (
                booking.price_change == "to_correct" and not booking.settlement_error
            )
        ).price_change = False

    @api.model
    def _cron_recompute_prices(self):
        """Charge anew the bookings that wait for it, batch by batch."""
        waiting = self.search([("price_change", "=", "to_recompute")], order="id")
        one_by_one(
            self.env,
            split_every(BATCH, waiting.ids, self.browse),
            lambda batch: batch._recompute_prices(),
            _logger,
            "Prices of %s were not recomputed",
        )
