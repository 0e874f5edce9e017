from datetime import timedelta

from odoo import api, fields, models
from odoo.http import request

from odoo.addons.espace_famille.domain.booking import SEAT_STATES

from .espace_guardian_push import KINDS
from .mail_push_device import DEVICE_KEY

SHOWN_DAYS = 7
# Of the session: the page offers to tell this device things, after a first booking.
PUSH_OFFER_KEY = "espace_push_offer"


class EspacePortalApp(models.AbstractModel):
    """What a device keeps of the portal, to be read without network."""

    _name = "espace.portal.app"
    _description = "Portal: Installed on a Device"

    @api.model
    def _week(self, family, now=None):
        """Return the booked days of a week as they are now, in words.

        First names, options and hours: nothing of money, health or addresses, since it
        stays on the device.
        """
        now = now or fields.Datetime.now()
        company = family.company_id
        local, today = company._espace_local(now), company._espace_today(now)
        reservations_sudo = (
            self.env["espace.reservation"]
            .sudo()
            .search(
                [
                    ("family_id", "=", family.id),
                    ("state", "in", SEAT_STATES),
                    ("date", ">=", today),
                    ("date", "<", today + timedelta(days=SHOWN_DAYS)),
                ]
            )
        )
        return {
            "date": today.isoformat(),
            "day": company._espace_day_words(today),
            "time": company._espace_time_words(local),
            "days": [
                {
                    "date": day.isoformat(),
                    "words": company._espace_day_words(day),
                    "children": self._day(of_day),
                }
                for day, of_day in sorted(reservations_sudo.grouped("date").items())
            ],
        }

    @api.model
    def _day(self, reservations):
        """Return [{child's first name, what it comes to}] of one day."""
        states = dict(reservations._fields["state"]._description_selection(self.env))
        return [
            {
                "name": child.firstname,
                "stays": [
                    self._stay_words(one, states)
                    for one in own.sorted(lambda r: r.product_id.espace_time_from)
                ],
            }
            for child, own in sorted(
                reservations.grouped("child_id").items(),
                key=lambda pair: pair[0].firstname,
            )
        ]

    @api.model
    def _stay_words(self, reservation, states):
        words = reservation.product_id.name
        if reservation.state == "confirmed":
            state = reservation.absence_words
        else:
            state = states[reservation.state]
        return f"{words} ({state})" if state else words

    @api.model
    def _push_choices(self, guardian):
        """Return what the account shows of devices: kinds, devices, Odoo's key."""
        devices_sudo = self.env["mail.push.device"]._espace_of(self.env.user)
        words, company = guardian._push_words(), guardian.company_id
        return {
            "kinds": [
                (f"push_{kind}", guardian[f"push_{kind}"], words[kind])
                for kind in KINDS
            ],
            "key": self.env["mail.push.device"]._espace_key(),
            "devices": [self._device_words(one, company) for one in devices_sudo],
        }

    @api.model
    def _device_words(self, device_sudo, company):
        """Return what the account shows of one device."""
        is_this = request.session.get(DEVICE_KEY) == device_sudo.id
        label = device_sudo.espace_label or self.env._("Device")
        local = company._espace_local(device_sudo.create_date)
        since = company._espace_day_words(local.date(), year=True)
        if is_this:
            words = self.env._("%(device)s, this device, since %(day)s")
        else:
            words = self.env._("%(device)s, since %(day)s")
        return {
            "id": device_sudo.id,
            "is_this": is_this,
            "label": label,
            "words": words % {"device": label, "day": since},
        }
