from odoo import api, fields, models

from odoo.addons.espace_famille.domain.booking import SEAT_STATES, Item
from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal

from ...domain import period
from .period_cells import tint_of

SHOWN_STATES = ("waiting", *SEAT_STATES)


class EspacePortalDay(models.AbstractModel):
    """One booked day of a child: what it is, what may be changed, what is given back.

    All is said by the gate; the buttons are orders of the Vue Période.
    """

    _name = "espace.portal.day"
    _description = "Portal: Booked Day"

    @api.model
    def _read(self, family, item, may_book=True, now=None):
        """Return what the sheet of a day shows, None where nothing is booked.

        :param Item item: as read from the request; another family's gives None
        :return: dict of words, and of the orders that its buttons ask for
        """
        now = now or fields.Datetime.now()
        reservation_sudo = self._booking(family, item)
        if not reservation_sudo:
            return None
        options_sudo = self._options(reservation_sudo)
        gate_sudo = self.env["espace.reservation"].sudo()
        items = [Item(item.child_id, option.id, item.date) for option in options_sudo]
        quotes = {
            quote.product_id: quote for quote in gate_sudo._quote(family, items, now)
        }
        quote = quotes[item.product_id]
        company = family.company_id
        activity_sudo = reservation_sudo.activity_id
        product_sudo = reservation_sudo.product_id
        cancel = quote.cancellable and may_book
        return {
            "item": item,
            "title": product_sudo.name,
            "tint": tint_of(product_sudo),
            "who": reservation_sudo.child_id.firstname,
            "day": company._espace_day_words(item.date),
            "state": quote.status,
            "state_words": self._state_words(quote, reservation_sudo),
            "price": quote.price is not None
            and company._espace_amount_words(quote.price),
            "included": quote.price == 0 and reservation_sudo._included_words(),
            "kept": reservation_sudo.state == "pending_payment"
            and family._portal_hold_kept(reservation_sudo),
            "limit": self._limit_words(company, quote),
            "choices": self._choices(reservation_sudo, quotes, may_book and now),
            "cancel": cancel and str(period.Order("cancel", *item)),
            "given_back": cancel
            and quote.status == "booked"
            and self.env["espace.portal.period"]._given_back_words(
                family, reservation_sudo
            ),
            "absence": self._absence_words(activity_sudo, reservation_sudo, quote),
            "history": self.env["espace.portal.history"]._of_day(
                family, reservation_sudo.child_id, activity_sudo, item.date
            ),
            "absence_url": f"/my/absences?child={item.child_id}&date={item.date}",
        }

    @api.model
    def _booking(self, family, item):
        reservation_sudo = (
            self.env["espace.reservation"]
            .sudo()
            .search(
                [
                    ("family_id", "=", family.id),
                    ("child_id", "=", item.child_id),
                    ("product_id", "=", item.product_id),
                    ("date", "=", item.date),
                    ("state", "in", SHOWN_STATES),
                ],
                limit=1,
            )
        )
        return reservation_sudo

    @api.model
    def _options(self, reservation_sudo):
        options_sudo = reservation_sudo.activity_id.product_ids.product_variant_ids
        return (options_sudo | reservation_sudo.product_id).sorted(
            lambda option: (option.espace_time_to, option.id)
        )

    @api.model
    def _state_words(self, quote, reservation_sudo):
        if quote.status == "waiting":
            return self.env._("Waiting list, rank %s", quote.rank)
        states = reservation_sudo._fields["state"]._description_selection(self.env)
        return dict(states)[reservation_sudo.state]

    @api.model
    def _limit_words(self, company, quote):
        """Say until when it may be cancelled, or that it no longer may."""
        words = company._espace_limit_words(quote.cancel_limit)
        if quote.release:
            return self.env._(
                "The limit has passed, but families are waiting: you may leave the "
                "place to the first of them."
            )
        if not quote.cancellable:
            return self.env._("It can no longer be cancelled.")
        return words and self.env._("Can be cancelled until %s.", words)

    @api.model
    def _choices(self, reservation_sudo, quotes, now):
        """Return the other options of the day that may be had instead.

        :param now: naive UTC, False for whoever may only read
        :return: list of dicts: the order, the option and the difference in words
        """
        if not now or reservation_sudo.state == "waiting":
            return []
        period_model = self.env["espace.portal.period"]
        family_sudo = reservation_sudo.family_id
        builder = period_model._builder(
            family_sudo,
            reservation_sudo.child_id,
            period.Span.of_day(reservation_sudo.date),
            now,
        )
        cells = builder.grid().cells()
        now_price = quotes[reservation_sudo.product_id.id].price
        choices = []
        for cell in cells:
            if not cell.order.startswith("swap"):
                continue
            quote = quotes.get(cell.product_id)
            if not quote:
                continue
            difference = None
            if None not in (quote.price, now_price):
                difference = to_decimal(quote.price) - to_decimal(now_price)
            product_sudo = self.env["product.product"].sudo().browse(cell.product_id)
            choices.append(
                {
                    "order": cell.order,
                    "option": product_sudo.name,
                    "difference": self._difference_words(family_sudo, difference),
                }
            )
        return choices

    @api.model
    def _difference_words(self, family, difference):
        if not difference:
            return ""
        amount = family.company_id._espace_amount_words(abs(difference))
        if difference > 0:
            return self.env._("%s more", amount)
        return self.env._("%s less", amount)

    @api.model
    def _absence_words(self, activity_sudo, reservation_sudo, quote):
        """Say what an absence gives back where it is too late to cancel."""
        if reservation_sudo.state != "confirmed" or quote.cancellable:
            return ""
        return activity_sudo.absence_sentence or ""
