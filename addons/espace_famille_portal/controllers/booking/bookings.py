from werkzeug.urls import url_encode

from odoo.exceptions import AccessError
from odoo.http import request, route

from ...domain import period
from ...models.booking import period_html
from ..core.base import EspacePortal, family_page

URL = "/my/reservations"


class EspaceBookings(EspacePortal):
    """Mes réservations, Vue Période."""

    # === Page === #

    @family_page(URL, readonly=True)
    def espace_bookings(self, family_sudo, **params):
        return self._espace_render(
            "bookings", self._espace_bookings_values(family_sudo, params)
        )

    def _espace_bookings_values(self, family_sudo, params):
        where = self._espace_where(family_sudo, params)
        grid = self._espace_page_grid(family_sudo, where, params)
        where["span"] = grid.span
        return {
            "page_name": "espace_bookings",
            "family": family_sudo,
            "children": family_sudo.child_ids,
            "grid": grid,
            "span_words": self._espace_period()._span_words(grid.span),
            "legend": self._espace_period()._legend(grid),
            "rules": self._espace_period()._rules(grid),
            "copies": self._espace_copies(where),
            "where": where,
            "url": lambda **changes: self._espace_bookings_url(where, **changes),
            "cart": grid.cart,
            "cart_count": grid.cart.count,
            "hold": family_sudo._portal_hold() if grid.held else None,
            "may_book": where["may_book"],
            "draw_column_button": period_html.column_button_html,
            "draw_day": self._espace_draw_day(grid, where["may_book"]),
        }

    def _espace_page_grid(self, family_sudo, where, params):
        """Return the grid of the days asked for, else of days that can be booked."""
        if params.get("date"):
            return self._espace_grid(family_sudo, where, where["span"])
        return self._espace_period()._opening_grid(
            family_sudo,
            where["children"],
            where["span"].view,
            past=where["past"],
            may_book=where["may_book"],
        )

    def _espace_grid(self, family_sudo, where, span):
        return self._espace_builder(family_sudo, where, span).grid()

    def _espace_builder(self, family_sudo, where, span):
        return self._espace_period()._builder(
            family_sudo,
            where["children"],
            span,
            past=where["past"],
            may_book=where["may_book"],
        )

    def _espace_draw_day(self, grid, may_book):
        """Return the function that draws a row of the grid as HTML."""
        buttons = self._espace_period()._row_buttons(grid) if may_book else {}
        today = request.env._("Today")
        return lambda row: period_html.day_html(row, buttons.get(row.date), today)

    def _espace_period(self):
        return request.env["espace.portal.period"]

    def _espace_where(self, family_sudo, params):
        """Read which days and children a request is about; nonsense is today, all."""
        today = family_sudo.company_id._espace_today()
        children_sudo = family_sudo.child_ids
        chosen_sudo = children_sudo.filtered(
            lambda child: str(child.id) == params.get("child")
        )
        return {
            "child": chosen_sudo,
            "children": chosen_sudo or children_sudo,
            "span": period.Span.around(
                period.read_view(params.get("view")),
                period.read_day(params.get("date"), today),
            ),
            "today": today,
            "past": params.get("past") == "1",
            "may_book": self._espace_guardians()._may_book(family_sudo),
            # A press counts for all the children, shown or not.
            "together": len(children_sudo) > 1 and params.get("together") == "1",
        }

    def _espace_copies(self, where):
        """Return the addresses that copy the span before here, and this week on."""
        span = where["span"]
        children = [("child", child.id) for child in where["children"]]
        here = [
            ("copy", span.view),
            ("source", span.previous),
            ("from", span.start),
            ("to", span.end),
            ("asked", 1),
            ("preview", 1),
        ]
        onward = [("copy", span.view), ("source", span.start)]
        return {
            "here": f"{URL}/agenda?{url_encode(here + children)}",
            "onward": f"{URL}/agenda?{url_encode(onward + children)}",
        }

    def _espace_bookings_url(self, where, anchor="", **changes):
        """Return the address of the page, with some of its parameters changed."""
        span = where["span"]
        day = span.start
        if span.start <= where["today"] <= span.end:
            # The other view opens by itself, where there is something to book.
            day = None if "view" in changes else where["today"]
        params = {
            "child": where["child"].id or "all",
            "view": span.view,
            **({"date": day} if day else {}),
            **({"past": "1"} if where["past"] else {}),
            **({"together": "1"} if where["together"] else {}),
            **changes,
        }
        return f"{URL}?{url_encode(params)}{anchor and '#' + anchor}"

    # === Changes === #

    @family_page(URL, methods=["POST"])
    def espace_bookings_change(self, family_sudo, do=None, **params):
        """Press a button of the grid without JavaScript, then come back to it."""
        where = self._espace_where(family_sudo, params)
        order = period.read_order(do)
        if order and order.action == "cancel" and params.get("sure") != "1":
            return self._espace_confirm(family_sudo, where, order)
        self._espace_notify(*self._espace_order(family_sudo, where, order))
        return request.redirect(
            self._espace_bookings_url(where, self._espace_anchor(order))
        )

    def _espace_order(self, family_sudo, where, order, facts=None):
        """Do what a button asks for and say what became of it.

        :param BookingFacts facts: of the day of the order, if they were read
        """

        def change():
            family_sudo._portal_check_may_book(where["may_book"])
            if not order:
                return "danger", request.env._("Nothing was changed: try again.")
            return self._espace_period()._press(
                family_sudo,
                order,
                where["span"],
                where["children"],
                where["together"],
                facts,
            )

        return self._espace_attempt(change)

    def _espace_anchor(self, order):
        if not order:
            return ""
        if order.day:
            return f"d_{order.day.isoformat()}"
        return "grid"

    def _espace_confirm(self, family_sudo, where, order):
        """Ask before a booking is cancelled."""
        words = self._espace_period()._words(family_sudo, order)
        return self._espace_render(
            "confirm_cancel",
            {
                "page_name": "espace_bookings",
                "family": family_sudo,
                "words": words,
                "order": str(order),
                "where": where,
                "back": self._espace_bookings_url(where, self._espace_anchor(order)),
            },
        )

    @route(f"{URL}/do", type="jsonrpc", auth="user", website=True)
    def espace_bookings_do(self, do=None, **params):
        """Press a button of the grid; return the cells to draw again.

        :return: dict of the message, the HTML of cells and column buttons by their
            key, and the cart bar
        """
        family_sudo = self._espace_family()
        if not family_sudo:
            raise AccessError(request.env._("You have no family account."))
        params = {key: str(value) for key, value in params.items()}
        where = self._espace_where(family_sudo, params)
        order = period.read_order(do)
        level, message, grid = self._espace_tap(family_sudo, where, order)
        return {
            "level": level,
            "message": message,
            "parts": self._espace_parts(grid, where, order),
            "bar": self._espace_part("cart_bar", {"cart": grid.cart}),
        }

    def _espace_tap(self, family_sudo, where, order):
        """Do what a button asks for; return (level, message, grid to draw again)."""
        # A tap changes nothing of the other days.
        day = order and order.day
        span = period.Span.of_day(day) if day else where["span"]
        if not order or where["together"] or order.action not in period.CART_ACTIONS:
            level, message = self._espace_order(family_sudo, where, order)
            return level, message, self._espace_grid(family_sudo, where, span)
        builder = self._espace_builder(family_sudo, where, span)
        level, message = self._espace_order(family_sudo, where, order, builder.facts)
        if level != "success":
            return level, message, self._espace_grid(family_sudo, where, span)
        builder.change_cart(order)
        return level, message, builder.grid()

    def _espace_parts(self, grid, where, order):
        """Return the HTML of what an order may have changed: its day, or its column."""
        if not order:
            return {}
        many = order.action in period.ROW_ACTIONS or where["together"]
        parts = {
            cell.key: period_html.cell_html(cell)
            for cell in grid.cells()
            if many or cell.child_id == order.child_id
        }
        parts |= {
            button.key: period_html.row_button_html(button)
            for button in self._espace_period()._row_buttons(grid).values()
        }
        if order.day:
            return parts
        return parts | {
            column.key: period_html.column_button_html(column)
            for column in grid.columns
        }

    def _espace_part(self, template, values):
        return request.env["ir.qweb"]._render(
            f"espace_famille_portal.{template}", values
        )
