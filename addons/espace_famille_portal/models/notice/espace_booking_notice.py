import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo import api, fields, models

from odoo.addons.espace_famille.domain.booking import ENDED_STATES, SEAT_STATES
from odoo.addons.espace_famille.models.core.batch import one_by_one
from odoo.addons.espace_famille_billing.models.core.amounts import to_decimal

from ...domain.reminders import is_settled
from ..booking.espace_portal_cart import item_of

_logger = logging.getLogger(__name__)

# Bookings that a family knows of; giving up a payment is answered at the screen.
KNOWN_STATES = ("confirmed", "pending_approval", "waiting")


@dataclass(slots=True)
class Change:
    """What became of the bookings of one family: records, and refusals as noted."""

    booked: models.Model
    unpaid: models.Model
    waiting: models.Model
    cancelled: models.Model
    refused: list

    @property
    def is_worth_a_mail(self):
        """Return whether there is more than refusals, which the page showed."""
        return bool(self.booked | self.unpaid | self.waiting | self.cancelled)


class EspaceBookingNotice(models.Model):
    """A parent changed bookings on the portal: it is notified soon, in one e-mail.

    A validation or a cancellation leaves one line here, which takes no time while
    others wait for the same places. A scheduled action gathers the lines of a family
    once it has been quiet for two minutes: who cancels twenty days one by one gets one
    e-mail, and the invoice of a validated cart, made a minute later, is in it.
    """

    _name = "espace.booking.notice"
    _description = "Bookings to Notify"
    _order = "at, id"
    _log_access = False

    family_id = fields.Many2one(
        "espace.family", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="family_id.company_id", store=True)
    at = fields.Datetime(required=True)
    booked = fields.Json(help="Identifiers of the bookings made.")
    cancelled = fields.Json(help="Identifiers of the bookings cancelled.")
    refused = fields.Json(help="What could not be booked: item and reason.")
    reminded = fields.Boolean(help="The family knows that a payment is missing.")

    # === What happened === #

    @api.model
    def _note(self, family, now, booked=(), cancelled=(), refused=()):
        """Remember what a family changed.

        :param booked: reservations booked, or put on the waiting list
        :param cancelled: reservations cancelled
        :param refused: list of `Quote` of what could not be booked
        """
        if not (booked or cancelled or refused):
            return
        self.sudo().create(
            {
                "family_id": family.id,
                "at": now,
                "booked": [record.id for record in booked],
                "cancelled": [record.id for record in cancelled],
                "refused": [
                    [q.child_id, q.product_id, q.date.isoformat(), q.reason]
                    for q in refused
                ],
            }
        )

    # === Notifying === #

    @api.model
    def _cron_notify(self, now=None):
        """Write to the families whose changes are settled, one by one."""
        now = now or fields.Datetime.now()
        waiting = self.search([("at", "<=", now)]).grouped("family_id")
        one_by_one(
            self.env,
            waiting,
            lambda family: waiting[family]._notify(family, now),
            _logger,
            "%s was not notified of its changes",
        )

    def _notify(self, family, now):
        """Notify one family of what it changed, unless it may still go on.

        Places whose payment is missing are in the first e-mail, after a while; then
        in another one when they are paid.
        """
        asked = self.filtered("reminded")
        fresh = self - asked
        unpaid = self._reservations("booked").filtered(
            lambda r: r.state == "pending_payment"
        )
        paid = asked.filtered(
            lambda notice: not notice._reservations("booked") & unpaid
        )
        due = is_settled(
            fresh.mapped("at"), now, bool(fresh._reservations("booked") & unpaid)
        )
        settled = paid | (fresh if due else fresh.browse())
        if not settled:
            return
        change = settled._change()
        if change.is_worth_a_mail:
            family._mail_change(change)
        settled._forget(change)

    def _forget(self, change):
        """Delete what the family was notified of; keep what waits for its payment."""
        if change.unpaid:
            self[-1].write(
                {
                    "booked": change.unpaid.ids,
                    "cancelled": [],
                    "refused": [],
                    "reminded": True,
                }
            )
            self[:-1].unlink()
        else:
            self.unlink()

    # === What became of it === #

    def _reservations(self, name):
        """Return the reservations of these notices that still exist."""
        ids = {one for notice in self for one in notice[name] or []}
        return self.env["espace.reservation"].browse(sorted(ids)).exists()

    def _change(self):
        """Return the `Change` that these notices of one family amount to.

        What was booked and cancelled again meanwhile is not mentioned, nor what was
        cancelled and stands again.
        """
        booked = self._reservations("booked").sorted(self._order_of_lines)
        cancelled = self._reservations("cancelled").sorted(self._order_of_lines)
        return Change(
            booked=booked.filtered(
                lambda r: r.state in ("confirmed", "pending_approval")
            ),
            unpaid=booked.filtered(lambda r: r.state == "pending_payment"),
            waiting=booked.filtered(lambda r: r.state == "waiting"),
            cancelled=self._still_cancelled(cancelled - booked),
            refused=self._still_refused(),
        )

    @api.model
    def _still_cancelled(self, cancelled):
        """Leave out what was booked again since: same child, option and day."""
        ended = cancelled.filtered(lambda r: r.state in ENDED_STATES)
        again = {
            item_of(r)
            for r in self.env["espace.reservation"].search(
                [
                    ("child_id", "in", ended.child_id.ids),
                    ("date", "in", ended.mapped("date")),
                    ("state", "in", SEAT_STATES),
                ]
            )
        }
        return ended.filtered(lambda r: item_of(r) not in again)

    @api.model
    def _order_of_lines(self, reservation):
        return reservation.date, reservation.product_id.espace_time_from

    def _still_refused(self):
        """Return [(child, product, date, reason)] of what is not booked since."""
        reasons = {
            (child, product, date.fromisoformat(day)): reason
            for notice in self
            for child, product, day, reason in notice.refused or []
        }
        if not reasons:
            return []
        booked = {
            item_of(r)
            for r in self.env["espace.reservation"].search(
                [
                    ("child_id", "in", [child for child, _product, _day in reasons]),
                    ("date", "in", [day for _child, _product, day in reasons]),
                    ("state", "in", [*SEAT_STATES, "waiting"]),
                ]
            )
        }
        children = self.env["espace.child"]
        products = self.env["product.product"]
        return [
            (children.browse(child), products.browse(product), day, reason)
            for (child, product, day), reason in sorted(
                reasons.items(), key=lambda pair: pair[0][2]
            )
            if (child, product, day) not in booked
        ]


class EspaceReservation(models.Model):
    """What a family changes itself is confirmed to it by e-mail."""

    _inherit = "espace.reservation"

    def _cancel(self, now=None, staff=False, reason=None, promote=True):
        now = now or fields.Datetime.now()
        known = self.filtered(lambda line: line.state in KNOWN_STATES)
        cancelled = super()._cancel(now, staff, reason, promote)
        for family, lines in known.grouped("family_id").items():
            if not staff and family._is_a_guardian(self.env.user):
                self.env["espace.booking.notice"]._note(family, now, cancelled=lines)
        return cancelled

    @api.model
    def _join_waiting(self, family, items, now=None, staff=False):
        quotes = super()._join_waiting(family, items, now, staff)
        now = now or fields.Datetime.now()
        if not staff and family._is_a_guardian(self.env.user):
            waiting = self.browse(
                quote.reservation_id for quote in quotes if quote.status == "waiting"
            )
            self.env["espace.booking.notice"]._note(family, now, booked=waiting)
        return quotes


class EspaceFamily(models.Model):
    _inherit = "espace.family"

    def _mail_change(self, change):
        """Send the guardians who book what became of their bookings."""
        self.ensure_one()
        family = self._in_own_words()
        family._mail_template(
            "mail_template_change", family._change_words(change), family._who_books()
        )

    def _is_a_guardian(self, user):
        """Tell whether a user is one of the guardians: these get e-mails."""
        return user.partner_id in self.sudo().guardian_ids.person_id

    def _in_own_words(self):
        """Return the family in its language and commune."""
        return self.with_context(lang=self.lang).with_company(self.company_id)

    def _who_books(self):
        return self.guardian_ids.filtered(lambda one: one.may_book and one.email)

    def _mail_template(self, name, values, guardians, headers=None):
        """Queue an e-mail to each of these guardians; the family keeps its text.

        :param dict values: what the template shows, as `ctx['words']`
        """
        if not guardians:
            return
        email_values = {
            "recipient_ids": [(4, one.id) for one in guardians.partner_id],
            # The message stays with the family, to be read again by staff.
            "is_notification": True,
            **({"headers": repr(headers)} if headers else {}),
        }
        mail_id = self.env["mail.template"]._espace_make(
            f"espace_famille_portal.{name}",
            lambda template: template.with_context(words=values).send_mail(
                self.id, email_values=email_values
            ),
            self,
        )
        if mail_id:
            self._note_recipients(self.env["mail.mail"].sudo().browse(mail_id))

    def _note_recipients(self, mail_sudo):
        """Have the family's file say who was written to, and whether it arrived."""
        [values] = mail_sudo._get_notification_values()
        self.env["mail.notification"].sudo().create(
            [
                {**values, "res_partner_id": partner.id}
                for partner in mail_sudo.recipient_ids
            ]
        )

    # === Words === #

    def _change_words(self, change):
        """Return what the e-mail shows of a `Change`, in the language of `self`."""
        change = self._translated(change)
        return {
            "title": self._change_title(change),
            "booked": self._lines_by_child(change.booked, self._booked_words),
            "unpaid": self._lines_by_child(change.unpaid, self._price_words),
            "unpaid_title": self._unpaid_words(change.unpaid),
            "waiting": self._lines_by_child(change.waiting, self._rank_words),
            "cancelled": self._lines_by_child(change.cancelled, lambda line: ""),
            "credit": self._change_credit_words(change.cancelled),
            "refused": self._refused_by_child(change.refused),
            "money": self._money_words(change.booked),
            "invoices": self._change_invoices(change.booked),
            "credit_notes": self._change_credit_notes(change),
        }

    def _translated(self, change):
        return Change(
            *(
                getattr(change, name).with_env(self.env)
                for name in ("booked", "unpaid", "waiting", "cancelled")
            ),
            refused=[
                (child.with_env(self.env), product.with_env(self.env), day, reason)
                for child, product, day, reason in change.refused
            ],
        )

    def _change_title(self, change):
        if change.unpaid:
            return self.env._("A payment to finish for your bookings")
        if change.booked:
            return self.env._("Your bookings are validated")
        if change.waiting:
            return self.env._("You are on the waiting list")
        return self.env._("Your cancellation is done")

    def _lines_by_child(self, reservations, note):
        """Return [(child's first name, [(day, option, note)])]."""
        company = self.company_id
        return [
            (
                child.firstname,
                [
                    (
                        company._espace_day_words(line.date),
                        line.product_id.name,
                        note(line),
                    )
                    for line in lines
                ],
            )
            for child, lines in reservations.grouped("child_id").items()
        ]

    def _refused_by_child(self, refused):
        """Return [(child's first name, [(day, option, reason)])]."""
        company = self.company_id
        groups = defaultdict(list)
        for child, product, day, reason in refused:
            line = (company._espace_day_words(day), product.name, reason)
            groups[child.firstname].append(line)
        return list(groups.items())

    def _price_words(self, line):
        return self.company_id._espace_amount_words(self._price_of(line))

    def _price_of(self, line):
        """Return what a booking costs, in euros: what was charged, else its price."""
        charged = line.charge_ids
        return line.charged_amount if charged else line.espace_price

    def _booked_words(self, line):
        words = self._price_words(line)
        if line.state == "pending_approval":
            return self.env._("%s, waits for approval", words)
        return words

    def _rank_words(self, line):
        return self.env._("rank %s", line.waiting_rank)

    def _unpaid_words(self, unpaid):
        """Say until when unpaid places are kept, and what their payment asks."""
        limits = [line.hold_until for line in unpaid if line.hold_until]
        if not limits:
            return ""
        company = self.company_id
        sums = self.env["espace.portal.cart"]._sums_of(self, unpaid.sudo())
        kept = self.env._(
            "Your places are kept until %s.",
            company._espace_limit_words(min(limits)),
        )
        if sums.deducted:
            asked = self.env._(
                "To pay: %(left)s (credit deducted: %(deducted)s).",
                left=company._espace_amount_words(sums.left),
                deducted=company._espace_deduction_words(sums.deducted),
            )
        else:
            asked = self.env._("To pay: %s.", company._espace_amount_words(sums.left))
        return f"{kept} {asked}"

    def _change_credit_words(self, cancelled):
        """Say what was charged and is given back, "" if nothing is."""
        # What a third party paid of it goes back to that one.
        amount = -sum(
            to_decimal(charge.amount)
            for charge in cancelled.charge_ids
            if (charge.amount < 0) != bool(charge.aid_id)
        )
        if not amount:
            return ""
        return self.env._(
            "%s had been charged: it is deducted from what you owe, or from your "
            "next invoice.",
            self.company_id._espace_amount_words(amount),
        )

    def _money_words(self, booked):
        """Return [(label, amount)] of what is deducted, paid, to pay, and due later.

        The sums of the bookings' invoices are those of the payment and of its page.
        """
        company = self.company_id
        cart = self.env["espace.portal.cart"]
        sums = cart._sums_of(self, booked.sudo())
        later = sum(
            (
                to_decimal(self._price_of(line))
                for line in booked
                if not (line.charge_ids.move_id or line.charge_ids.filtered("at_once"))
            ),
            Decimal(0),
        )
        lines = []
        if aided := booked._espace_aided():
            less = company._espace_deduction_words(aided)
            lines.append((self.env._("Paid by a third party"), less))
        if sums.deducted:
            less = company._espace_deduction_words(sums.deducted)
            lines.append((self.env._("Credit deducted"), less))
        for label, amount in (
            (self.env._("Paid"), sums.paid),
            (self.env._("To pay now"), sums.left),
            (self.env._("Invoiced later"), later),
        ):
            if amount:
                lines.append((label, company._espace_amount_words(amount)))
        return lines

    def _change_invoices(self, booked):
        """Return [(number, address of its page)] of the invoices of new bookings."""
        return self._move_links(
            self.env["espace.portal.cart"]._charged_moves(booked.sudo())
        )

    def _change_credit_notes(self, change):
        """Return [(number, address)] of what gives back something of a `Change`."""
        changed_sudo = (change.booked | change.cancelled).sudo()
        given_back_sudo = changed_sudo.charge_ids.filtered(
            lambda c: c.amount < 0 and not c.aid_id
        )
        return self._move_links(given_back_sudo.move_id)

    def _move_links(self, moves_sudo):
        posted_sudo = moves_sudo.filtered(lambda move: move.state == "posted")
        return [
            (move.name, f"{self.get_base_url()}/my/factures/{move.id}")
            for move in posted_sudo.sorted("id")
        ]
