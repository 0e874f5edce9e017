"""What must always be true of the data, and how to find where it is not."""

from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...domain import custody
from ...domain.booking import ENDED_STATES, SEAT_STATES
from ...domain.limits import LIMITS

# The children of a session who count against its places: not those whom staff seated
# beyond them.
BOUND_SEATS = SQL("booked_count - coalesce(beyond_count, 0)")


class Invariant(NamedTuple):
    """A promise about all the data; `_find_<code>` returns what breaks it.

    A `notice` is for staff to settle: something was changed after it was booked.
    """

    code: str
    promise: str
    complaint: str  # said of records that break it
    notice: bool = False


class Finding(NamedTuple):
    """A broken promise: which records of `model` break it, said in a sentence."""

    code: str
    sentence: str
    model: str
    ids: tuple[int, ...]
    notice: bool = False


class EspaceCheck(models.AbstractModel):
    """Verifies the invariants on any database, large ones too, and changes nothing."""

    _name = "espace.check"
    _description = "Check of the Data"

    @api.model
    def _problems(self, companies=None):
        """Return a list of `Finding`, empty when all promises hold.

        :param companies: the `res.company` records to check, all if None
        """
        results = self._results(companies)
        return [finding for _invariant, finding in results if finding]

    @api.model
    def _results(self, companies=None):
        """Return a list of (`Invariant`, `Finding` or None), in a fixed order."""
        self.env.flush_all()
        self.env.invalidate_all()
        # What is kept between requests proves nothing about the database.
        self.env.registry.clear_cache()
        # Whole tables are joined: in memory, for the time of this transaction.
        self.env.cr.execute("SELECT set_config('work_mem', '128MB', true)")
        companies = companies or self._communes()
        # Archived children and activities keep their bookings.
        check = self.sudo().with_context(
            active_test=False, allowed_company_ids=companies.ids
        )
        return [
            (invariant, check._finding(invariant, companies))
            for invariant in self._invariants()
        ]

    @api.model
    def _communes(self):
        """Return all companies, archived ones too: their data stay."""
        return self.env["res.company"].sudo().search([("active", "in", [True, False])])

    @api.model
    def _finding(self, invariant, companies):
        wrong = getattr(self, f"_find_{invariant.code}")(companies)
        if not wrong:
            return None
        return Finding(
            code=invariant.code,
            sentence=invariant.complaint,
            model=wrong._name,
            ids=tuple(wrong.ids),
            notice=invariant.notice,
        )

    @api.model
    def _invariants(self):
        """Return the `Invariant` list; an addon adds its own."""
        return [
            Invariant(
                "seat_counters",
                self.env._(
                    "Sessions count their bookings, walk-ins and waiting children."
                ),
                self.env._("These sessions count other bookings than they have."),
            ),
            Invariant(
                "capacity",
                self.env._("No session is overbooked."),
                self.env._("These sessions have more children than places."),
            ),
            Invariant(
                "one_booking",
                self.env._("A child has one live booking a session."),
                self.env._("These children are booked twice on the same session."),
            ),
            Invariant(
                "option",
                self.env._("What is booked is an option of the session's activity."),
                self.env._("These bookings have an option of another activity."),
            ),
            Invariant(
                "session_copies",
                self.env._(
                    "Bookings have the date, activity and company of their session."
                ),
                self.env._(
                    "These bookings have not the date or activity of their session."
                ),
            ),
            Invariant(
                "company",
                self.env._(
                    "Child, family and session of a booking are of one commune."
                ),
                self.env._("These bookings mix the records of two communes."),
            ),
            Invariant(
                "cutoffs",
                self.env._("The limits of coming sessions are those of their rules."),
                self.env._(
                    "These coming sessions have other limits than their rules give."
                ),
            ),
            Invariant(
                "school_years",
                self.env._("No two school years overlap."),
                self.env._("These school years overlap another one."),
            ),
            Invariant(
                "enrolments",
                self.env._("No two enrolments of a child in an activity overlap."),
                self.env._("These enrolments overlap another one of the same child."),
            ),
            Invariant(
                "custody",
                self.env._("On any date exactly one family has a child."),
                self.env._("On some dates two families would have these children."),
            ),
            Invariant(
                "paying_family",
                self.env._(
                    "Coming bookings are those of the family that has the child."
                ),
                self.env._(
                    "On the day of these coming bookings another family has the child: "
                    "its custody or household changed since."
                ),
                notice=True,
            ),
            Invariant(
                "canteen_right",
                self.env._("No canteen prefers or refuses whom the law lets in."),
                self.env._(
                    "These canteens prefer parents who work, or have fewer places than "
                    "they could: see what their form says."
                ),
                notice=True,
            ),
            Invariant(
                "left_behind",
                self.env._("Nobody who left is expected on a day to come."),
                self.env._(
                    "These coming bookings are of a child or a family that has left: "
                    "cancel them."
                ),
                notice=True,
            ),
            Invariant(
                "off_calendar",
                self.env._("The calendar opens each coming session, or it is marked."),
                self.env._(
                    "These coming sessions are on days that the calendar does not "
                    "open, and nobody was told so: they are marked at night."
                ),
                notice=True,
            ),
        ]

    # === Seats === #

    @api.model
    def _find_seat_counters(self, companies):
        return self._select(
            "espace.session",
            SQL(
                """
                SELECT session.id
                FROM espace_session session
                LEFT JOIN (
                    SELECT session_id,
                        count(*) FILTER (
                            WHERE origin = 'booked' AND state IN %(seats)s
                        ) AS booked,
                        count(*) FILTER (
                            WHERE beyond AND state IN %(seats)s
                        ) AS beyond,
                        count(*) FILTER (
                            WHERE origin = 'walk_in' AND state IN %(seats)s
                        ) AS walk_in,
                        count(*) FILTER (
                            WHERE origin = 'booked' AND state = 'waiting'
                        ) AS waiting
                    FROM espace_reservation
                    GROUP BY session_id
                ) held ON held.session_id = session.id
                WHERE session.company_id IN %(companies)s AND (
                    coalesce(booked_count, 0) != coalesce(booked, 0)
                    OR coalesce(beyond_count, 0) != coalesce(beyond, 0)
                    OR coalesce(walk_in_count, 0) != coalesce(walk_in, 0)
                    OR coalesce(waiting_count, 0) != coalesce(waiting, 0)
                )
                """,
                seats=SEAT_STATES,
                companies=tuple(companies.ids),
            ),
        )

    @api.model
    def _find_capacity(self, companies):
        return self._select(
            "espace.session",
            SQL(
                """
                SELECT id FROM espace_session
                WHERE company_id IN %s AND seats_limited AND %s > capacity
                """,
                tuple(companies.ids),
                BOUND_SEATS,
            ),
        )

    # === Bookings === #

    @api.model
    def _find_one_booking(self, companies):
        return self._select(
            "espace.reservation",
            SQL(
                """
                SELECT unnest(array_agg(id)) FROM espace_reservation
                WHERE company_id IN %s AND state NOT IN %s
                GROUP BY child_id, session_id
                HAVING count(*) > 1
                """,
                tuple(companies.ids),
                ENDED_STATES,
            ),
        )

    @api.model
    def _find_canteen_right(self, companies):
        canteens = self.env["espace.activity"].search(
            [
                ("company_id", "in", companies.ids),
                ("active", "=", True),
                ("category", "=", "canteen"),
            ]
        )
        return canteens.filtered(lambda canteen: canteen._legal_warnings())

    @api.model
    def _find_left_behind(self, companies):
        found = self.env["espace.reservation"]
        for company in companies:
            found |= found.search(
                Domain("company_id", "=", company.id)
                & Domain("date", ">=", company._espace_today())
                & Domain("state", "in", (*SEAT_STATES, "waiting"))
                & Domain("attendance", "=", "expected")
                # Nobody is erased before that.
                & Domain("child_id.erased_on", "=", False)
                & Domain("family_id.erased_on", "=", False)
                & (
                    Domain("child_id.active", "=", False)
                    | Domain("family_id.active", "=", False)
                )
            )
        return found

    @api.model
    def _find_off_calendar(self, companies):
        found = self.env["espace.session"]
        for company in companies:
            coming = found._coming_generated(company)
            found |= coming.filtered(lambda one: not one.off_calendar)._not_open_days()
        return found

    @api.model
    def _find_option(self, companies):
        return self._select(
            "espace.reservation",
            SQL(
                """
                SELECT booking.id
                FROM espace_reservation booking
                JOIN product_product product ON product.id = booking.product_id
                JOIN product_template option ON option.id = product.product_tmpl_id
                JOIN espace_session session ON session.id = booking.session_id
                WHERE booking.company_id IN %s AND booking.state NOT IN %s
                AND (
                    option.espace_activity_id IS DISTINCT FROM session.activity_id
                    OR option.company_id != session.company_id
                )
                """,
                tuple(companies.ids),
                ENDED_STATES,
            ),
        )

    @api.model
    def _find_session_copies(self, companies):
        return self._select(
            "espace.reservation",
            SQL(
                """
                SELECT booking.id
                FROM espace_reservation booking
                JOIN espace_session session ON session.id = booking.session_id
                WHERE session.company_id IN %s AND (
                    booking.date IS DISTINCT FROM session.date
                    OR booking.activity_id IS DISTINCT FROM session.activity_id
                    OR booking.company_id IS DISTINCT FROM session.company_id
                )
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_company(self, companies):
        return self._select(
            "espace.reservation",
            SQL(
                """
                SELECT booking.id
                FROM espace_reservation booking
                JOIN espace_session session ON session.id = booking.session_id
                JOIN espace_family family ON family.id = booking.family_id
                JOIN espace_child child ON child.id = booking.child_id
                WHERE session.company_id IN %s AND (
                    family.company_id != session.company_id
                    OR child.company_id != session.company_id
                )
                """,
                tuple(companies.ids),
            ),
        )

    # === Limits === #

    @api.model
    def _find_cutoffs(self, companies):
        """Compute the limits again, as if a rule had changed, and compare."""
        Session = self.env["espace.session"]
        wrong = Session.browse()
        for company in companies:
            sessions = Session.search_fetch(
                [
                    ("company_id", "=", company.id),
                    ("date", ">=", company._espace_today()),
                ],
                LIMITS,
            )
            stored = {session: self._limits(session) for session in sessions}
            with self.env.cr.savepoint(flush=False) as savepoint:
                for name in LIMITS:
                    self.env.add_to_compute(Session._fields[name], sessions)
                wrong |= sessions.browse(
                    session.id
                    for session, limits in stored.items()
                    if self._limits(session) != limits
                )
                # What was computed is forgotten before anything writes it.
                self.env.clear()
                savepoint.rollback()
        return wrong

    @api.model
    def _limits(self, session):
        return [session[name] for name in LIMITS]

    # === Dates that must not overlap === #

    @api.model
    def _find_school_years(self, companies):
        return self._select(
            "espace.school.year",
            SQL(
                """
                SELECT DISTINCT one.id
                FROM espace_school_year one
                JOIN espace_school_year other
                    ON other.company_id = one.company_id AND other.id != one.id
                    AND other.date_from <= one.date_to
                    AND other.date_to >= one.date_from
                WHERE one.company_id IN %s
                """,
                tuple(companies.ids),
            ),
        )

    @api.model
    def _find_enrolments(self, companies):
        return self._select(
            "espace.enrolment",
            SQL(
                """
                SELECT DISTINCT one.id
                FROM espace_enrolment one
                JOIN espace_enrolment other
                    ON other.child_id = one.child_id
                    AND other.activity_id = one.activity_id AND other.id != one.id
                    AND other.date_from <= one.date_to
                    AND other.date_to >= one.date_from
                WHERE one.company_id IN %s
                AND one.state != 'refused' AND other.state != 'refused'
                """,
                tuple(companies.ids),
            ),
        )

    # === Households === #

    @api.model
    def _find_custody(self, companies):
        return self._shared_children(companies).filtered(
            lambda child: custody.conflicts(child.custody_ids._arrangements())
        )

    @api.model
    def _find_paying_family(self, companies):
        """Compare with the household; with the calendar where custody is shared."""
        shared = self._shared_children(companies)
        Reservation = self.env["espace.reservation"]
        wrong = Reservation.browse()
        for company in companies:
            coming = (
                Domain("company_id", "=", company.id)
                & Domain("date", ">=", company._espace_today())
                & Domain("state", "not in", ENDED_STATES)
            )
            ids = [
                booking_id
                for child, family, ids in Reservation._read_group(
                    coming & Domain("child_id", "not in", shared.ids),
                    ["child_id", "family_id"],
                    ["id:array_agg"],
                )
                if family != child.family_id
                for booking_id in ids
            ]
            wrong |= Reservation.browse(ids)
            wrong |= Reservation.search(
                coming & Domain("child_id", "in", shared.ids)
            ).filtered(lambda r: r.family_id != r.child_id._paying_family(r.date))
        return wrong

    @api.model
    def _shared_children(self, companies):
        return (
            self.env["espace.custody"]
            .search([("child_id.company_id", "in", companies.ids)])
            .child_id
        )

    # === Tools === #

    @api.model
    def _select(self, model, query):
        """Return the records of `model` whose ids `query` selects, in order."""
        rows = self.env.execute_query(query)
        return self.env[model].browse(sorted({record_id for [record_id] in rows}))
