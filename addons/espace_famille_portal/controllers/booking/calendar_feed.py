from hashlib import sha256

from odoo import fields, http
from odoo.http import request, route

from ...models.booking.espace_calendar_feed import URL


class EspaceCalendarFeed(http.Controller):
    """The calendar that telephones read, under an address that only its owner knows."""

    @route(
        f"{URL}/<string:secret>.ics",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
        sitemap=False,
    )
    def espace_calendar_feed(self, secret, **_kwargs):
        """Return the bookings of a family; 404 for a wrong or revoked secret.

        The answer of 404 is returned, not raised: the try must be remembered.
        """
        now = fields.Datetime.now()
        limits = request.env["espace.rate.limit"]
        computer = request.httprequest.remote_addr or ""
        if not limits._allowed("calendar", computer, computer, now):
            return self._answer(b"", 429, [("Retry-After", "900")])
        feed_sudo = request.env["espace.calendar.feed"]._find(secret)
        if not feed_sudo:
            limits._note("calendar", computer, computer, now)
            return self._answer(b"", 404)
        lang = feed_sudo.guardian_id.lang or request.env.lang
        return self._calendar(feed_sudo.with_context(lang=lang)._calendar(now))

    def _calendar(self, content):
        response = self._answer(
            content,
            200,
            [
                ("Content-Type", "text/calendar; charset=utf-8"),
                ("Content-Disposition", 'inline; filename="espace-famille.ics"'),
            ],
        )
        response.set_etag(sha256(content).hexdigest()[:32])
        return response.make_conditional(request.httprequest.environ)

    def _answer(self, content, status, headers=()):
        return request.make_response(
            content,
            [
                *headers,
                # It is personal, and stale once a booking changes.
                ("Cache-Control", "private, no-cache"),
                ("X-Robots-Tag", "noindex"),
                ("Referrer-Policy", "no-referrer"),
            ],
            status=status,
        )
