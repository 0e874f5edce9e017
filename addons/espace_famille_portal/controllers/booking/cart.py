from odoo.http import request, route

from ...models.app.espace_portal_app import PUSH_OFFER_KEY
from ...models.core.replica import of_replica
from ..core.base import EspacePortal, family_page

URL = "/my/panier"

# Ids of the bookings made by the last validation, for the page that confirms them.
BOOKED_KEY = "espace_booked"

# What was last taken out of the cart: see `_remembered` of the cart.
TAKEN_OUT_KEY = "espace_taken_out"


class EspaceCart(EspacePortal):
    """Panier: what was chosen, its price, and its validation."""

    @family_page(URL, readonly=True)
    def espace_cart(self, family_sudo, **_kwargs):
        return self._espace_render("cart", self._espace_cart_values(family_sudo))

    def _espace_cart_values(self, family_sudo):
        cart = request.env["espace.portal.cart"]
        return {
            "page_name": "espace_cart",
            "family": family_sudo,
            "cart": cart._read(family_sudo),
            "hold": family_sudo._portal_hold(),
            "lost": cart._lost(family_sudo),
            "may_book": family_sudo._portal_may_book(),
            "undoable": len(
                cart._undoable(family_sudo, request.session.get(TAKEN_OUT_KEY))
            ),
        }

    @family_page(f"{URL}/retirer", methods=["POST"])
    def espace_cart_remove(self, family_sudo, line=None, part=None, **_kwargs):
        """Take one line, all those of a child, or all lines out of the cart.

        For ten minutes they can be taken up again: see `espace_cart_take_up`.
        """
        cart = request.env["espace.portal.cart"]
        lines_sudo = cart._chosen(family_sudo, line)
        remembered = cart._remembered(family_sudo, lines_sudo)
        anchor = cart._anchor(lines_sudo)
        level = self._espace_change(
            family_sudo, lambda: cart._take_out(family_sudo, line)
        )
        if level == "success":
            request.session[TAKEN_OUT_KEY] = remembered
        return self._espace_cart_again(family_sudo, part, anchor)

    @family_page(f"{URL}/reprendre", methods=["POST"])
    def espace_cart_take_up(self, family_sudo, part=None, **_kwargs):
        """Put back in the cart what was just taken out of it."""
        cart = request.env["espace.portal.cart"]
        items = cart._undoable(family_sudo, request.session.pop(TAKEN_OUT_KEY, None))
        self._espace_change(family_sudo, lambda: cart._take_up(family_sudo, items))
        anchor = cart._anchor_of(items[0]) if len(items) == 1 else ""
        return self._espace_cart_again(family_sudo, part, anchor)

    @family_page(f"{URL}/retrouver", methods=["POST"])
    def espace_cart_find_again(self, family_sudo, **_kwargs):
        """Put back in the cart the days whose places were not kept."""
        cart = request.env["espace.portal.cart"]
        self._espace_change(family_sudo, lambda: cart._find_again(family_sudo))
        return request.redirect(URL)

    @family_page(f"{URL}/oublier", methods=["POST"])
    def espace_cart_let_go(self, family_sudo, **_kwargs):
        """Offer these days no longer."""
        cart = request.env["espace.portal.cart"]
        self._espace_change(family_sudo, lambda: cart._let_go(family_sudo))
        return request.redirect(URL)

    def _espace_cart_again(self, family_sudo, part, anchor):
        """Show the cart after a change: for a script, its inside alone."""
        if part != "1":
            return request.redirect(f"{URL}{anchor and '#' + anchor}")
        content = request.env["ir.qweb"]._render(
            "espace_famille_portal.cart_body",
            {
                **self._espace_cart_values(family_sudo),
                "message": self._espace_take_message(),
            },
        )
        response = request.make_response(content)
        response.headers["Cache-Control"] = "no-store"
        return response

    @family_page(f"{URL}/attendre", methods=["POST"])
    def espace_cart_wait(self, family_sudo, line=None, **_kwargs):
        """Put a line that is full on the waiting list."""
        cart = request.env["espace.portal.cart"]
        with cart._turn_to_wait(cart._chosen(family_sudo, line).session_id):
            self._espace_change(family_sudo, lambda: cart._wait(family_sudo, line))
        return request.redirect(URL)

    @family_page(f"{URL}/valider", methods=["POST"])
    def espace_cart_validate(self, family_sudo, **_kwargs):
        """Book what is in the cart; an empty cart changes nothing."""
        booked_sudo = request.env["espace.reservation"].sudo()

        def change():
            nonlocal booked_sudo
            family_sudo._portal_check_may_book()
            booked_sudo = request.env["espace.portal.cart"]._validate(family_sudo)
            return "", ""

        with request.env["espace.portal.cart"]._in_turn(family_sudo):
            level, message = self._espace_attempt(change)
        if level:
            self._espace_notify(level, message)
            return request.redirect(URL)
        if booked_sudo:
            request.session[BOOKED_KEY] = booked_sudo.ids
            if family_sudo._portal_guardian()._push_take_offer():
                request.session[PUSH_OFFER_KEY] = True
        if family_sudo._espace_payment_move():
            return request.redirect(f"{URL}/paiement")
        if booked_sudo or not request.env["espace.portal.cart"]._cart(family_sudo):
            return request.redirect(f"{URL}/confirmation")
        self._espace_notify(
            "danger",
            request.env._("Nothing could be booked: see why under each line."),
        )
        return request.redirect(URL)

    @route(
        f"{URL}/confirmation",
        type="http",
        auth="user",
        website=True,
        readonly=of_replica,
        methods=["GET"],
    )
    def espace_cart_confirmation(self, **_kwargs):
        """Say what the last validation booked, and what stays in the cart."""
        family_sudo = self._espace_family()
        booked_sudo = self._espace_booked(family_sudo)
        if not booked_sudo:
            return request.redirect(URL)
        return self._espace_render(
            "confirmation", self._espace_confirmation_values(family_sudo, booked_sudo)
        )

    def _espace_booked(self, family_sudo):
        """Return what this browser last booked for the family, maybe empty."""
        return (
            request.env["espace.reservation"]
            .sudo()
            .search(
                [
                    ("id", "in", request.session.get(BOOKED_KEY) or []),
                    ("family_id", "=", family_sudo.id),
                ]
            )
        )

    def _espace_confirmation_values(self, family_sudo, booked_sudo):
        cart = request.env["espace.portal.cart"]
        return {
            "page_name": "espace_cart",
            "family": family_sudo,
            **cart._booked(family_sudo, booked_sudo),
            "found_again": cart._lost(family_sudo),
            "cart": cart._read(family_sudo),
        }

    def _espace_change(self, family_sudo, change):
        """Run a change for those who may book, keep its message; return its level."""

        def checked():
            family_sudo._portal_check_may_book()
            return change()

        level, message = self._espace_attempt(checked)
        self._espace_notify(level, message)
        return level
