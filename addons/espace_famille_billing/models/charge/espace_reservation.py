from datetime import datetime, time, timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.espace_famille.domain.cutoff import to_utc
from odoo.addons.espace_famille.models.core.guards import is_allowed

from ...domain import settlement
from ..core.amounts import to_decimal
from ..core.errors import MissingPrice, NoTariff
from ..core.groups import MONEY
from ..tariff.espace_tariff import Pricer
from .espace_charge import COMPLETE

# Who reads what bookings cost, each within the records that are theirs.
MONEY_OF_BOOKINGS = f"{MONEY},base.group_portal"

# Told in the context by bulk work and by the portal; see `_after_booking`.
INVOICE_LATER = "espace_invoice_later"
INVOICE_SOON = "espace_invoice_soon"

# The event that a cell shows the price of, by whether the limit has passed.
EVENT_OF_LATE = {False: "planned", True: "late"}


class EspaceReservation(models.Model):
    _inherit = "espace.reservation"

    charge_ids = fields.One2many(
        "espace.charge", "reservation_id", "Charges", groups=MONEY_OF_BOOKINGS
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    espace_price = fields.Monetary(
        "Price",
        compute="_compute_espace_price",
        compute_sudo=True,
        groups=MONEY_OF_BOOKINGS,
    )
    charged_amount = fields.Monetary(
        "Charged",
        compute="_compute_charged_amount",
        compute_sudo=True,
        groups=MONEY_OF_BOOKINGS,
    )
    settlement_error = fields.Char(
        "Not Charged Because",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=MONEY,
    )

    @api.depends("child_id", "family_id", "product_id", "date", "late")
    def _compute_espace_price(self):
        pricer = Pricer(self.env)
        for reservation in self:
            price = reservation._priced(pricer, EVENT_OF_LATE[reservation.late])
            reservation.espace_price = float(price.amount) if price else 0

    @api.depends("charge_ids.amount")
    def _compute_charged_amount(self):
        for reservation in self:
            reservation.charged_amount = float(
                sum(to_decimal(charge.amount) for charge in reservation.charge_ids)
            )

    # === The gate === #

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

        def with_price(quote):
            if not quote.session_id:
                return quote
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
    def _without_price(self, quote):
        """Refuse what has no price yet; what is already booked stays."""
        if quote.status != "available":
            return quote
        return quote._replace(
            status="blocked",
            reason=self.env._("The price is not known yet: contact the town hall."),
        )

    def _state_once_booked(self, now, staff=False, given=False):
        """Hold the seat of a family that pays online; what the commune gives is due."""
        state = super()._state_once_booked(now, staff, given)
        if (
            state == "confirmed"
            and not (staff or given)
            and self.activity_id.billing_mode == "booking"
            and self.company_id._espace_pays_online()
        ):
            return "pending_payment"
        return state

    def _seat_vals(self, state, now):
        vals = super()._seat_vals(state, now)
        if state == "pending_payment":
            vals["hold_until"] = self._held_until(now)
        return vals

    def _after_booking(self, now):
        """Charge what is due at booking and invoice it, to be paid now or at once.

        Where `INVOICE_LATER` is told, for bulk work, the caller invoices the charges
        itself. Where `INVOICE_SOON` is told, what no payment waits for is invoiced a
        minute later: nobody who wants a place waits for the invoices of others.
        """
        super()._after_booking(now)
        reservations = self.sudo()
        charges = reservations._settle()
        if is_allowed(self.env, INVOICE_LATER):
            return
        if is_allowed(self.env, INVOICE_SOON):
            reservations = reservations.filtered(
                lambda reservation: reservation.state == "pending_payment"
            )
            if charges - reservations.charge_ids:
                charges._invoice_soon(now)
        for family, booked in reservations.grouped("family_id").items():
            booked._invoice_booking(family, now)

    def _invoice_booking(self, family, now):
        """Invoice these bookings of one family, less its credits.

        The invoice stays a draft as long as seats wait for its payment; bookings that
        leave nothing to pay, or whose price open credits cover, are confirmed at once.
        """
        charges = self.charge_ids | family.charge_ids.filtered(
            lambda charge: charge.amount < 0
        )
        move = charges._invoice(now)
        pending = self.filtered(lambda r: r.state == "pending_payment")
        asked = pending.charge_ids.move_id.filtered(
            lambda move: move.state == "draft" and move._espace_asked()
        )
        unpaid = pending & asked.espace_reservation_ids
        (pending - unpaid).write({"state": "confirmed", "hold_until": False})
        held = unpaid & move.espace_reservation_ids
        if held:
            held.hold_until = held._held_until(now)
        else:
            move.with_context(**COMPLETE)._post()

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

    # === Settlement === #

    def _settle(self, strict=True):
        """Charge the difference between what is due and what was charged.

        May run any number of times: what is settled is left alone.

        :param bool strict: raise where a price misses; else nothing is charged there
            and `settlement_error` says so, for the Régie
        :return: the new `espace.charge` records
        :raise MissingPrice: strict, and the tariff has no price for one of these
        """
        errors = None if strict else {}
        unsettled = self.sudo()._unsettled(errors)
        self.sudo()._note_settlement_errors(errors or {})
        charges = (
            self.env["espace.charge"]
            .sudo()
            .create(
                [
                    reservation._prepare_charge(delta, price)
                    for reservation, delta, price in unsettled
                ]
            )
        )
        charges._offset_undone()
        return charges

    def _unsettled(self, errors=None):
        """Find what is due and was not charged, or was charged and is not due.

        :param dict errors: filled with {id: reason} of those without a price
        :return: list of (reservation, euros to charge, price of what is due or None)
        :raise MissingPrice: no `errors` were asked for, and a price misses
        """
        pricer = Pricer(self.env)
        charged = self._charged()
        unsettled = []
        for reservation in self:
            event = settlement.event_due(reservation._settlement_facts())
            try:
                price = event and reservation._due_price(pricer, event)
            except MissingPrice as error:
                if errors is None:
                    raise
                errors[reservation.id] = str(error)
                continue
            due = price.amount if price else Decimal(0)
            delta = settlement.to_charge(due, charged.get(reservation.id, 0))
            if delta:
                unsettled.append((reservation, delta, price))
        return unsettled

    def _charged(self):
        """Return {id: euros charged so far}, without those never charged."""
        groups = self.env["espace.charge"]._read_group(
            [("reservation_id", "in", self.ids)], ["reservation_id"], ["amount:sum"]
        )
        return {reservation.id: to_decimal(amount) for reservation, amount in groups}

    def _note_settlement_errors(self, errors):
        """Keep {id: reason} of what could not be settled, forget the others'."""
        for reservation in self:
            error = errors.get(reservation.id, False)
            if reservation.settlement_error != error:
                reservation.settlement_error = error

    def action_settle(self):
        """Charge what could not be, once the tariff is complete."""
        if not self.env.user.has_group("espace_famille.group_finance"):
            raise AccessError(self.env._("Only the Régie settles bookings."))
        self.check_access("read")
        self._settle(strict=False)

    def _settlement_facts(self):
        self.ensure_one()
        return settlement.Booking(
            state=self.state,
            attendance=self.attendance,
            origin=self.origin,
            late=self.late,
            mode=self.activity_id.billing_mode,
            absence_due=self.absence_due,
        )

    def _due_price(self, pricer, event):
        """Return the price of an event, None in a commune that does not bill.

        :raise MissingPrice: the commune bills, but has no price for this
        """
        try:
            return pricer.price(
                self.product_id,
                self.child_id,
                self.family_id,
                self.date,
                event,
                duration=self._presence_minutes(),
            )
        except NoTariff:
            return None

    def _priced(self, pricer, event):
        """Return the price of an event, None where it is not known."""
        try:
            return self._due_price(pricer, event)
        except MissingPrice:
            return None

    def _prepare_charge(self, delta, price):
        """Return the values of a charge of `delta` euros.

        :param TariffPrice price: what is due now, None when nothing is
        """
        self.ensure_one()
        vals = {
            "reservation_id": self.id,
            "child_id": self.child_id.id,
            "family_id": self.family_id.id,
            "product_id": self.product_id.id,
            "activity_id": self.activity_id.id,
            "date": self.date,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "state": "to_invoice",
            "at_once": delta > 0 and is_allowed(self.env, INVOICE_SOON),
            "amount": float(delta),
        }
        if price and delta == price.amount:
            return {
                **vals,
                "event": price.event,
                "quantity": float(price.quantity),
                "unit_price": float(price.unit_price),
                "qf": float(price.qf or 0),
                "qf_known": price.qf is not None,
                "tariff_line_id": price.line.id,
                "explanation": price.explanation,
            }
        before = self.charge_ids.sorted("id")[-1:]
        # The family reads the words, whoever or whatever settles.
        in_words = self.with_context(lang=self.family_id.lang)
        explanation = (
            in_words.env._(
                "Correction: %(reason)s, less what was charged before",
                reason=price.explanation,
            )
            if price
            else in_words._credit_words()
        )
        return {
            **vals,
            "event": price.event if price else before.event,
            "quantity": 1 if delta > 0 else -1,
            "unit_price": float(abs(delta)),
            "qf": float(price.qf or 0) if price else before.qf,
            "qf_known": price.qf is not None if price else before.qf_known,
            "tariff_line_id": price.line.id if price else before.tariff_line_id.id,
            "explanation": explanation,
        }

    def _credit_words(self):
        """Say why what was charged is given back."""
        if self.state == "cancelled":
            return self.env._("Cancelled: credited")
        return self.env._("No longer due: credited")

    # === Cancelling and holding === #

    def _after_cancelling(self, now):
        super()._after_cancelling(now)
        # An invoice that was posted keeps its number, and its lines are credited.
        drafts = self.sudo().charge_ids.move_id.filtered(
            lambda move: move.state == "draft" and not move.posted_before
        )
        kept = (drafts.espace_reservation_ids - self.sudo()).filtered(
            lambda reservation: reservation.hold_until
        )
        # A transaction left in draft stays: should its money come after all, it is
        # kept on the family's account.
        drafts.unlink()
        self.sudo()._settle()
        # The brothers' and sisters' seats of the same unpaid invoice stay held.
        for family, reservations in kept.grouped("family_id").items():
            until = min(reservations.mapped("hold_until"))
            reservations._invoice_booking(family, now)
            reservations.filtered("hold_until").hold_until = until

    def _cancel(self, now=None, staff=False, reason=None, promote=True):
        unpaid = self.sudo().filtered(lambda r: r.state == "pending_payment")
        if any(unpaid.charge_ids.move_id.mapped("espace_payment_on_its_way")):
            raise UserError(
                self.env._(
                    "A payment for these bookings is on its way: wait for its result "
                    "before you cancel."
                )
            )
        return super()._cancel(now, staff, reason, promote)

    def _expirable(self):
        return (
            super()
            ._expirable()
            .filtered(
                lambda reservation: (
                    not any(
                        reservation.sudo().charge_ids.move_id.mapped(
                            "espace_payment_on_its_way"
                        )
                    )
                )
            )
        )

    def _after_attendance(self):
        """Charge who came; a price that misses stops no agent at the door."""
        super()._after_attendance()
        self._settle(strict=False)

    @api.model
    def _cron_release_expired(self):
        """Free the seats of families that left the payment page."""
        self._release_expired()
