"""Telling open screens that a day changed, by Odoo's bus.

What is told is the day's number and nothing else: each device asks then what is new, by
the rights of its own log-in. Whoever has no websocket asks by itself every ten seconds.
"""

from odoo import api, fields, models
from odoo.tools import SQL

from ...domain import attendance as days

#: What a page asks for, followed by the id of a session.
CHANNEL = "espace_attendance:"
NOTICE = "espace_attendance"
#: Days of one device; a page lists fewer.
MOST_CHANNELS = 60

#: What of a booking a screen shows.
SHOWN = {
    "state",
    "product_id",
    "attendance",
    "arrived_at",
    "left_at",
    "left_with",
    "attendance_clash",
}


class EspaceSession(models.Model):
    _inherit = "espace.session"

    def _tell_screens(self):
        """Tell the screens that show these days that something changed, once each.

        Only of the days that a page may list: nobody has another one open.
        """
        today = self.env.company._espace_today()
        told = self.env.cr.precommit.data.setdefault("espace.attendance.told", set())
        for session in self.sudo():
            if session.id in told or not days.is_listed(session.date, today):
                continue
            told.add(session.id)
            self.env["bus.bus"]._sendone(
                (session, NOTICE), NOTICE, {"session": session.id}
            )


class EspaceReservation(models.Model):
    _inherit = "espace.reservation"

    def _tell_screens(self, vals):
        """Tell the screens of agents, if `vals` has something that they show."""
        if vals.keys() & SHOWN:
            self.filtered(lambda r: r.state != "draft").session_id._tell_screens()


class EspaceChild(models.Model):
    _inherit = "espace.child"

    def _tell_screens(self):
        """Have open screens read again what they show of these children today."""
        bookings = self.env["espace.reservation"].sudo()
        today = bookings.search(
            [
                ("child_id", "in", self.ids),
                ("date", "=", self.env.company._espace_today()),
                ("state", "!=", "draft"),
            ]
        )
        if today:
            self.env.cr.execute(
                SQL(
                    "UPDATE espace_reservation SET write_date = %s WHERE id = ANY(%s)",
                    fields.Datetime.now(),
                    today.ids,
                )
            )
            today.session_id._tell_screens()


class EspacePickupBan(models.Model):
    _inherit = "espace.pickup.ban"

    @api.model_create_multi
    def create(self, vals_list):
        bans = super().create(vals_list)
        bans.child_ids._tell_screens()
        return bans

    def write(self, vals):
        children = self.child_ids
        result = super().write(vals)
        (children | self.child_ids)._tell_screens()
        return result


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Let agents hear of the days that they may read, and of no others.

        A channel is a record, which no client can name: what it sends are words.
        """
        wanted = [one for one in channels if one.startswith(CHANNEL)]
        others = [one for one in channels if not one.startswith(CHANNEL)]
        return super()._build_bus_channel_list(
            [*others, *self._attendance_channels(wanted)]
        )

    @api.model
    def _attendance_channels(self, wanted):
        if not wanted or not self.env.user.has_group("espace_famille.group_animation"):
            return []
        ids = [one.removeprefix(CHANNEL) for one in wanted[:MOST_CHANNELS]]
        sessions = self.env["espace.session"].search(
            [("id", "in", [int(one) for one in ids if one.isdecimal()])]
        )
        return [(session, NOTICE) for session in sessions]
