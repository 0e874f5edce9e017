from dataclasses import dataclass

from odoo import api, fields, models
from odoo.tools.i18n import format_list

from ..booking.espace_portal_cart import item_of

# What has become of a day that needs no offer any more: it stands somewhere already.
STANDING = frozenset({"in_cart", "booked", "pending", "waiting"})


@dataclass(slots=True)
class LostDays:
    """The days of one option of one child whose places were not kept."""

    words: str  # “Clara, Cantine”
    possible: str  # “lun. 7, mar. 8”; "" for none
    refused: list  # of (day, reason)


class EspaceReservation(models.Model):
    _inherit = "espace.reservation"

    offered_again = fields.Boolean(
        readonly=True,
        copy=False,
        help="The place was given back for want of a payment: the cart offers the day "
        "again, until the family takes it up or lets it go.",
    )

    _offered_again = models.Index("(family_id) WHERE offered_again IS TRUE")

    def _notify_expired(self, family):
        self.sudo().offered_again = True
        super()._notify_expired(family)

    def _again_url(self):
        family = self[:1].family_id
        return f"{family.get_base_url()}/my/panier" if family else ""


class EspacePortalCart(models.AbstractModel):
    """Days whose places were not kept, because nobody paid in time: found again."""

    _inherit = "espace.portal.cart"

    @api.model
    def _lost_sudo(self, family):
        """Return the bookings to come that the cart offers again, as superuser."""
        return self.env["espace.reservation"].sudo().search(self._lost_domain(family))

    @api.model
    def _lost_domain(self, family):
        return [
            ("family_id", "=", family.id),
            ("offered_again", "=", True),
            ("state", "=", "cancelled"),
            ("date", ">=", family.company_id._espace_today()),
        ]

    @api.model
    def _lost_quotes(self, family, now=None, lost_sudo=None):
        """Return {item: quote} of what is offered again and stands nowhere else.

        :param lost_sudo: what is offered again, if somebody has found it
        """
        if lost_sudo is None:
            lost_sudo = self._lost_sudo(family)
        items = list(dict.fromkeys(item_of(one) for one in lost_sudo))
        if not items:
            return {}
        quotes = lost_sudo._quote(family, items, now or fields.Datetime.now())
        return {
            item: quote
            for item, quote in zip(items, quotes, strict=True)
            if quote.status not in STANDING
        }

    @api.model
    def _lost(self, family, now=None):
        """Return what the cart says of days that were not kept, None if there are none.

        :return: dict of `lines` (`LostDays`), `count` (that are still possible) and
            `button` (its words)
        """
        quotes = self._lost_quotes(family, now)
        if not quotes:
            return None
        count = sum(quote.status == "available" for quote in quotes.values())
        return {
            "lines": self._lost_lines(family, quotes),
            "count": count,
            "button": self.env._("Put the day back in the cart")
            if count == 1
            else self.env._("Put the %s days back in the cart", count),
        }

    @api.model
    def _lost_lines(self, family, quotes):
        company = family.company_id
        children = self.env["espace.child"].sudo()
        products = self.env["product.product"].sudo()
        groups = {}
        for item, quote in sorted(
            quotes.items(),
            key=lambda pair: (pair[0].child_id, pair[0].product_id, pair[0].date),
        ):
            groups.setdefault((item.child_id, item.product_id), []).append(quote)
        lines = []
        for (child_id, product_id), found in groups.items():
            names = (
                children.browse(child_id).firstname,
                products.browse(product_id).name,
            )
            kept = [
                company._espace_format_day(quote.date, "EEE d MMM")
                for quote in found
                if quote.status == "available"
            ]
            refused = [
                (company._espace_day_words(quote.date), quote.reason)
                for quote in found
                if quote.status != "available"
            ]
            lines.append(LostDays(", ".join(names), ", ".join(kept), refused))
        return lines

    @api.model
    def _find_again(self, family, now=None):
        """Put back in the cart what was not kept and is still possible; name the rest.

        :return: (level of the message, the message)
        """
        lost_sudo = self._lost_sudo(family)
        items = list(self._lost_quotes(family, now))
        lost_sudo.offered_again = False
        if not items:
            return "warning", self.env._("These days are no longer offered again.")
        quotes = lost_sudo._add_to_cart(family, items, now)
        back = [quote for quote in quotes if quote.status == "in_cart"]
        refused = [q for q in quotes if q.status not in STANDING]
        words = self.env._(
            "Back in the cart, to be validated: %s.", self._bookings_words(len(back))
        )
        if not refused:
            return "success", words
        named = self.env._(
            "No longer possible: %s", self._refused_days(family, refused)
        )
        return "warning", f"{words} {named}" if back else named

    @api.model
    def _refused_days(self, family, quotes):
        """Name days with why each is refused."""
        return format_list(
            self.env,
            [
                f"{line.words}, {day} ({reason.rstrip('.')})"
                for line in self._lost_lines(family, {q.item: q for q in quotes})
                for day, reason in line.refused
            ],
        )

    @api.model
    def _let_go(self, family):
        """Offer these days no longer; return (level of the message, the message)."""
        self._lost_sudo(family).offered_again = False
        return "success", self.env._("These days are no longer offered again.")
