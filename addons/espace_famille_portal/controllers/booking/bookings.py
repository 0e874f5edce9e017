from werkzeug.urls import url_encode

from odoo.exceptions import AccessError
from odoo.http import request, route

from odoo.addons.espace_famille.domain.booking import Item

from ...domain import period
from ...domain.sent import read_day, read_id, read_ids
from ...models.booking import period_html
from ..core.base import EspacePortal, family_page

URL = "/my/reservations"

# The child that a parent last chose to see on a phone, or all of them.
SHOWN_KEY = "espace_shown"

# As many cells as a thumb presses in the time of one answer, and more.
MOST_ORDERS = 62


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
            "printed_on": family_sudo.company_id._espace_date_words(where["today"]),
            "copies": self._espace_copies(where),
            "kids": self._espace_period()._kids(family_sudo.child_ids),
            "mixed": ",".join(
                str(column.product_id)
                for column in grid.heads
                if not column.price and column.child_id == grid.heads[0].child_id
            ),
            "where": where,
            "url": lambda **changes: self._espace_bookings_url(where, **changes),
            "cart": grid.cart,
            "cart_count": grid.cart.count,
            "hold": self._espace_hold(family_sudo, grid),
            "may_book": where["may_book"],
            "draw_column_button": period_html.column_button_html,
            "draw_day": self._espace_draw_day(family_sudo, grid, where["may_book"]),
        }

    def _espace_hold(self, family_sudo, grid):
        """Return what waits for a payment, of what the grid has read; None: nothing."""
        held_sudo = request.env["espace.reservation"].sudo().browse(grid.held)
        return family_sudo._portal_hold(held_sudo) if held_sudo else None

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
            shown=where["shown"],
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
            # Cells of a day take their place in the columns of their page.
            layout=where["span"] if span.view == "day" else None,
            mixed=where["mixed"],
            shown=where["shown"],
        )

    def _espace_draw_day(self, family_sudo, grid, may_book):
        """Return the function that draws a row of the grid as HTML."""
        buttons = self._espace_period()._row_buttons(grid) if may_book else {}
        today = request.env._("Today")
        kids = grid.stacked and self._espace_period()._kids(family_sudo.child_ids)
        return lambda row: period_html.day_html(row, buttons.get(row.date), today, kids)

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
            "mixed": read_ids(str(params.get("mixed") or "").split(","), 50),
            "shown": self._espace_shown(
                children_sudo, params.get("show") or str(chosen_sudo.id or "")
            ),
            # A press counts for all the children, shown or not.
            "together": len(children_sudo) > 1 and params.get("together") == "1",
        }

    def _espace_shown(self, children_sudo, asked):
        """Return the id of the child that a phone shows, or `period.ALL_CHILDREN`.

        What was chosen is remembered; another browser begins with the first child.
        """
        for choice in (asked, request.session.get(SHOWN_KEY)):
            found = read_id(choice) if choice != period.ALL_CHILDREN else choice
            if found == period.ALL_CHILDREN or found in children_sudo.ids:
                if choice == asked and str(request.session.get(SHOWN_KEY)) != asked:
                    request.session[SHOWN_KEY] = str(found)
                return found
        return children_sudo[:1].id

    def _espace_copies(self, where):
        """Return the addresses that copy the span before here, and this week on."""
        span = where["span"]
        before = period.Span.around(span.view, span.previous)
        onward = [("copy", span.view), ("source", span.start)]
        onward += [("child", child.id) for child in where["children"]]
        return {
            "here": request.env["espace.portal.agenda"]._copy_url(
                where["children"], before, span
            ),
            "onward": f"{URL}/agenda?{url_encode(onward)}",
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
        orders = self._espace_orders(do)
        first = orders[0]
        if first and first.action == "cancel" and params.get("sure") != "1":
            return self._espace_sheet(family_sudo, where, Item(*first[1:]))
        period_model = self._espace_period()
        before = period_model._held(family_sudo, where["span"])
        answers = [self._espace_order(family_sudo, where, order) for order in orders]
        undo = period_model._undoing(
            before, period_model._held(family_sudo, where["span"])
        )
        # What takes back is not taken back again: the cells are there.
        takes_back = params.get("undo") == "1"
        cart = request.env["espace.portal.cart"]._summary(family_sudo)
        self._espace_notify(
            *self._espace_said(answers, cart),
            undo=None if takes_back else self._espace_undo(where, undo),
        )
        return request.redirect(
            self._espace_bookings_url(where, self._espace_anchor(first))
        )

    def _espace_orders(self, do):
        """Read one order, or several with commas between them; None for nonsense."""
        return [
            period.read_order(one) for one in str(do or "").split(",")[:MOST_ORDERS]
        ]

    def _espace_undo(self, where, orders):
        """Return the form that takes a press back without scripts, None for nothing.

        :param orders: of `_undoing`
        """
        if not 0 < len(orders) <= MOST_ORDERS:
            return None
        return {
            "restores": all(one.action in ("add", "rebook") for one in orders),
            "fields": {
                "do": ",".join(map(str, orders)),
                "child": str(where["child"].id or "all"),
                "view": where["span"].view,
                "date": where["span"].start.isoformat(),
                "past": "1" if where["past"] else "",
                "sure": "1",
                "undo": "1",
            },
        }

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

        with self._espace_turn(order):
            return self._espace_attempt(change)

    def _espace_turn(self, order):
        """Take the turn of those who join a waiting list, if that is what is asked."""
        sessions_sudo = request.env["espace.session"].sudo()
        if order and order.action == "wait" and order.day:
            product_sudo = request.env["product.product"].sudo()
            product_sudo = product_sudo.browse(order.product_id).exists()
            sessions_sudo = sessions_sudo.search(
                [
                    ("activity_id", "=", product_sudo.espace_activity_id.id),
                    ("date", "=", order.day),
                ]
            )
        return request.env["espace.portal.cart"]._turn_to_wait(sessions_sudo)

    def _espace_anchor(self, order):
        if not order:
            return ""
        if order.day:
            return f"d_{order.day.isoformat()}"
        return "grid"

    @family_page(f"{URL}/historique", readonly=True)
    def espace_bookings_history(self, family_sudo, **_params):
        """Say who of the household booked or cancelled what."""
        return self._espace_render(
            "bookings_history",
            {
                "page_name": "espace_bookings",
                "family": family_sudo,
                "history": request.env["espace.portal.history"]._recent(family_sudo),
            },
        )

    # === A booked day === #

    @family_page(f"{URL}/jour", readonly=True)
    def espace_bookings_day(self, family_sudo, **params):
        """Show a booked day of a child, and what may be done about it."""
        where = self._espace_where(family_sudo, params)
        day = read_day(params.get("date"))
        item = Item(read_id(params.get("child")), read_id(params.get("product")), day)
        return self._espace_sheet(
            family_sudo, where, item, alone=params.get("part") == "1"
        )

    def _espace_sheet(self, family_sudo, where, item, alone=False):
        """Render what there is to know and do about a booked day.

        :param bool alone: without the page around it, for a script
        """
        sheet = all(item) and request.env["espace.portal.day"]._read(
            family_sudo, item, where["may_book"]
        )
        if not sheet:
            self._espace_notify(
                "warning", request.env._("Nothing is booked on that day any more.")
            )
            return request.redirect(self._espace_bookings_url(where))
        anchor = f"d_{item.date.isoformat()}"
        values = {
            "page_name": "espace_bookings",
            "family": family_sudo,
            "sheet": sheet,
            "where": where,
            "back": self._espace_bookings_url(where, anchor),
        }
        if alone:
            response = request.make_response(
                self._espace_part("day_sheet_body", values)
            )
            response.headers["Cache-Control"] = "no-store"
            return response
        return self._espace_render("day_sheet", values)

    @route(f"{URL}/do", type="jsonrpc", auth="user", website=True)
    def espace_bookings_do(self, do=None, **params):
        """Press buttons of the grid; return the cells to draw again.

        :param str do: one order, or several with commas between them
        :return: dict of the message, the HTML of cells and column buttons by their
            key, the cart bar, and the orders that take all back
        """
        family_sudo = self._espace_family()
        if not family_sudo:
            raise AccessError(request.env._("You have no family account."))
        params = {key: str(value) for key, value in params.items()}
        where = self._espace_where(family_sudo, params)
        period_model = self._espace_period()
        before = period_model._held(family_sudo, where["span"])
        answers, parts = [], {}
        for order in self._espace_orders(do):
            level, message, grid = self._espace_tap(family_sudo, where, order)
            answers.append((level, message))
            parts |= self._espace_parts(grid, where, order)
        level, message = self._espace_said(answers, grid.cart)
        undo = period_model._undoing(
            before, period_model._held(family_sudo, where["span"])
        )
        return {
            "level": level,
            "message": message,
            "parts": parts,
            "bar": self._espace_part("cart_bar", {"cart": grid.cart}),
            "undo": [str(order) for order in undo],
        }

    def _espace_said(self, answers, cart):
        """Return one (level, message) of many: what was refused, else the sum."""
        if len(answers) == 1:
            return answers[0]
        refused = [one for one in answers if one[0] != "success"]
        if refused:
            messages = dict.fromkeys(message for _level, message in refused)
            return refused[0][0], " ".join(messages)
        return "success", request.env._(
            "%(count)s choices saved. Cart: %(cart)s.",
            count=len(answers),
            cart=cart.words,
        )

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
