from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...domain.booking import ENDED_STATES
from ..core.guards import LEAVING, allow

# What the day needs of a child; health is joined below, without being read here.
KNOWN = ("birth_date", "class_id", "level", "diet_id")
HEALTH = ("pai_details", "allergies")


class EspaceMerge(models.Model):
    """Two children who are one."""

    _inherit = "espace.merge"

    def _child_problems(self, kept, gone, choices):
        problems = []
        twice = self._booked_twice(kept, gone)
        if twice and not choices.get("cancel_doubles"):
            problems.append(
                self.env._(
                    "Booked on both for the same sessions: %s. Choose to cancel those "
                    "of the one that is merged, or cancel them by hand.",
                    self._sessions_words(twice),
                )
            )
        past = twice.filtered(lambda one: not self._may_be_cancelled(one))
        if past:
            problems.append(
                self.env._(
                    "%(child)s came, or was invoiced, on both for the same sessions: "
                    "%(days)s. Cancel one of each first, so that what was charged is "
                    "given back.",
                    child=kept.name,
                    days=self._sessions_words(past),
                )
            )
        if kept.birth_date and gone.birth_date and kept.birth_date != gone.birth_date:
            problems.append(
                self.env._(
                    "%(one)s and %(other)s are born on two days: correct the wrong "
                    "one first.",
                    one=kept.name,
                    other=gone.name,
                )
            )
        return problems + self._overlaps(kept, gone)

    def _booked_twice(self, kept, gone):
        """Return the bookings of `gone` for sessions that `kept` is booked for."""
        Reservation = self.env["espace.reservation"].sudo()
        live = Domain("state", "not in", ENDED_STATES)
        sessions = Reservation.search(
            live & Domain("child_id", "=", kept.id)
        ).session_id
        return Reservation.search(
            live
            & Domain("child_id", "=", gone.id)
            & Domain("session_id", "in", sessions.ids),
            order="date, id",
        )

    def _may_be_cancelled(self, booking):
        """Hook: tell whether cancelling a double leaves nothing to settle."""
        today = booking.company_id._espace_today()
        return booking.date >= today and booking.attendance == "expected"

    def _sessions_words(self, bookings):
        many = [
            f"{one.activity_id.name}, {one.company_id._espace_date_words(one.date)}"
            for one in bookings[:5]
        ]
        if len(bookings) > 5:
            many.append(self.env._("and %s more", len(bookings) - 5))
        return " ; ".join(many)

    def _overlaps(self, kept, gone):
        """Return what custody prevents: the days that it gives are not known."""
        if kept.custody_ids and gone.custody_ids:
            return [
                self.env._(
                    "A shared custody is entered on both: take it away from one of "
                    "them first."
                )
            ]
        if kept.family_id == gone.family_id:
            return []
        coming = self.env["espace.reservation"].search_count(
            [
                ("child_id", "=", gone.id),
                ("date", ">=", kept.company_id._espace_today()),
                ("state", "not in", ENDED_STATES),
            ]
        )
        if coming and gone.family_id not in kept.family_ids:
            return [
                self.env._(
                    "%(child)s is booked by %(family)s on coming days, %(count)s in "
                    "all: enter first, on the child that is kept, when it lives there; "
                    "or merge the two families if they are one.",
                    child=gone.name,
                    family=gone.family_id.name,
                    count=coming,
                )
            ]
        return []

    def _before_children(self, kept, gone, _choices):
        told = self._fill_blanks(kept, gone, KNOWN)
        twice = self._booked_twice(kept, gone)
        if twice:
            told.append(
                self.env._("Cancelled, booked twice: %s", self._sessions_words(twice))
            )
            twice._cancel(
                fields.Datetime.now(),
                staff=True,
                reason=self.env._("Booked twice: the child was entered twice"),
            )
        if gone.active and not kept.active:
            kept.action_unarchive()
        self._join_health(kept, gone)
        if gone.family_id != kept.family_id:
            told.append(self._name_other_home(kept, gone.family_id))
        told += self._join_enrolments(kept, gone)
        return told

    def _join_health(self, kept, gone):
        """Keep what either says of health; nobody has read it by that."""
        self.env.flush_all()
        for name in HEALTH:
            column = SQL.identifier(name)
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE espace_child kept
                    SET %(column)s = concat_ws(E'\\n', nullif(kept.%(column)s, ''),
                        CASE WHEN kept.%(column)s IS DISTINCT FROM gone.%(column)s
                             THEN nullif(gone.%(column)s, '') END)
                    FROM espace_child gone
                    WHERE kept.id = %(kept)s AND gone.id = %(gone)s
                    AND coalesce(gone.%(column)s, '') != ''
                    """,
                    column=column,
                    kept=kept.id,
                    gone=gone.id,
                )
            )
        self.env.cr.execute(
            "UPDATE espace_child SET has_pai = TRUE WHERE id = %s AND EXISTS "
            "(SELECT 1 FROM espace_child WHERE id = %s AND has_pai)",
            (kept.id, gone.id),
        )
        self.env.invalidate_all()

    def _name_other_home(self, kept, family):
        if family not in kept.family_ids:
            kept.other_family_ids |= family
            return self.env._(
                "%s is its other household: the custody is to be set.", family.name
            )
        return self.env._("%s stays its other household.", family.name)

    def _join_enrolments(self, kept, gone):
        """Leave out enrolments whose days the child that is kept has already.

        What goes on before or after is cut to the days that are new.
        """
        told = []
        for one in gone.enrolment_ids.filtered(lambda e: e.state != "refused"):
            own = kept.enrolment_ids.filtered(
                lambda e, one=one: (
                    e.state != "refused"
                    and e.activity_id == one.activity_id
                    and e.date_from <= one.date_to
                    and e.date_to >= one.date_from
                )
            )
            if not own:
                continue
            told.append(
                self.env._(
                    "Enrolled on both, the longer days hold: %s", one.activity_id.name
                )
            )
            first = min([one.date_from, *own.mapped("date_from")])
            last = max([one.date_to, *own.mapped("date_to")])
            keeper = own[0]
            # The bookings stand on the one that is kept: nobody leaves.
            allow(one | (own - keeper), LEAVING).unlink()
            keeper.write({"date_from": first, "date_to": last})
        return told

    def _after_children(self, kept, gone, _choices):
        gone.unlink()
        if kept.family_id in kept.other_family_ids:
            kept.other_family_ids -= kept.family_id
        self._find_custody(kept)
        kept.custody_ids._check_one_payer()
        return []
