from datetime import timedelta
from secrets import token_urlsafe

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import hmac

from ...domain import agenda_feed

URL = "/espace-famille/agenda"
BEFORE = timedelta(days=30)
AFTER = timedelta(days=180)
# What a family of many children books within these days, and more.
MOST_EVENTS = 5000
SHOWN_STATES = ("pending_payment", "pending_approval", "confirmed")


class EspaceCalendarFeed(models.Model):
    """The address under which a guardian's calendar reads the family's bookings.

    Whoever has the address reads the calendar: it is long, shown once, and only its
    seal is stored. A new one ends the one before.
    """

    _name = "espace.calendar.feed"
    _description = "Calendar Feed"
    _rec_name = "guardian_id"

    guardian_id = fields.Many2one(
        "espace.guardian", required=True, readonly=True, ondelete="cascade"
    )
    family_id = fields.Many2one(related="guardian_id.family_id", store=True, index=True)
    company_id = fields.Many2one(related="guardian_id.company_id", store=True)
    seal = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)

    _one_a_guardian = models.UniqueIndex(
        "(guardian_id)", "This guardian has a calendar address already."
    )
    _seal_unique = models.UniqueIndex("(seal)")

    # === The secret === #

    @api.model
    def _issue(self, guardian):
        """Give a guardian a new address; the one before ends.

        :return: the secret, which nothing but the page shown now will hold
        """
        secret = token_urlsafe(32)
        self._revoke(guardian)
        self.sudo().create({"guardian_id": guardian.id, "seal": self._seal(secret)})
        return secret

    @api.model
    def _revoke(self, guardian):
        self._of(guardian).unlink()

    @api.model
    def _of(self, guardian):
        """Return the feeds of guardians, as superuser."""
        return self.sudo().search([("guardian_id", "in", guardian.ids)])

    @api.model
    def _find(self, secret):
        """Return the feed of a secret as superuser, maybe empty."""
        feed_sudo = self.sudo().search([("seal", "=", self._seal(secret))], limit=1)
        return feed_sudo.filtered(lambda one: one.family_id.active)

    @api.model
    def _seal(self, secret):
        return hmac(self.env(su=True), "espace.calendar.feed", str(secret))

    # === The calendar === #

    def _calendar(self, now):
        """Return the bookings around `now` (naive UTC) as an iCalendar, in bytes."""
        self.ensure_one()
        company = self.company_id
        events = [self._event(one) for one in self._reservations(now)]
        today = company._espace_today(now)
        return agenda_feed.write(company.name, company.espace_tz, events, today)

    def _reservations(self, now):
        today = self.company_id._espace_today(now)
        return (
            self.env["espace.reservation"]
            .sudo()
            .search(
                Domain("family_id", "=", self.family_id.id)
                & Domain("state", "in", SHOWN_STATES)
                & Domain("date", ">=", today - BEFORE)
                & Domain("date", "<=", today + AFTER),
                limit=MOST_EVENTS,
            )
        )

    def _event(self, reservation):
        product, child = reservation.product_id, reservation.child_id
        pending = reservation.state != "confirmed"
        # What an event says of the service and of the school changes with them.
        told = (
            reservation,
            product,
            product.product_tmpl_id,
            reservation.activity_id,
            child,
            child.school_id,
        )
        return agenda_feed.Event(
            uid=f"booking-{reservation.id}@{self._host()}",
            changed=max(one.write_date for one in told if one),
            day=reservation.date,
            start=product.espace_time_from,
            end=product.espace_time_to,
            title=f"{child.firstname} – {reservation.activity_id.name}",
            words=product.name if product.name != reservation.activity_id.name else "",
            place=child.school_id.name or "",
            tentative=pending,
        )

    def _host(self):
        """Return what makes the identifiers of events unique in the world."""
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return uuid or "espace-famille"
