"""What booking costs: prices shown, places held while they are paid, invoices."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.espace_famille.domain.cutoff import to_utc

from ..core.errors import MissingPrice, NoTariff
from ..tariff.pack_days import PackDays
from ..tariff.pricer import Pricer
from .espace_charge_invoicing import COMPLETE
from .espace_reservation import EVENT_OF_LATE

ZERO = Decimal(0)


class EspaceReservation(models.Model):
    _inherit = "espace.reservation"

    # === Prices shown === #

    @api.model
    def _quote_gathered(self, gathered, items, staff=False):
        quotes = super()._quote_gathered(gathered, items, staff)
        pricer = gathered.kept.setdefault("pricer", Pricer(self.env))
        return self._with_prices(gathered.family, quotes, pricer)

    @api.model
    def _quote_cart(self, family, items, now, staff=False, given=False):
        quotes = super()._quote_cart(family, items, now, staff, given)
        return self._with_prices(family, quotes)

    @api.model
    def _quote_change(self, family, item, now):
        quote, booked = super()._quote_change(family, item, now)
        [quote] = self._with_prices(family, [quote])
        return quote, booked

    @api.model
    def _with_prices(self, family, quotes, pricer=None):
        """Return the quotes with the price of the family's situation on each date."""
        pricer = pricer or Pricer(self.env)
        children = self.env["espace.child"].sudo()
        children = {c.id: c for c in children.browse({q.child_id for q in quotes})}
        products = self.env["product.product"].sudo()
        products = {p.id: p for p in products.browse({q.product_id for q in quotes})}
        family = family.sudo()
        booked = self.sudo().browse(
            quote.reservation_id
            for quote in quotes
            if quote.status in ("booked", "pending")
        )
        late_of = {reservation.id: reservation.late for reservation in booked}
        in_pack = self._with_packs(family, quotes, booked, pricer)

        def with_price(quote):
            if not quote.session_id:
                return quote
            if (quote.child_id, quote.product_id, quote.date) in in_pack:
                return quote.at(ZERO)
            try:
                price = pricer.price(
                    products[quote.product_id],
                    children[quote.child_id],
                    family,
                    quote.date,
                    EVENT_OF_LATE[late_of.get(quote.reservation_id, quote.late)],
                )
            except NoTariff:
                return quote
            except MissingPrice:
                return self._without_price(quote)
            return quote.at(price.amount)

        return [with_price(quote) for quote in quotes]

    @api.model
    def _with_packs(self, family, quotes, booked, pricer):
        """Return {(child, product, date)} of what packs of days include.

        Of what is not booked yet as many as days are left, the earliest first: who
        books a later one instead reads its price, and pays nothing.
        """
        found = {
            (booking.child_id.id, booking.product_id.id, booking.date)
            for booking in booked
            if booking.pack_id
        }
        days = PackDays(self.env, family)
        if not days.packs:
            return found
        known = {*booked.ids}
        Child = self.env["espace.child"].sudo()
        Product = self.env["product.product"].sudo()
        for quote in sorted(quotes, key=lambda quote: quote.date):
            if quote.status != "available" or quote.reservation_id in known:
                continue
            child, product = (
                Child.browse(quote.child_id),
                Product.browse(quote.product_id),
            )
            is_free = product.espace_activity_id.is_emergency or pricer.is_included(
                product, child, family, quote.date
            )
            if not is_free and days.take(child, family, product, quote.date):
                found.add((quote.child_id, quote.product_id, quote.date))
        return found

    @api.model
    def _without_price(self, quote):
        """Refuse what has no price yet; what is already booked stays."""
        if quote.status != "available":
            return quote
        return quote._replace(
            status="blocked",
            reason=self.env._("The price is not known yet: contact the town hall."),
        )

    # === Booking === #

    def _state_once_booked(self, now, staff=False, given=False):
        """Hold the seat of a family that pays online; what the commune gives is due.

        What is paid by deposits waits for none of them.
        """
        state = super()._state_once_booked(now, staff, given)
        if (
            state == "confirmed"
            and not (staff or given)
            and self.activity_id.billing_mode == "booking"
            and not self.activity_id._deposit_rule_on(self.date, now)
            and self.company_id._espace_pays_online(self.activity_id.sudo().regie_id)
        ):
            return "pending_payment"
        return state

    def _seat_vals(self, state, now):
        vals = super()._seat_vals(state, now)
        if state == "pending_payment":
            vals["hold_until"] = self._held_until(now)
        return vals

    def _after_booking(self, now):
        """Charge what is due at booking, and have it invoiced.

        What is paid online has its draft at once, to be paid. The rest is invoiced by
        the scheduled action: nobody who wants a place waits for the invoices of others.
        """
        super()._after_booking(now)
        bookings_sudo = self.sudo()
        charges = bookings_sudo._settle(at_booking=True)
        to_pay_sudo = bookings_sudo.filtered(lambda r: r.state == "pending_payment")
        for family, booked in to_pay_sudo.grouped("family_id").items():
            booked._invoice_booking(family, now)
        if charges - to_pay_sudo.charge_ids:
            charges._invoice_soon(now)

    def _after_changing_option(self, now):
        """Charge or credit the difference, and have what is due invoiced.

        A credit is deducted from the next invoice, as that of a cancellation.
        """
        super()._after_changing_option(now)
        charges = self.sudo()._settle(at_booking=True)
        if any(charge.amount > 0 for charge in charges):
            charges._invoice_soon(now)

    def _invoice_booking(self, family, now):
        """Invoice these bookings of one family by régie; what it is owed is deducted.

        That is documented first, by a credit note: so an invoice is of these bookings
        and nothing else. It stays a draft as long as seats wait for its payment;
        bookings that leave nothing to pay, whose price credits cover, or for which no
        provider takes so little (or so much), are confirmed at once: those last are
        due as what is not paid online.
        """
        family._espace_give_back(now)
        moves = self.charge_ids._invoice(now)
        pending = self.filtered(lambda r: r.state == "pending_payment")
        asked = pending.charge_ids.move_id.filtered(
            lambda move: (
                move.state == "draft"
                and (left := move._espace_asked())
                and not move._espace_why_offline(left)
            )
        )
        unpaid = pending & asked.espace_reservation_ids
        (pending - unpaid).write({"state": "confirmed", "hold_until": False})
        for move in moves:
            held = unpaid & move.espace_reservation_ids
            if held:
                held.hold_until = held._held_until(now)
            else:
                move.with_context(**COMPLETE)._post(soft=False)

    # === Holding places === #

    def _held_until(self, now):
        """Return until when seats that are paid together are held, naive UTC."""
        return min(line._hold_until(now) for line in self)

    def _hold_until(self, now):
        """Return until when the seat is held for its payment, naive UTC.

        Who pays at the screen has minutes. Who is given a place of the waiting list
        learns of it by a message and has hours, at most until the day itself.
        """
        self.ensure_one()
        company = self.company_id
        at_least = now + timedelta(minutes=company.espace_hold_minutes)
        if not self.promoted_at:
            return at_least
        day = to_utc(datetime.combine(self.date, time.min), company.espace_tz)
        hours = now + timedelta(hours=company.espace_waiting_hold_hours)
        return max(min(hours, day), at_least)

    def _expirable(self, now):
        return (
            super()
            ._expirable(now)
            .filtered(
                lambda reservation: (
                    not any(
                        move.espace_payment_on_its_way or move._espace_page_until(now)
                        for move in reservation.sudo().charge_ids.move_id
                    )
                )
            )
        )

    @api.model
    def _cron_release_expired(self):
        """Free the seats of families that left the payment page."""
        self._release_expired()

    # === Cancelling === #

    def _cancel(self, now=None, staff=False, reason=None, promote=True):
        unpaid_sudo = self.sudo().filtered(lambda r: r.state == "pending_payment")
        if any(unpaid_sudo.charge_ids.move_id.mapped("espace_payment_on_its_way")):
            raise UserError(
                self.env._(
                    "A payment for these bookings is on its way: wait for its result "
                    "before you cancel."
                )
            )
        return super()._cancel(now, staff, reason, promote)

    def _after_cancelling(self, now):
        super()._after_cancelling(now)
        # An invoice that was posted keeps its number, and its lines are credited.
        drafts_sudo = self.sudo().charge_ids.move_id.filtered(
            lambda move: move.state == "draft" and not move.posted_before
        )
        kept = (drafts_sudo.espace_reservation_ids - self.sudo()).filtered(
            lambda reservation: reservation.hold_until
        )
        # A transaction left in draft stays: should its money come after all, it is
        # kept on the family's account.
        drafts_sudo._espace_take_out_bookings()
        self.sudo()._settle()
        # The brothers' and sisters' seats of the same unpaid invoice stay held.
        for family, reservations in kept.grouped("family_id").items():
            until = min(reservations.mapped("hold_until"))
            reservations._invoice_booking(family, now)
            reservations.filtered("hold_until").hold_until = until
