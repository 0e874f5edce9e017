from decimal import Decimal

from odoo import api, fields, models
from odoo.tools.i18n import format_list

from odoo.addons.espace_famille.domain.booking import Item
from odoo.addons.espace_famille.models.booking.booking_turn import in_turn
from odoo.addons.espace_famille_billing.domain import net
from odoo.addons.espace_famille_billing.models.aid.aid_plan import AidPlan
from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal

from ...domain.period import Summary


def item_of(reservation):
    """Return what a reservation is for, as the gate is asked for it."""
    return Item(reservation.child_id.id, reservation.product_id.id, reservation.date)


class EspacePortalCart(models.AbstractModel):
    """The cart (panier) of a family: its lines, its total, and its validation."""

    _name = "espace.portal.cart"
    _description = "Portal: Cart"

    @api.model
    def _read(self, family, now=None):
        """Return the lines in the cart with what they cost and whether they hold.

        :return: dict for the page; prices are those of now, found on the server
        """
        now = now or fields.Datetime.now()
        cart_sudo = self._cart(family)
        quotes = self._quotes(family, cart_sudo, now)
        kept = [
            (reservation, quotes[item_of(reservation)])
            for reservation in cart_sudo
            if quotes[item_of(reservation)].status == "available"
        ]
        total = sum((quote.price or Decimal(0) for _r, quote in kept), Decimal(0))
        at_booking = [
            (reservation, quote)
            for reservation, quote in kept
            if reservation.activity_id.billing_mode == "booking"
            and reservation.activity_id.approval == "automatic"
        ]
        aided = self._paid_by_others(family, kept)
        by_deposits = [
            (r.activity_id._deposit_rule_on(r.date, now), r, quote)
            for r, quote in at_booking
        ]
        at_once = [(r, quote) for rule, r, quote in by_deposits if not rule]
        deposits = self._deposits(
            family.company_id,
            [
                (rule, r, (quote.price or Decimal(0)) - aided.get(r, 0))
                for rule, r, quote in by_deposits
                if rule
            ],
            now,
        )
        by_regie = self._by_regie(
            (r.activity_id, (quote.price or Decimal(0)) - aided.get(r, 0))
            for r, quote in at_once
        )
        by_others = sum(aided.values(), Decimal(0))
        now_due = sum(by_regie.values(), Decimal(0))
        regies_sudo = cart_sudo.union(*(r for r, _q in at_once)).activity_id.regie_id
        company = family.company_id
        of_family = (
            family._espace_net_once_paid()
            if company._espace_pays_online()
            else family._espace_net()
        )
        sums = self._sums_now(of_family, by_regie)
        offline = self._offline(family, of_family, by_regie)
        return {
            "groups": self._by_child(family, cart_sudo, quotes),
            "first_limit": self._first_limit_words(company, kept),
            "count": len(cart_sudo),
            "kept_count": len(kept),
            "refused": self._refused_words(len(cart_sudo) - len(kept)),
            "words": self._bookings_words(len(kept)),
            "total": company._espace_amount_words(total),
            "deducted": sums.deducted
            and company._espace_deduction_words(sums.deducted),
            **self._now_due(company, sums, offline),
            "offline": self._offline_words(company, offline),
            "regies": self._regies_words(company, regies_sudo),
            "aided": by_others and company._espace_deduction_words(by_others),
            "later": total - by_others - deposits["total"] != now_due
            and company._espace_amount_words(
                total - by_others - deposits["total"] - now_due
            ),
            "deposits": deposits["total"]
            and company._espace_amount_words(deposits["total"]),
            "deposit_lines": deposits["lines"],
            "credit": self._credit_words(company, of_family.left, sums.deducted),
        }

    @api.model
    def _paid_by_others(self, family, kept):
        """Return {line of the cart: euros} that third parties will pay of it."""
        plan = AidPlan(family.sudo().env, family)
        return plan.paid([(r, quote.price or Decimal(0)) for r, quote in kept])

    @api.model
    def _deposits(self, company, lines, now):
        """Return what of the cart is paid by deposits, and when, in words.

        As the invoices will be: one a régie and rule; credits lower them.

        :param lines: [(rule, reservation, euros)]
        :return: dict of the `total` and the `lines`
        """
        today, groups = company._espace_today(now), {}
        for rule, reservation, amount in lines:
            key = (reservation.activity_id.sudo().regie_id, rule)
            groups.setdefault(key, []).append((reservation.date, amount))
        words, total = [], Decimal(0)
        for (_regie, rule), own in groups.items():
            amount = sum((part for _day, part in own), Decimal(0))
            due = rule._due(min(day for day, _part in own))
            total += amount
            parts = rule._schedule(amount, today, due)
            pairs = parts or ([(due, amount)] if amount else [])
            words += [
                self.env._(
                    "%(amount)s by %(day)s",
                    amount=company._espace_amount_words(part),
                    day=company._espace_day_words(day, year=True),
                )
                for day, part in pairs
            ]
        return {"total": total, "lines": words}

    @api.model
    def _sums_now(self, of_family, by_regie):
        """Return the `net.Sums` of what is due at once, as invoicing it now would do.

        :param net.Net of_family: what the family owes and is owed
        :param dict by_regie: {key of a régie: euros} of what is due at once
        """
        amount = sum(by_regie.values(), Decimal(0))
        deducted = of_family.usable(by_regie.items())
        return net.Sums(amount, deducted, left=amount - deducted)

    @api.model
    def _offline(self, family, of_family, by_regie):
        """Return what of this no provider takes, as validating the cart finds it.

        :param net.Net of_family: what the family owes and is owed
        :param dict by_regie: {key of a régie: euros} of what is due at once
        :return: [(euros left to pay, the reason)]
        """
        found = []
        for key, amount in by_regie.items():
            left = amount - of_family.usable([(key, amount)])
            regie = self.env["espace.regie"].browse(
                [] if key == net.NO_REGIE else [key]
            )
            if reason := family._espace_why_offline(regie, left):
                found.append((left, reason))
        return found

    @api.model
    def _by_regie(self, prices):
        """Return {key of a régie: euros} of (activity, euros); see `net.meets`."""
        sums = {}
        for activity, price in prices:
            key = activity.sudo().regie_id.id or net.NO_REGIE
            sums[key] = sums.get(key, Decimal(0)) + price
        return sums

    # === Words === #

    @api.model
    def _bookings_words(self, count):
        if count == 1:
            return self.env._("1 booking")
        return self.env._("%s bookings", count)

    @api.model
    def _refused_words(self, count):
        if not count:
            return ""
        if count == 1:
            return self.env._("1 line can no longer be booked: see why.")
        return self.env._("%s lines can no longer be booked: see why.", count)

    @api.model
    def _offline_words(self, company, offline):
        """Say what goes on the family's account instead of being paid online."""
        return [
            self.env._(
                "%(amount)s cannot be paid online: %(reason)s It is invoiced at once "
                "and stays on your account: pay it with other invoices, or at the "
                "town hall.",
                amount=company._espace_amount_words(left),
                reason=reason,
            )
            for left, reason in offline
        ]

    @api.model
    def _now_due(self, company, sums, offline=()):
        """Return what is asked at once: its label and amount, and the button's words.

        Empty words where nothing is, or where what is said of it tells the amount.
        """
        found = {"now_label": "", "now_due": "", "button": self.env._("Validate")}
        to_pay = sums.left - sum((left for left, _reason in offline), Decimal(0))
        if not sums.total or (offline and to_pay <= 0):
            return found
        online = company._espace_pays_online()
        words = company._espace_amount_words(to_pay)
        found["now_due"] = words
        found["now_label"] = (
            self.env._("To pay now") if online else self.env._("Invoiced at once")
        )
        if to_pay > 0:
            found["button"] = (
                self.env._("Pay %s", words)
                if online
                else self.env._("Validate %s", words)
            )
        return found

    @api.model
    def _regies_words(self, company, regies_sudo):
        """Say that several payments follow, "" if one does."""
        if len(regies_sudo) < 2 or not company._espace_pays_online():
            return ""
        return self.env._(
            "These bookings are of several régies (%s), each with its own account: a "
            "payment for each follows, one after the other.",
            ", ".join(regies_sudo.mapped("name")),
        )

    @api.model
    def _credit_words(self, company, credit, deducted):
        """Say what becomes of the credit that this cart leaves, "" if none is left."""
        if credit == deducted:
            return ""
        words = company._espace_amount_words(credit - deducted)
        if deducted:
            return self.env._("%s of your credit will be left.", words)
        return self.env._(
            "Your credit of %s will be deducted from your next invoice.", words
        )

    @api.model
    def _invoiced_soon(self, booked_sudo):
        """Return {key of a régie: euros} that will be invoiced within minutes."""
        charges_sudo = booked_sudo.charge_ids.filtered(
            lambda charge: charge.at_once and charge.state == "to_invoice"
        )
        planned = charges_sudo._planned_aids()
        return self._by_regie(
            [
                *((c.activity_id, to_decimal(c.amount)) for c in charges_sudo),
                *((booking.activity_id, part) for booking, part in planned.items()),
            ]
        )

    @api.model
    def _charged_moves(self, booked_sudo):
        """Return the documents that ask for these bookings, as superuser."""
        charged_sudo = booked_sudo.charge_ids.filtered(lambda charge: charge.amount > 0)
        return charged_sudo.move_id.filtered(lambda move: move.state != "cancel")

    @api.model
    def _sums_of(self, family, booked_sudo):
        """Return the `net.Sums` of bookings just made: invoiced, or about to be."""
        soon = self._invoiced_soon(booked_sudo)
        moves_sudo = self._charged_moves(booked_sudo)
        return net.add_up(
            [self._sums_now(family._espace_net(), soon), moves_sudo._espace_sums()]
        )

    # === Summary and validation === #

    @api.model
    def _summary(self, family, now=None):
        """Return how many bookings wait in the cart and what they cost."""
        cart_sudo = self._cart(family)
        items = [item_of(reservation) for reservation in cart_sudo]
        return self._summarize(family, cart_sudo._quote(family, items, now))

    @api.model
    def _summarize(self, family, quotes):
        """Return the `Summary` of the quotes of a cart."""
        total = sum((quote.price or Decimal(0) for quote in quotes), Decimal(0))
        amount = family.company_id._espace_amount_words(total)
        words = f"{self._bookings_words(len(quotes))}, {amount}"
        return Summary(len(quotes), words)

    @api.model
    def _validate(self, family, now=None):
        """Book what is in the cart; what is not paid online is invoiced soon after.

        :return: the bookings made, as superuser; what could not be stays in the cart
        """
        now = now or fields.Datetime.now()
        cart_sudo = self._cart(family)
        items = [item_of(reservation) for reservation in cart_sudo]
        gate_sudo = self.env["espace.reservation"].sudo()
        quotes = gate_sudo._book(family, items, now) if items else []
        done = [q.reservation_id for q in quotes if q.status in ("booked", "pending")]
        booked_sudo = gate_sudo.browse(done)
        refused = [q for q in quotes if q.status not in ("booked", "pending")]
        self.env["espace.booking.notice"]._note(family, now, booked_sudo, (), refused)
        return booked_sudo

    @api.model
    def _wait(self, family, line, now=None):
        """Put a full line on the waiting list, with its brothers and sisters.

        :param str line: id of a reservation in the cart, as posted
        :return: (level of the message, the message)
        """
        cart_sudo = self._cart(family)
        chosen_sudo = cart_sudo.filtered(lambda r: str(r.id) == line)
        if not chosen_sudo:
            return "warning", self.env._("This line was no longer in the cart.")
        together_sudo = cart_sudo.filtered(
            lambda r: r.session_id == chosen_sudo.session_id
        )
        items = [item_of(reservation) for reservation in together_sudo]
        quotes = together_sudo._join_waiting(family, items, now)
        waiting = [quote for quote in quotes if quote.status == "waiting"]
        if waiting:
            return "success", self._joined_words(together_sudo, waiting)
        if any(quote.status == "available" for quote in quotes):
            return "success", self.env._(
                "A place has just become free: validate your cart to take it."
            )
        return "danger", quotes[0].reason

    @api.model
    def _joined_words(self, reservations, quotes):
        names = reservations.child_id.mapped("firstname")
        return self.env._(
            "%(children)s: on the waiting list, rank %(rank)s. If a place frees, it is "
            "given to you and we write to you.",
            children=format_list(self.env, names),
            rank=min(quote.rank for quote in quotes),
        )

    @api.model
    def _in_turn(self, family):
        """Let families that want the same places validate one after the other.

        Nobody waits for a session that is full already.
        """
        sessions = self._cart(family).session_id
        return in_turn(
            self.env,
            sessions.filtered(lambda s: s.free_count > 0 or not s.seats_limited),
        )

    @api.model
    def _turn_to_wait(self, sessions):
        """Let families that join the waiting list of these sessions do so in turn.

        So nobody is asked to try again, and a rank that is told is kept.
        """
        return in_turn(
            self.env,
            sessions.filtered(
                lambda s: s.activity_id.waiting_list and not s.free_count
            ),
        )

    # === Afterwards === #

    @api.model
    def _booked(self, family, booked_sudo):
        """Return what the page shows of bookings just made, as a dict."""
        company = family.company_id
        labels = dict(booked_sudo._fields["state"]._description_selection(self.env))
        groups = [
            (
                child.firstname,
                [
                    {
                        "id": reservation.id,
                        "option": reservation.product_id.name,
                        "day": company._espace_day_words(reservation.date),
                        "state": reservation.state,
                        "label": labels[reservation.state],
                        "price": family._price_words(reservation),
                    }
                    for reservation in lines
                ],
            )
            for child, lines in booked_sudo.grouped("child_id").items()
        ]
        states = set(booked_sudo.mapped("state"))
        moves_sudo = self._charged_moves(booked_sudo)
        hold = family._portal_hold()
        if hold and hold["move"] not in moves_sudo:
            # What waits is another cart: it says nothing about this one.
            hold = None
        return {
            "groups": groups,
            "count": len(booked_sudo),
            "waiting_payment": "pending_payment" in states,
            "lost": states <= {"cancelled", "refused"},
            "invoices": moves_sudo.filtered(lambda move: move.state == "posted"),
            "invoiced_soon": bool(self._invoiced_soon(booked_sudo)),
            "sums": family._portal_sums(self._sums_of(family, booked_sudo)),
            "hold": hold,
            "others": family._portal_other_holds(moves_sudo),
        }

    @api.model
    def _paid_lines(self, move):
        """Return [(label, amount in words)] of the invoice that waits for payment.

        The last one is what of the family's credit is deducted, if it has one.
        """
        company = move.company_id
        lines = [
            (
                line.espace_words or line.name,
                company._espace_amount_words(line.price_total),
            )
            for line in move.invoice_line_ids
            if line.display_type == "product"
        ]
        if deducted := move._espace_sums().deducted:
            words = company._espace_deduction_words(deducted)
            lines.append((self.env._("Credit deducted"), words))
        return lines

    # === Tools === #

    @api.model
    def _cart(self, family):
        return self.env["espace.reservation"].sudo()._cart(family)

    @api.model
    def _quotes(self, family, cart_sudo, now):
        """Return {item: quote} of the cart as if it were validated at `now`."""
        quotes = cart_sudo._quote_cart(
            family, [item_of(reservation) for reservation in cart_sudo], now
        )
        return {quote.item: quote for quote in quotes}
