from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...domain import settlement
from ..core.amounts import to_decimal
from ..core.errors import MissingPrice, NoTariff
from ..core.groups import MONEY
from ..tariff.pricer import Pricer

# Who reads what bookings cost, each within the records that are theirs.
MONEY_OF_BOOKINGS = f"{MONEY},base.group_portal"

# The event that a cell shows the price of, by whether the limit has passed.
EVENT_OF_LATE = {False: "planned", True: "late"}


class EspaceReservation(models.Model):
    """What a booking owes: what is due for it less what was charged before."""

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
    waiver = fields.Char(
        "Not Due Because",
        readonly=True,
        copy=False,
        groups="espace_famille.group_finance",
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
                reservation.charge_ids.filtered(lambda c: not c.aid_id)._total()
            )

    # === Settlement === #

    def _settle(self, strict=True, at_booking=False):
        """Charge the difference between what is due and what was charged.

        May run any number of times: what is settled is left alone.

        :param bool strict: raise where a price is missing; else nothing is charged
            there and `settlement_error` says so, for the Régie
        :param bool at_booking: what is due is invoiced without waiting for a run
        :return: the new `espace.charge` records
        :raise MissingPrice: strict, and the tariff has no price for one of these
        """
        errors = None if strict else {}
        bookings_sudo = self.sudo()
        bookings_sudo._settle_packs()
        unsettled = bookings_sudo._unsettled(errors)
        bookings_sudo._note_settlement_errors(errors or {})
        charges = bookings_sudo.env["espace.charge"].create(
            [
                reservation._prepare_charge(delta, price, at_booking)
                for reservation, delta, price in unsettled
            ]
        )
        charges._offset_undone()
        if any(c.amount < 0 and c.state == "to_invoice" for c in charges):
            charges._set_off_soon(fields.Datetime.now())
        bookings_sudo._note_corrected_prices()
        bookings_sudo._settle_flats()
        return charges

    def _unsettled(self, errors=None):
        """Find what is due and was not charged, or was charged and is not due.

        :param dict errors: filled with {id: reason} of those without a price
        :return: list of (reservation, euros to charge, price of what is due or None)
        :raise MissingPrice: no `errors` were asked for, and a price is missing
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
        """Return {id: euros charged so far}, whoever pays; not those never charged."""
        groups = self.env["espace.charge"]._read_group(
            [("reservation_id", "in", self.ids), ("aid_id", "=", False)],
            ["reservation_id"],
            ["amount:sum"],
        )
        return {reservation.id: to_decimal(amount) for reservation, amount in groups}

    def _note_settlement_errors(self, errors):
        """Keep {id: reason} of what could not be settled, forget the others'."""
        for reservation in self:
            error = errors.get(reservation.id, False)
            if reservation.settlement_error != error:
                reservation.settlement_error = error

    def _settlement_facts(self):
        self.ensure_one()
        return settlement.Booking(
            state=self.state,
            attendance=self.attendance,
            origin=self.origin,
            late=self.late,
            mode=self.activity_id.billing_mode,
            absence_due=self.absence_due,
            waived=bool(self.waiver),
        )

    def _due_price(self, pricer, event):
        """Return the price of an event, None in a commune that does not bill.

        :raise MissingPrice: the commune bills, but has no price for this
        """
        if pack_sudo := self.sudo().pack_id:
            words = pack_sudo._included_words()
            return pricer.paid_before(
                self.child_id, self.family_id, self.date, event, words
            )
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

    def _prepare_charge(self, delta, price, at_once=False):
        """Return the values of a charge of `delta` euros.

        :param TariffPrice price: what is due now, None when nothing is
        :param bool at_once: what is due is invoiced without waiting for a run
        """
        self.ensure_one()
        vals = {
            "reservation_id": self.id,
            "child_id": self.child_id.id,
            "family_id": self.family_id.id,
            "product_id": self.product_id.id,
            "activity_id": self.activity_id.id,
            "regie_id": self.activity_id.regie_id.id,
            "date": self.date,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "state": "to_invoice",
            "at_once": delta > 0 and at_once,
            "closure_id": self.closure_id.id if self._is_closed() else False,
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
        before = self.charge_ids.filtered(lambda c: not c.aid_id).sorted("id")[-1:]
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
            # What was charged is corrected by the régie that charged it.
            "regie_id": before.regie_id.id,
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
        if self.waiver:
            return self.waiver
        if self._is_closed():
            closure = self.closure_id.with_env(self.env)
            return self.env._("%s: credited", closure._words())
        if self.state == "cancelled":
            return self.env._("Cancelled: credited")
        return self.env._("No longer due: credited")

    def _is_closed(self):
        return self.state == "cancelled" and bool(self.closure_id)

    # === What makes something due, or no longer === #

    def _after_attendance(self):
        """Charge who came; a missing price stops no agent at the door."""
        super()._after_attendance()
        self._settle(strict=False)

    def _after_absence(self):
        super()._after_absence()
        self._settle()

    def _check_absence_open(self):
        """Refuse what was billed once the day was past: its invoice stands."""
        super()._check_absence_open()
        consumed_sudo = self.sudo().filtered(
            lambda r: r.activity_id.billing_mode == "consumption"
        )
        for reservation in consumed_sudo:
            posted = reservation.charge_ids._creditable().move_id
            if posted:
                raise UserError(
                    self.env._(
                        "%(session)s was invoiced (%(invoice)s): its absences can no "
                        "longer be changed. Credit the invoice instead.",
                        session=reservation.session_id.display_name,
                        invoice=posted[0].name,
                    )
                )

    def _after_restoring(self):
        """Charge again what was given back: it may have paid something else by now.

        A credit that no document holds is undone by the new charge instead.
        """
        super()._after_restoring()
        now = fields.Datetime.now()
        for mode, bookings in self.grouped(
            lambda reservation: reservation.activity_id.billing_mode
        ).items():
            charges = bookings._settle(at_booking=mode == "booking")
            if any(c.at_once and c.state == "to_invoice" for c in charges):
                charges._invoice_soon(now)

    def _waive(self, reason):
        """Let these bookings owe nothing (remise gracieuse), and settle them."""
        bookings_sudo = self.sudo()
        bookings_sudo.write({"waiver": reason})
        return bookings_sudo._settle(strict=False)

    # === Actions === #

    def action_settle(self):
        """Charge what could not be, once the tariff is complete."""
        self._check_may_settle()
        self._settle(strict=False)

    def action_charge_again(self):
        """Take back the decision that a booking is not due."""
        self._check_may_settle()
        self._waive(False)

    def _check_may_settle(self):
        if not self.env.user.has_group("espace_famille.group_finance"):
            raise AccessError(self.env._("Only the Régie settles bookings."))
        self.check_access("read")
