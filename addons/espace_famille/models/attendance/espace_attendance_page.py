from datetime import UTC, datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.bus.websocket import WebsocketConnectionHandler

from ...domain import attendance as days
from ...domain import attendance_events as rules
from ...domain.booking import ENDED_STATES, SEAT_STATES
from .espace_attendance_event import ANSWER_OF

# A transaction may end later than it began: what is new is asked from a while before.
OVERLAP = timedelta(seconds=15)
# More children than this are not kept on one device: the agent chooses its schools.
MOST_CHILDREN = 1500
MOST_SESSIONS = 40
# Photos of one answer.
MOST_PHOTOS = 60


class EspaceAttendancePage(models.AbstractModel):
    """What the page of attendance reads: the lists of a day, and what is new on them.

    Values are plain, and as short as a tablet without network needs to keep them.
    Instants are milliseconds since 1970, times of a child are local hours as floats.
    """

    _name = "espace.attendance.page"
    _description = "Page of Attendance"

    @api.model
    def _open(self, device, schools=(), now=None):
        """Return who is asked, and the days that may be marked, without children.

        :param str device: which one asks
        :param schools: ids of those whose children are wanted, all if empty
        :raise AccessError: the user is no agent
        """
        self.env["espace.session"]._check_agent()
        now = now or fields.Datetime.now()
        company = self.env.company
        today = company._espace_today(now)
        sessions = self._sessions(company, today)
        known = self.env["espace.school"].search([("company_id", "=", company.id)])
        wanted = known.filtered(lambda school: school.id in set(schools))
        user = self.env.user
        kept = self.env["espace.child"].search_count(
            self._children_domain(company, wanted)
        )
        too_many = kept > MOST_CHILDREN
        return {
            "now": _ms(now),
            "today": today.isoformat(),
            "day": company._espace_day_words(today),
            "tz": company.espace_tz,
            "commune": company.name,
            "phone": company.phone or "",
            "user": {"id": user.id, "name": user.name},
            "token": self.env["espace.attendance.receiver"]._token(user, device),
            "has_code": bool(
                self.env["espace.attendance.code"]
                .sudo()
                .search_count([("user_id", "=", user.id)])
            ),
            "health": user.has_group("espace_famille.group_health"),
            "manager": user.has_group("espace_famille.group_manager"),
            "schools": [{"id": school.id, "name": school.name} for school in known],
            "too_many": too_many,
            "adults": self._adults(company, wanted),
            "desk": company._espace_desk_names(),
            "cards": company.espace_attendance_cards,
            "bus": WebsocketConnectionHandler._VERSION,
            "sessions": self._sessions_values(sessions),
            "lists": []
            if too_many
            else self._lists(sessions.filtered(lambda s: s.date == today), wanted),
            "names": [] if too_many else self._names(company, wanted),
        }

    @api.model
    def _sessions(self, company, today):
        """Return today's sessions, and those of the week before that are unfinished."""
        Session = self.env["espace.session"]
        mine = Domain("company_id", "=", company.id)
        of_today = Session.search(
            mine & Domain("date", "=", today), limit=MOST_SESSIONS
        )
        first, _last = days.listed_span(today)
        before = Session.search(
            mine
            & Domain("date", ">=", first)
            & Domain("date", "<", today)
            & Domain("attendance_locked", "=", False)
            & Domain(
                "reservation_ids",
                "any",
                [("state", "=", "confirmed"), ("attendance", "=", "expected")],
            ),
            order="date desc",
            limit=5,
        )
        order = {
            session.id: min(
                session.activity_id.product_ids.mapped("espace_time_from"), default=0
            )
            for session in of_today
        }
        return of_today.sorted(lambda s: (order[s.id], s.activity_id.sequence)) | before

    def _sessions_values(self, sessions):
        agents = self.env["espace.attendance.presence"]._agents(sessions)
        return [
            {**self._session_values(session), "agents": agents[session.id]}
            for session in sessions
        ]

    def _session_values(self, session):
        options = session.activity_id.product_ids
        starts = [o.espace_time_from for o in options if o.espace_time_to]
        ends = [o.espace_time_to for o in options if o.espace_time_to]
        return {
            "id": session.id,
            "date": session.date.isoformat(),
            "day": session.company_id._espace_day_words(session.date),
            "name": session.activity_id.name,
            "category": session.activity_id.category,
            "meals": bool(session.includes_meal),
            "building": session.activity_id.building or "",
            "grace": session.activity_id.grace_minutes / 60,
            "times": bool(session.records_times),
            "start": min(starts, default=0),
            "end": max(ends, default=0),
            "options": [
                {
                    "id": option.product_variant_id.id,
                    "name": option.name,
                    "start": option.espace_time_from,
                    "end": option.espace_time_to,
                    "times": option.espace_records_times,
                }
                for option in options
            ],
            "locked": session._locked_words() if session.attendance_locked else "",
            "expected": session.expected_count,
            "present": session.present_count,
            "absent": session.absent_count,
        }

    # === Lists === #

    @api.model
    def _lists(self, sessions, schools):
        """Return the children of these days: [{session, children}].

        :param schools: `espace.school` records, all if empty
        """
        self.env["espace.session"]._check_agent()
        domain = Domain("session_id", "in", sessions.ids) & Domain(
            "state", "in", SEAT_STATES
        )
        if schools:
            domain &= Domain("child_id.school_id", "in", [*schools.ids, False])
        bookings = self.env["espace.reservation"].search(domain)
        rows = self._rows(bookings, full=True)
        unknown = self._unknown(sessions)
        return [
            {
                "session": session.id,
                "children": [
                    *(rows[b.id] for b in bookings if b.session_id == session),
                    *unknown.get(session.id, ()),
                ],
            }
            for session in sessions
        ]

    @api.model
    def _list_of(self, session_ids, school_ids=()):
        """Return the lists of days by their ids; those of the week around today."""
        sessions = self.env["espace.session"].search(
            [("id", "in", list(session_ids)[:MOST_SESSIONS])]
        )
        today = self.env.company._espace_today()
        sessions = sessions.filtered(lambda s: days.is_listed(s.date, today))
        schools = self.env["espace.school"].search([("id", "in", list(school_ids))])
        return {
            "sessions": self._sessions_values(sessions),
            "lists": self._lists(sessions, schools),
        }

    @api.model
    def _rows(self, bookings, full=False):
        """Return {booking id: what the page shows of it}.

        :param bool full: with health data, for who may read them: that is recorded
        """
        bookings_sudo = bookings.sudo()
        children = bookings_sudo.child_id
        day = max(bookings.mapped("date"), default=None)
        contacts = children._pickup_contacts(day) if children else {}
        standings = self.env["espace.attendance.event"]._standings(bookings)
        announced = bookings_sudo._in_live_absence()
        names = self._author_names(standings, bookings_sudo)
        sees_photos = self.env.user.has_group("espace_famille.group_photo")
        photos = children._photo_stamps() if sees_photos else {}
        groups = self.env["espace.group"]._names_by_child(bookings_sudo.activity_id)
        reads_health = full and self.env.user.has_group("espace_famille.group_health")
        waiting = dict(bookings._fields["state"]._description_selection(self.env))
        rows = {}
        for booking in bookings_sudo:
            child = booking.child_id
            standing = standings.get(booking.id)
            row = {
                "child": child.id,
                "session": booking.session_id.id,
                "first": child.firstname,
                "last": child.lastname,
                "class": child.class_id.name or "",
                "order": [child.class_id.sequence, child.class_id.name or ""],
                "school": child.school_id.name or "",
                "groups": groups.get((booking.activity_id.id, child.id), []),
                "option": booking.product_id.id,
                "times": bool(booking.records_times),
                **_answer(booking, standing, announced),
                "by": names.get(
                    standing.author if standing else booking.attendance_uid.id
                )
                or "",
                "by_id": (standing.author if standing else booking.attendance_uid.id)
                or 0,
                "heads": list(standing.heads) if standing else [],
                "clash": _clash(standing, names),
                "walk_in": booking.origin == "walk_in",
                "remark": ""
                if booking.state == "confirmed"
                else waiting[booking.state],
                "pai": bool(child.has_pai),
                "diet": child.diet_id.name or "",
                "photo": photos.get(child.id, ""),
                **contacts.get(child.id, {"may": [], "not": [], "alone": False}),
            }
            if reads_health:
                mine = child.with_env(self.env)
                row["health"] = " ".join(
                    filter(None, [mine._allergy_words(), mine.pai_details])
                )
            rows[booking.id] = row
        return rows

    @api.model
    def _author_names(self, standings, bookings_sudo):
        ids = {standing.author for standing in standings.values()}
        ids |= {s.clash.author for s in standings.values() if s.clash}
        ids |= set(bookings_sudo.attendance_uid.ids)
        users = self.env["res.users"].sudo().browse(ids - {0})
        return {user.id: user.name for user in users}

    @api.model
    def _unknown(self, sessions):
        """Return {session id: rows of children whom no list knew}."""
        events = (
            self.env["espace.attendance.event"]
            .sudo()
            .search(
                [
                    ("session_id", "in", sessions.ids),
                    ("kind", "=", rules.UNKNOWN),
                    ("result", "=", "aside"),
                ]
            )
        )
        found = {}
        for event in events:
            found.setdefault(event.session_id.id, []).append(
                {
                    "child": f"?{event.uid}",
                    "session": event.session_id.id,
                    "first": event.words or "?",
                    "last": "",
                    "class": "",
                    "order": [10**6, ""],
                    "school": "",
                    "groups": [],
                    "option": event.product_id.id or 0,
                    "times": event.session_id.records_times,
                    "state": event.answer,
                    "arrived": event.arrived_at,
                    "left": event.left_at,
                    "at": _ms(event.at),
                    "by": event.user_id.name,
                    "by_id": event.user_id.id,
                    "heads": [event.uid],
                    "clash": None,
                    "walk_in": True,
                    "unknown": True,
                    "remark": "",
                    "pai": False,
                    "diet": "",
                    "may": [],
                    "not": [],
                    "alone": False,
                }
            )
        return found

    @api.model
    def _children_domain(self, company, schools):
        domain = Domain("company_id", "=", company.id)
        if schools:
            domain &= Domain("school_id", "in", [*schools.ids, False])
        return domain

    @api.model
    def _names(self, company, schools):
        """Return [[id, first and last name, class, diet, PAI, code of the card]]."""
        children = self.env["espace.child"].search_fetch(
            self._children_domain(company, schools),
            ["firstname", "lastname", "class_id", "diet_id", "has_pai"],
        )
        codes = company._espace_card_codes(children)
        return [
            [
                child.id,
                child.firstname,
                child.lastname,
                child.class_id.name or "",
                child.diet_id.name or "",
                child.has_pai,
                codes.get(child.id, ""),
            ]
            for child in children
        ]

    @api.model
    def _adults(self, company, schools):
        """Return the adults that the family desk keeps for these schools, or all."""
        domain = Domain("company_id", "=", company.id)
        if schools:
            domain &= Domain("school_id", "in", schools.ids)
        return [
            {
                "id": one.id,
                "name": one.name,
                "role": one.role or "",
                "school": one.school_id.name,
            }
            for one in self.env["espace.school.adult"].sudo().search(domain)
        ]

    @api.model
    def _photos(self, child_ids):
        """Return {child id: address of its photo} for who may see photos.

        :raise AccessError: the user is no agent
        """
        self.env["espace.session"]._check_agent()
        if not self.env.user.has_group("espace_famille.group_photo"):
            return {}
        children = self.env["espace.child"].search(
            [("id", "in", list(child_ids)[:MOST_PHOTOS])]
        )
        return (children & children._with_photo_consent())._photo_addresses()

    # === News === #

    @api.model
    def _news(self, session_ids, since, school_ids=(), touched=None, **more):
        """Return what changed on days since an instant, for the screens of others.

        Mostly nothing did: that is found out by the dates of bookings alone, and
        nothing else is read.

        :param since: milliseconds since 1970, of the last answer
        :param touched: bookings to return besides
        :param more: `stamps` of the last answer, so that nothing is told twice;
            `now`, naive UTC
        :return: {"now", "stamps", "rows": changed children, "left": [[session, child]]
            that are on the list no more, "locked": {session: words}}
        """
        now = more.get("now") or fields.Datetime.now()
        sessions = self.env["espace.session"].search(
            [("id", "in", list(session_ids)[:MOST_SESSIONS])]
        )
        instant = _from_ms(since)
        stamps = self._stamps(sessions, instant - OVERLAP) if instant else {}
        told = more.get("stamps")
        told = told if isinstance(told, dict) else {}
        fresh = [key for key, stamp in stamps.items() if told.get(str(key)) != stamp]
        bookings = (touched or self.env["espace.reservation"]).sudo(False)
        if fresh:
            domain = Domain("id", "in", fresh)
            if school_ids:
                domain &= Domain("child_id.school_id", "in", [*list(school_ids), False])
            bookings |= self.env["espace.reservation"].search(domain)
        listed = bookings.filtered(lambda r: r.state in SEAT_STATES)
        here = {(r.session_id.id, r.child_id.id) for r in listed}
        ended = bookings.filtered(lambda r: r.state in ENDED_STATES)
        unknown = self._unknown(sessions)
        return {
            "now": _ms(now),
            "stamps": stamps,
            "rows": list(self._rows(listed).values()) if listed else [],
            "left": [
                [r.session_id.id, r.child_id.id]
                for r in ended
                if (r.session_id.id, r.child_id.id) not in here
            ],
            "unknown": [
                {"session": session.id, "rows": unknown.get(session.id, [])}
                for session in sessions
            ],
            "agents": self.env["espace.attendance.presence"]._agents(sessions),
            "locked": {
                str(session.id): session._locked_words()
                if session.attendance_locked
                else ""
                for session in sessions
            },
        }

    @api.model
    def _stamps(self, sessions, instant):
        """Return {booking id: when it changed} of those that did since `instant`.

        Drafts are on no list. What the agent may not read is left out later.
        """
        self.env["espace.reservation"].flush_model(["state", "session_id"])
        self.env.cr.execute(
            SQL(
                "SELECT id, to_char(write_date, 'YYYYMMDDHH24MISSUS')"
                " FROM espace_reservation"
                " WHERE session_id = ANY(%s) AND write_date >= %s AND state != 'draft'",
                sessions.ids,
                instant,
            )
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _history(self, session_id, child_id):
        """Return what was recorded of a child on a day, the latest first."""
        self.env["espace.session"]._check_agent()
        session = self.env["espace.session"].search([("id", "=", session_id)])
        if not session:
            raise AccessError(self.env._("This day is not one of your lists."))
        events = (
            self.env["espace.attendance.event"]
            .sudo()
            .search(
                [("session_id", "=", session.id), ("child_id", "=", child_id)], limit=30
            )
        )
        return [
            {
                "at": _ms(event.at),
                "kind": event.kind,
                "answer": event.answer,
                "option": event.product_id.name or "",
                "with": event.with_words or "",
                "by": event.user_id.name,
                "result": event.result,
                "reason": event.reason or "",
            }
            for event in events
        ]


class EspaceChild(models.Model):
    _inherit = "espace.child"

    def _pickup_contacts(self, day):
        """Return {child id: who may fetch it on `day`, who must not, alone or not}."""
        children = self.sudo()
        persons = self._pickup_persons(day)
        bans = self._pickup_bans(day)
        alone = (
            self.env["espace.authorisation"]
            .sudo()
            .search(
                [
                    ("child_id", "in", self.ids),
                    ("kind", "=", "leave_alone"),
                    ("granted", "=", "yes"),
                ]
            )
            .child_id
        )
        # Read at once for all: a list may hold 300 children.
        guardians = {
            family.id: [
                {"name": g.name, "role": "", "phone": g.phone or ""}
                for g in family.guardian_ids
                if g.may_pick_up
            ]
            for family in children.family_id | children.custody_ids.family_id
        }
        contacts = {}
        for child in children:
            households = [child.family_id.id]
            if child.custody_ids:
                # The household whose turn it is comes first.
                households = [
                    child._paying_family(day).id,
                    *households,
                    *child.custody_ids.family_id.ids,
                ]
            contacts[child.id] = {
                "may": [
                    *(
                        one
                        for family in dict.fromkeys(households)
                        for one in guardians.get(family, ())
                    ),
                    *(
                        {
                            "name": person.name,
                            "role": person.relation or "",
                            "phone": person.phone or "",
                        }
                        for person in persons.get(child.id, ())
                    ),
                ],
                "not": bans.get(child.id, []),
                "alone": child in alone,
            }
        return contacts


def _answer(booking, standing, announced):
    """Return state, times and instant of a child."""
    if standing and standing.heads:
        answer = standing.answer
        state = rules.ABSENT if answer == rules.EXCUSED else answer
    else:
        state = ANSWER_OF[booking.attendance]
        if state == rules.PRESENT and booking.left_at:
            state = rules.GONE
        state = rules.ABSENT if state == rules.EXCUSED else state
    if booking in announced and state in (rules.EXPECTED, rules.ABSENT):
        said = standing and standing.heads and standing.answer == rules.ABSENT
        if not said:
            state = "announced"
    at = booking.attendance_at if booking.attendance != "expected" else None
    return {
        "state": state,
        "arrived": booking.arrived_at or 0,
        "left": booking.left_at or 0,
        "with": booking.left_with or "",
        "at": _ms(at) if at else 0,
    }


def _clash(standing, names):
    if not (standing and standing.clash):
        return None
    side = standing.clash
    return {
        "answer": rules.ABSENT if side.answer == rules.EXCUSED else side.answer,
        "by": names.get(side.author, ""),
        "by_id": side.author,
        "at": _ms(side.at),
    }


def _ms(instant):
    return round(instant.replace(tzinfo=UTC).timestamp() * 1000)


def _from_ms(value):
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return (
            datetime.fromtimestamp(value / 1000, UTC).replace(tzinfo=None)
            if plain and value
            else None
        )
    except (OverflowError, OSError, ValueError):
        return None
