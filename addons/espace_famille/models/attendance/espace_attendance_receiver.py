from collections import defaultdict

from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, hash_sign, verify_hash_signed

from ...domain import attendance as days
from ...domain import attendance_events as rules
from ...domain.booking import ENDED_STATES
from .espace_attendance_event import ATTENDANCE_OF, LIVE

SCOPE = "espace.attendance"


class EspaceAttendanceReceiver(models.AbstractModel):
    """The one door for gestures of devices: read, recorded once, applied.

    Nothing a device sends is lost: what cannot be applied is kept with its reason, for
    the family desk or for the agent. One that is refused does not stop the others.
    """

    _name = "espace.attendance.receiver"
    _description = "Receiving Gestures of Attendance"

    # === Who made a gesture === #

    @api.model
    def _token(self, user, device):
        """Return what lets a device say that `user` made its gestures.

        It bears no end: a gesture may be sent long after it was made.
        """
        return hash_sign(self.env(su=True), SCOPE, [user.id, device])

    @api.model
    def _author(self, token, device):
        """Return the agent that a device has a token of, else who is logged in."""
        try:
            said = token and verify_hash_signed(self.env(su=True), SCOPE, token)
        except ValueError:  # of no form that we gave out
            said = None
        if not said or said[1] != device:
            return self.env.user
        user_sudo = self.env["res.users"].sudo().browse(said[0]).exists()
        agent = user_sudo.active and user_sudo.has_group(
            "espace_famille.group_animation"
        )
        return user_sudo.sudo(False) if agent else self.env.user

    # === Receiving === #

    @api.model
    def _receive(self, device, sent, said_now=None, now=None):
        """Record and apply gestures in their order; each counts once.

        :param str device: which one sends
        :param list sent: of dicts, see `domain/attendance_events.py`
        :param said_now: the present of the device, in milliseconds since 1970
        :param datetime now: naive UTC, the present if None
        :return: {"results": [{uid, result, reason}], "bookings": those touched,
            "off": minutes by which the clock of the device differs}
        :raise AccessError: the user is no agent
        """
        self.env["espace.session"]._check_agent()
        now = now or fields.Datetime.now()
        off = rules.clock_is_off(said_now, now)
        results, gestures = [], []
        for one in sent[: rules.MOST_EVENTS]:
            gesture = rules.read(one, now)
            if gesture:
                gestures.append(gesture)
                continue
            uid = one.get("uid") if isinstance(one, dict) else None
            if rules.is_uid(uid):
                words = self.env._("This gesture cannot be read.")
                results.append({"uid": uid, "result": "refused", "reason": words})
        work = _Work(self.env, device, off, now)
        work.gather(gestures)
        events = self._apply_all(work, work.new(gestures))
        done = {event.uid: event for event in events + work.known()}
        for uid in dict.fromkeys(gesture.uid for gesture in gestures):
            event = done.get(uid)
            if event:
                results.append(
                    {
                        "uid": uid,
                        "result": event.result,
                        "reason": event.reason or "",
                    }
                )
            elif uid in work.lost:
                results.append(
                    {"uid": uid, "result": "refused", "reason": work.lost[uid]}
                )
        return {
            "results": results,
            "bookings": events.reservation_id | work.known().reservation_id,
            "off": off,
        }

    @api.model
    def _apply_all(self, work, gestures):
        """Apply all at once; where that fails, one by one, so that one alone fails."""
        if not gestures:
            return self.env["espace.attendance.event"]
        try:
            with self.env.cr.savepoint():
                events = work.record(gestures)
                self.env.flush_all()
                return events
        except (AccessError, UserError, IntegrityError) as error:
            self.env.invalidate_all()
            if len(gestures) == 1:
                return work.record_refused(gestures[0], _words_of(error, self.env))
        events = self.env["espace.attendance.event"]
        for gesture in gestures:
            events += self._apply_all(work, [gesture])
        return events.sudo()

    @api.model
    def _apply_again(self, events):
        """Apply gestures that were kept for the family desk."""
        for event in events.sorted("at"):
            event_sudo = event.sudo()
            bookings = self.env["espace.reservation"].sudo()
            live_sudo = bookings._live(event.child_id, event.session_id)
            if not live_sudo and event.answer in rules.CAME:
                live_sudo = self._walk_in(event_sudo)
            if not live_sudo:
                raise UserError(
                    self.env._("%s has no booking there.", event.child_id.name)
                )
            live_sudo._lock_rows()
            event_sudo.write(
                {"reservation_id": live_sudo.id, "result": "applied", "reason": False}
            )
            if event.kind == rules.UNKNOWN:
                event_sudo.kind = rules.MARK
            live_sudo._apply_gestures()

    @api.model
    def _walk_in(self, event_sudo):
        """Add the child of a gesture to the day, as one that came without booking."""
        session = event_sudo.session_id
        options = session.activity_id.product_ids
        local = session.company_id._espace_local(event_sudo.at)
        product = event_sudo.product_id or rules_option(options, local)
        if not product:
            raise UserError(
                self.env._("%s has no option.", session.activity_id.display_name)
            )
        walked_in = (
            self.env["espace.reservation"]
            .with_user(event_sudo.user_id)
            ._walk_in(
                event_sudo.child_id.sudo(False),
                product.sudo(False),
                session.sudo(False),
                event_sudo.at,
                attendance_clash=False,
            )
        )
        return walked_in.with_env(self.env).sudo()


class _Work:
    """Gestures of one request beside what they are about."""

    def __init__(self, env, device, off, now):
        self.env = env
        self.device = device
        self.off = off
        self.now = now
        self.receiver = env["espace.attendance.receiver"]
        self.events_sudo = env["espace.attendance.event"].sudo()
        self.lost = {}
        self._authors = {}

    def gather(self, gestures):
        """Read what gestures are about and lock it against others that do the same."""
        self._uids = [gesture.uid for gesture in gestures]
        ids = {gesture.session_id for gesture in gestures} - {None}
        # The record rules say which days the agent may read.
        self.sessions = {
            session.id: session
            for session in self.env["espace.session"].search([("id", "in", list(ids))])
        }
        children = {gesture.child_id for gesture in gestures} - {None}
        self.children = {
            child.id: child
            for child in self.env["espace.child"]
            .with_context(active_test=False)
            .search([("id", "in", list(children))])
        }
        found_sudo = self._bookings(children, self.sessions)
        self.live = {(r.child_id.id, r.session_id.id): r for r in found_sudo}
        unbooked = {
            gesture.session_id
            for gesture in gestures
            if (gesture.child_id, gesture.session_id) not in self.live
        } & self.sessions.keys()
        if unbooked:
            # Two devices that add the same child: the second begins again.
            self.env.cr.execute(
                SQL(
                    "UPDATE espace_session SET id = id WHERE id = ANY(%s)",
                    sorted(unbooked),
                )
            )
        found_sudo._lock_rows()

    def _bookings(self, children, sessions):
        return (
            self.env["espace.reservation"]
            .sudo()
            .search(
                [
                    ("child_id", "in", list(children)),
                    ("session_id", "in", list(sessions)),
                    ("state", "not in", ENDED_STATES),
                ]
            )
        )

    def known(self):
        """Return those that were recorded, before or now."""
        return self.events_sudo.search([("uid", "in", self._uids)])

    def new(self, gestures):
        """Return those that were not recorded yet, each once."""
        known = set(self.known().mapped("uid"))
        return list({g.uid: g for g in gestures if g.uid not in known}.values())

    def author(self, token):
        if token not in self._authors:
            self._authors[token] = self.receiver._author(token, self.device)
        return self._authors[token]

    # === Recording === #

    def record(self, gestures):
        """Record gestures in order and write what now holds; return the events."""
        vals_list = []
        for gesture in gestures:
            result, reason = self._judge(gesture)
            if result is None:
                self.lost[gesture.uid] = reason
                continue
            vals_list.append(self._vals(gesture, result, reason))
        events = self.events_sudo.create(vals_list)
        applied = events.filtered(lambda event: event.result == "applied")
        for event in applied:
            self._prepare(event)
        changed = applied.filtered(lambda e: e.kind in (rules.MARK, rules.UNDO))
        changed.reservation_id._apply_gestures()
        for event in applied:
            self._tell(event)
        # Those of unknown children are on no booking.
        events.session_id._tell_screens()
        return events

    def record_refused(self, gesture, reason):
        """Record a gesture that could not be applied, with the reason."""
        if gesture.session_id not in self.sessions:
            self.lost[gesture.uid] = reason
            return self.events_sudo
        return self.events_sudo.create([self._vals(gesture, "refused", reason)])

    def _judge(self, gesture):
        """Return (result, reason) of a gesture before it is applied.

        The result is None where there is nothing to record it on.
        """
        session = self.sessions.get(gesture.session_id)
        if not session:
            return None, self.env._("This day is not one of your lists any more.")
        if session.date > session.company_id._espace_today(self.now):
            return "refused", self.env._("That day is still to come.")
        if (
            gesture.kind != rules.UNKNOWN
            and not gesture.child_id
            and not gesture.target
        ):
            return None, self.env._("This gesture names no child.")
        if gesture.child_id and gesture.child_id not in self.children:
            return None, self.env._("This child is not one of your lists any more.")
        if session.attendance_locked:
            return "aside", session._locked_words()
        live_sudo = self.live.get((gesture.child_id, gesture.session_id))
        state = live_sudo.state if live_sudo else None
        if state in ("pending_payment", "pending_approval"):
            return "aside", live_sudo._already_there_words()
        marks = gesture.kind == rules.MARK and gesture.child_id
        if marks and state != "confirmed" and gesture.answer not in rules.CAME:
            return "kept", self.env._("The booking was cancelled meanwhile.")
        if gesture.kind == rules.OPTION:
            return self._judge_option(gesture, session, live_sudo)
        return "applied", ""

    def _judge_option(self, gesture, session, live_sudo):
        options = session.activity_id.product_ids.product_variant_id.ids
        if not live_sudo or gesture.product_id not in options:
            return "refused", self.env._("This option is not one of that day.")
        return "applied", ""

    def _vals(self, gesture, result, reason):
        live_sudo = self.live.get((gesture.child_id, gesture.session_id))
        session = self.sessions[gesture.session_id]
        return {
            "uid": gesture.uid,
            "device": self.device,
            "user_id": self.author(gesture.token).id,
            "sender_id": self.env.uid,
            "session_id": session.id,
            "child_id": gesture.child_id,
            "reservation_id": live_sudo.id if live_sudo else False,
            "kind": gesture.kind,
            "answer": gesture.answer,
            "product_id": gesture.product_id
            if gesture.product_id
            in session.activity_id.product_ids.product_variant_id.ids
            else False,
            "at": gesture.at,
            "received_at": self.now,
            "clock_off": self.off,
            "seen": " ".join(gesture.seen) or False,
            "target": gesture.target or False,
            **self._times(gesture, session),
            "with_words": gesture.with_words or False,
            "words": gesture.words or False,
            "result": result,
            "reason": reason or False,
        }

    def _times(self, gesture, session):
        """Return arrival and departure: said, or those of the gesture itself."""
        if gesture.answer not in rules.CAME:
            return {}
        local = session.company_id._espace_local(gesture.at)
        hours = days.to_hours(local) if local.date() == session.date else 0
        arrived, left = gesture.arrived, gesture.left
        if gesture.answer == rules.PRESENT:
            return {"arrived_at": arrived or hours}
        left = left or hours
        if arrived and left and left < arrived:
            left = arrived
        return {"arrived_at": arrived or 0, "left_at": left}

    def _prepare(self, event):
        """Do what a gesture needs before what holds can be found."""
        if event.kind == rules.UNKNOWN:
            event.write({"result": "aside", "answer": rules.PRESENT})
        elif event.target and event.kind in (rules.MARK, rules.UNDO):
            self._of_unknown(event)
        if event.kind == rules.OPTION:
            event.reservation_id._set_option_of_day(event)
        elif event.kind == rules.MARK and event.child_id:
            self._of_child(event)

    def _of_unknown(self, event):
        """Follow what is said of a child whom no list knew."""
        unknown = self.events_sudo.search(
            [("uid", "=", event.target), ("kind", "=", rules.UNKNOWN)]
        )
        if not unknown:
            return
        if event.kind == rules.UNDO:
            unknown.result = "dismissed"
        else:
            unknown.write({"answer": event.answer, "left_at": event.left_at})

    def _of_child(self, event):
        key = event.child_id.id, event.session_id.id
        live_sudo = self.live.get(key)
        if not live_sudo or live_sudo.state in ("draft", "waiting"):
            live_sudo = self.live[key] = self.receiver._walk_in(event)
        if event.reservation_id != live_sudo:
            event.reservation_id = live_sudo

    def _tell(self, event):
        """Say on a gesture what became of it where another answer holds."""
        booking = event.reservation_id
        if event.kind == rules.UNDO and booking:
            followed = booking._what_followed(event.target)
            if followed:
                event.write({"result": "kept", "reason": followed})
        elif event.kind == rules.MARK and booking.attendance_clash:
            event.reason = self.env._("Two answers: somebody has to decide.")


class EspaceReservation(models.Model):
    _inherit = "espace.reservation"

    def _apply_gestures(self):
        """Write what all gestures on these bookings say together.

        Called as superuser; the history names who made the gesture that holds.
        """
        events = self.env["espace.attendance.event"]._of(self)
        excused = self._excused()
        groups = defaultdict(lambda: self.browse())
        for booking in self:
            standing = rules.fold(events[booking.id]._as_rules())
            vals = booking._standing_vals(standing, booking in excused)
            if any(booking[name] != value for name, value in vals.items()):
                author = standing.author or self.env.uid
                at = standing.at or fields.Datetime.now()
                key = (author, at, tuple(sorted(vals.items())))
                groups[key] |= booking
        for (author, at, vals), bookings in groups.items():
            bookings.with_user(author).sudo().write(
                {**dict(vals), "attendance_at": at, "attendance_uid": author}
            )
        changed = self.browse().union(*groups.values())
        if changed:
            changed._after_attendance()
        # Who was added by a gesture that was taken back never came.
        mistaken = self.filtered(
            lambda r: r.origin == "walk_in" and r.attendance == "expected"
        )
        if mistaken:
            mistaken._cancel(
                staff=True, reason=self.env._("Added by mistake, and taken back")
            )

    def _standing_vals(self, standing, excused):
        attendance = ATTENDANCE_OF[standing.answer]
        if attendance == "absent_unjustified" and excused:
            attendance = "absent_justified"
        keeps = self.records_times
        arrived = standing.arrived or 0 if keeps else 0
        left = standing.left or 0 if keeps else 0
        return {
            "attendance": attendance,
            "arrived_at": arrived,
            "left_at": max(left, arrived) if left else 0,
            "left_with": standing.with_words or False,
            "attendance_clash": bool(standing.clash),
        }

    def _what_followed(self, uid):
        """Say what somebody did after a gesture, for which it stays; '' if nothing."""
        self.ensure_one()
        events = self.gesture_ids.filtered(lambda event: event.result in LIVE)
        later = rules.what_followed(uid, events._as_rules())
        if not later:
            return ""
        labels = dict(
            self.gesture_ids._fields["answer"]._description_selection(self.env)
        )
        local = self.company_id._espace_local(later.at)
        return self.env._(
            "%(agent)s recorded “%(answer)s” at %(time)s since.",
            agent=self.env["res.users"].sudo().browse(later.author).name,
            answer=labels[later.answer],
            time=f"{local:%H:%M}",
        )

    def _set_option_of_day(self, event):
        """Give a child another option of the activity, as an agent decided."""
        self.ensure_one()
        if self.product_id != event.product_id:
            self.with_user(event.user_id).sudo().write(
                {"product_id": event.product_id.id}
            )
            self._after_changing_option(event.received_at)


def rules_option(options, local):
    """Return the option of a child that comes unannounced, a `product.product`."""
    found = rules.option_at(
        [
            rules.Option(
                option.product_variant_id.id,
                option.espace_time_from,
                option.espace_time_to,
            )
            for option in options
        ],
        days.to_hours(local),
    )
    return options.env["product.product"].browse(found and found.product_id)


def _words_of(error, env):
    if isinstance(error, IntegrityError):
        return env._("This gesture could not be recorded: tell the family desk.")
    return str(error)
