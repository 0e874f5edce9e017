from odoo import api, fields, models
from odoo.fields import Domain

from ...domain.booking import ENDED_STATES


class EspaceReservation(models.Model):
    """On what ground a child is expected, and which bookings have none any more."""

    _inherit = "espace.reservation"

    @api.model
    def _coming_live(self, domain):
        """Return what is booked, waits or lies in a cart and has not begun yet.

        :param domain: of the bookings looked for
        """
        today = self.env.company._espace_today()
        now = fields.Datetime.now()
        coming = self.search(
            Domain(domain)
            & Domain("date", ">=", today)
            & Domain("state", "not in", ENDED_STATES)
            & Domain("attendance", "=", "expected")
            & Domain("origin", "=", "booked"),
            order="date, id",
        )
        return coming.filtered(lambda r: not r.session_id._is_past(now))

    @api.model
    def _expected_of(self, field, record):
        """Tell whether anything is booked or waits for one child or family from today.

        :param str field: `child_id` or `family_id`
        """
        return bool(
            self.search_count(
                Domain(field, "=", record.id)
                & Domain("date", ">=", record.company_id._espace_today())
                & Domain("state", "not in", [*ENDED_STATES, "draft"]),
                limit=1,
            )
        )

    def _grounds_lacking(self):
        """Return {booking: frozenset of what it lacks}.

        `left`: the child or the family is here no more on that day; `household`: the
        child does not live with the family; `guardian`: nobody is responsible in the
        family; `enrolment`: none is approved; `limits`: the class may not come.
        """
        spans = self.env["espace.enrolment"]._periods(self.child_id, self.activity_id)
        exceptions = {
            (enrolment.child_id.id, enrolment.activity_id.id)
            for enrolment in self.env["espace.enrolment"].search(
                [("child_id", "in", self.child_id.ids), ("exception", "=", True)]
            )
        }
        outside = {}
        lacking = {}
        for booking in self:
            child, activity = booking.child_id, booking.activity_id
            key = (child.id, activity.id)
            if key not in outside:
                refusal = activity._enrolment_refusal(child, booking.date)
                outside[key] = bool(refusal) and key not in exceptions
            homes = child.family_id | child.custody_ids.family_id
            enrolled = any(
                start <= booking.date <= end for start, end in spans.get(key, ())
            )
            found = {
                "left": not booking._is_still_here(),
                "household": booking.family_id not in homes,
                "guardian": not booking.family_id.guardian_ids,
                "enrolment": activity.enrolment_required and not enrolled,
                "limits": outside[key],
            }
            lacking[booking] = frozenset(what for what, lacks in found.items() if lacks)
        return lacking

    def _is_still_here(self):
        """Tell whether child and family have not left by that day."""
        return all(
            one.active and not (one.leaves_on and self.date > one.leaves_on)
            for one in (self.child_id, self.family_id)
        )

    @api.model
    def _newly_groundless(self, before):
        """Return the bookings that lack something that they did not lack before.

        :param dict before: see `_grounds_lacking`
        """
        still = self.browse(booking.id for booking in before).exists()
        now = still._grounds_lacking()
        return still.filtered(lambda booking: now[booking] - before[booking])
