from odoo import api, fields, models
from odoo.exceptions import UserError

from ...domain.booking import ENDED_STATES


class EspaceReservation(models.Model):
    """Children who came without booking (non prévus)."""

    _inherit = "espace.reservation"

    @api.model
    def _walk_in(self, child, product, session, now=None, **marks):
        """Record a child who came without booking (non prévu); places do not bind.

        A child on the waiting list leaves it: it is there. The family that has the
        child on that day pays.

        :param datetime now: naive UTC, the present if None
        :param marks: what gestures say beside; see `_note_gestures`
        :return: the reservation, present
        :raise AccessError: the user is no agent or may not read child or session
        :raise UserError: the child is already booked there, or attendance cannot
            be entered on that day
        """
        now = now or fields.Datetime.now()
        self._check_may_mark()
        child.check_access("read")
        session.check_access("read")
        session._check_attendance_open()
        self._check_walk_in(child, product, session)
        live_sudo = self._live(child, session)
        if live_sudo.state == "draft":
            live_sudo.unlink()
            live_sudo = live_sudo.browse()
        elif live_sudo and live_sudo.state != "waiting":
            raise UserError(live_sudo._already_there_words())
        vals = {
            "product_id": product.id,
            "family_id": child._paying_family(session.date).id,
            "state": "confirmed",
            "origin": "walk_in",
            "booked_at": now,
            "attendance": "present",
            "attendance_at": now,
            "attendance_uid": self.env.uid,
            **marks,
        }
        if live_sudo:
            live_sudo.write(vals)
        else:
            live_sudo = self.sudo().create(
                {"child_id": child.id, "session_id": session.id, **vals}
            )
        live_sudo._after_attendance()
        return live_sudo.with_env(self.env)

    @api.model
    def _check_walk_in(self, child, product, session):
        if product.sudo().espace_activity_id != session.activity_id:
            raise UserError(
                self.env._(
                    "%(product)s is not an option of %(activity)s.",
                    product=product.name,
                    activity=session.activity_id.name,
                )
            )
        if child.company_id != session.company_id:
            raise UserError(self.env._("%s is a child of another commune.", child.name))

    @api.model
    def _live(self, child, session):
        """Return the child's reservation there that has not ended, maybe empty."""
        return self.sudo().search(
            [
                ("child_id", "=", child.id),
                ("session_id", "=", session.id),
                ("state", "not in", ENDED_STATES),
            ],
            limit=1,
        )

    def _already_there_words(self):
        """Say what became of a booking in whose way a walk-in stands."""
        self.ensure_one()
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("state", "attendance")
        }
        if self.state == "confirmed":
            return self.env._(
                "%(child)s is booked there (%(attendance)s): record it as present in "
                "the list.",
                child=self.child_id.name,
                attendance=labels["attendance"][self.attendance],
            )
        return self.env._(
            "%(child)s has a booking there that is “%(state)s”: management must "
            "decide about it first.",
            child=self.child_id.name,
            state=labels["state"][self.state],
        )
