from odoo import api, fields, models

# What may become another option without being asked for anew.
CHANGEABLE = ("pending_approval", "confirmed")


class EspaceReservation(models.Model):
    """Another option of a booked day (changer de formule): Tranche 1 to Tranche 2.

    The options of an activity share its places, so the booking keeps its seat and its
    state: nobody can take the place in between, and nothing is lost where the other
    option cannot be had. Both limits bind: the old option must still be cancellable,
    the new one bookable.
    """

    _inherit = "espace.reservation"

    @api.model
    def _change_option(self, family, item, now=None):
        """Give a child the option of `item` instead of the one booked that day.

        :param item: (child, product.product, date), records or ids
        :param datetime now: naive UTC, the present if None
        :return: `Quote`: booked or pending with the new option, or the reason for
            which nothing was changed
        :raise AccessError: the child is not one of the family's
        """
        now = now or fields.Datetime.now()
        quote, booked = self._quote_change(family, item, now)
        if quote.status != "available" or not booked:
            return quote
        booked._by_the_gate().write(
            {"product_id": quote.product_id, "late": quote.late}
        )
        booked._after_changing_option(now)
        return self._as_booked(quote, booked)

    @api.model
    def _quote_change(self, family, item, now):
        """Quote an option as if the one booked that day had left its seat.

        :return: (`Quote`, the reservation to change, empty where there is none)
        """
        gathered = self._gather(family, [item], now)
        [item] = gathered.items
        session = gathered.session(item)
        booked = gathered.live(item, session)
        quote = self._quote_item(item, gathered, staff=False)
        if booked.state not in CHANGEABLE or booked.product_id.id == item.product_id:
            return quote, booked.browse()
        refusal = booked._change_refusal(now)
        if refusal:
            return quote._replace(status="blocked", reason=refusal), booked
        gathered.leave(booked)
        return self._quote_item(item, gathered, staff=False), booked

    def _change_refusal(self, now):
        """Say why the family cannot change this booking itself, '' if it can."""
        self.ensure_one()
        if not self._in_time_to_cancel(now):
            return self._too_late_to_cancel()
        if self.state == "confirmed" and self.activity_id.approval == "manual":
            return self.env._(
                "The town hall has approved %(booking)s: ask it to change the option.",
                booking=self.display_name,
            )
        return ""

    def _after_changing_option(self, now):
        """Hook: the option has just been changed."""
