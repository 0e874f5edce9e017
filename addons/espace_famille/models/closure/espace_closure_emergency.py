from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.fields import Command, Domain
from odoo.tools import format_list

# In which states a booking of the emergency service ends with it.
LIVE = ("draft", "waiting", "pending_payment", "pending_approval", "confirmed")


class EspaceClosure(models.Model):
    """A strike that opens a free emergency session as it closes the others.

    The service minimum d'accueil: children of the schools on strike are looked after
    during school hours, and their families owe nothing (articles L133-3 and L133-4 of
    the Code de l'éducation).
    """

    _inherit = "espace.closure"

    opens_emergency = fields.Boolean(
        "Open a Free Emergency Service",
        help="Service minimum d'accueil: on the school days of the strike, free of "
        "charge. Families book it as any activity, until it begins.",
    )
    emergency_school_ids = fields.Many2many(
        "espace.school",
        "espace_closure_emergency_school_rel",
        "closure_id",
        "school_id",
        "For the Schools",
        check_company=True,
        help="Empty, and no class: the schools and classes that are closed.",
    )
    emergency_class_ids = fields.Many2many(
        "espace.school.class",
        "espace_closure_emergency_class_rel",
        "closure_id",
        "class_id",
        "For the Classes",
        check_company=True,
    )
    emergency_from = fields.Float("Opens at", default=8.5, help="Local hours.")
    emergency_to = fields.Float("Ends at", default=16.5, help="Local hours.")
    emergency_places = fields.Integer("Places a Day", default=20)
    emergency_staff = fields.Integer("Adults", default=2)
    emergency_note = fields.Text(
        "Where, and What to Bring", help="Families read it in the message."
    )
    emergency_activity_id = fields.Many2one(
        "espace.activity", "Emergency Service", readonly=True, copy=False
    )
    emergency_session_ids = fields.Many2many(
        "espace.session",
        "espace_closure_emergency_session_rel",
        "closure_id",
        "session_id",
        "Emergency Sessions",
        readonly=True,
        copy=False,
    )

    @api.onchange("kind")
    def _onchange_kind_emergency(self):
        if self.kind != "strike":
            self.opens_emergency = False

    # === What it spares === #

    def _spared(self):
        """Return the ids of the activities that a strike leaves open, see `Scope`."""
        if self.kind != "strike" or not self.company_id:
            return frozenset()
        rulebook = self.env["espace.rulebook"]._of_company(self.company_id)
        emergency = rulebook["espace.activity"].filtered("is_emergency")
        return frozenset(emergency.ids) - frozenset(self.activity_ids.ids)

    # === Before it opens === #

    def _emergency_problems(self):
        """Return in words what prevents the emergency service, if one is to open."""
        if not self.opens_emergency:
            return []
        problems = []
        if self.kind != "strike":
            problems.append(self.env._("Only a strike opens a free emergency service."))
        if not 0 <= self.emergency_from < self.emergency_to <= 24:
            problems.append(
                self.env._("The emergency service must end after it begins.")
            )
        if self.emergency_places <= 0:
            problems.append(
                self.env._("Say how many children the emergency service can take.")
            )
        if self.emergency_staff <= 0:
            problems.append(
                self.env._("Say how many adults the emergency service has.")
            )
        if not self._emergency_days():
            problems.append(
                self.env._(
                    "None of these days is a school day: there is no emergency "
                    "service to open."
                )
            )
        return problems

    def _emergency_days(self):
        """Return the school days of the strike."""
        calendar = self.company_id._espace_calendar()
        span = (self.date_to - self.date_from).days
        days = (self.date_from + timedelta(days=n) for n in range(span + 1))
        return [day for day in days if calendar.day_kind(day) == "school"]

    def _emergency_scope(self):
        """Return (schools, classes) that it is for; both empty: the whole commune."""
        schools, classes = self.emergency_school_ids, self.emergency_class_ids
        if not (schools or classes):
            schools, classes = self.school_ids, self.class_ids
        return schools._origin, classes._origin

    def _emergency_families(self):
        """Return the families whose children may come to it, as superuser."""
        families_sudo = self.env["espace.family"].sudo()
        if not (self.opens_emergency and self.company_id):
            return families_sudo
        schools, classes = self._emergency_scope()
        children = Domain("class_id", "!=", False)
        if schools or classes:
            children = Domain("class_id", "in", classes.ids) | Domain(
                "class_id.school_id", "in", schools.ids
            )
        return families_sudo.search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("child_ids", "any", children)
        )

    # === Opening and ending === #

    def _open_emergency(self):
        """Open its sessions, for a service like it that a strike opened before if any.

        The agent of the family desk opens it; activities belong to administrators.
        """
        if not self.opens_emergency:
            return
        activity_sudo = self._emergency_like_it_sudo() or self._new_emergency_sudo()
        days = self._emergency_days()
        Session = self.env["espace.session"].sudo()
        known = Session.search(
            [("activity_id", "=", activity_sudo.id), ("date", "in", days)]
        )
        known.write(
            {
                "state": "open",
                "capacity": self.emergency_places,
                "staff_planned": self.emergency_staff,
            }
        )
        sessions_sudo = known | Session.create(
            [
                {"activity_id": activity_sudo.id, "date": day, **self._emergency_vals()}
                for day in days
                if day not in known.mapped("date")
            ]
        )
        self.sudo().write(
            {
                "emergency_activity_id": activity_sudo.id,
                "emergency_session_ids": [Command.set(sessions_sudo.ids)],
            }
        )

    def _emergency_vals(self):
        """Hook: return the values of a new session of it, beside activity and day."""
        return {
            "capacity": self.emergency_places,
            "staff_planned": self.emergency_staff,
            "seats_limited": True,
            "capacity_changed": True,
        }

    def _emergency_like_it_sudo(self):
        """Return the emergency service for the same children and hours, maybe none."""
        schools, classes = self._emergency_scope()
        known = (
            self.env["espace.activity"]
            .sudo()
            .search(
                [("company_id", "=", self.company_id.id), ("is_emergency", "=", True)]
            )
        )
        hours = (self.emergency_from, self.emergency_to)
        return known.filtered(
            lambda one: (
                set(one.limit_school_ids.ids) == set(schools.ids)
                and set(one.limit_class_ids.ids) == set(classes.ids)
                and [(p.espace_time_from, p.espace_time_to) for p in one.product_ids]
                == [hours]
            )
        )[:1]

    def _new_emergency_sudo(self):
        """Create the service; its French is said too, whoever opens it."""
        schools, classes = self._emergency_scope()
        activity_sudo = (
            self.env["espace.activity"]
            .sudo()
            .create(self._emergency_activity_vals(schools, classes))
        )
        for code, _name in self.env["res.lang"].get_installed():
            speaking = self.with_context(lang=code)
            activity_sudo.with_context(lang=code).name = speaking._emergency_name()
            option = activity_sudo.product_ids.with_context(lang=code)
            option.name = speaking.env._("School hours")
        return activity_sudo

    def _emergency_activity_vals(self, schools, classes):
        """Hook: return the values of a new emergency service."""
        always = self._always_rule_sudo()
        option = {
            "name": self.env._("School hours"),
            "type": "service",
            "list_price": 0,
            "espace_time_from": self.emergency_from,
            "espace_time_to": self.emergency_to,
        }
        return {
            "company_id": self.company_id.id,
            "name": self._emergency_name(),
            "category": "childcare",
            "is_emergency": True,
            "enrolment_required": False,
            "on_school_days": True,
            "seats_limited": True,
            "capacity": self.emergency_places,
            "booking_rule_id": always.id,
            "cancel_rule_id": always.id,
            "limit_school_ids": [Command.set(schools.ids)],
            "limit_class_ids": [Command.set(classes.ids)],
            "product_ids": [Command.create(option)],
        }

    def _emergency_name(self):
        name = self.env._("Free emergency service")
        places = self._emergency_places_words()
        return f"{name} – {places}" if places else name

    def _emergency_places_words(self):
        schools, classes = self._emergency_scope()
        return format_list(
            self.env, [*schools.mapped("name"), *classes.mapped("display_name")]
        )

    def _always_rule_sudo(self):
        """Return the limit of what is booked until it begins; create it if need be."""
        rules_sudo = self.env["espace.deadline.rule"].sudo()
        mine = [("company_id", "=", self.company_id.id), ("kind", "=", "always")]
        return rules_sudo.search(mine, limit=1) or rules_sudo.create(
            {
                "name": self.env._("Always"),
                "kind": "always",
                "company_id": self.company_id.id,
            }
        )

    def _close_emergency(self, now):
        """Close the sessions it opened; return the bookings that end with them."""
        sessions_sudo = self.sudo().emergency_session_ids
        bookings_sudo = sessions_sudo.reservation_ids.filtered(
            lambda r: r.state in LIVE and r.attendance != "present"
        )
        sessions_sudo.write({"state": "closed"})
        drafts_sudo = bookings_sudo.filtered(lambda r: r.state == "draft")
        ended_sudo = bookings_sudo - drafts_sudo
        drafts_sudo._cancel(now, staff=True, promote=False)
        if ended_sudo:
            language = self.company_id.partner_id.lang or self.env.lang
            reason = self.with_context(lang=language).env._("The strike is over.")
            ended_sudo._cancel(now, staff=True, reason=reason, promote=False)
        return ended_sudo

    def action_open_emergency(self):
        """Open the days of its emergency service, who is booked on them."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_session_action"
        )
        action["display_name"] = self.emergency_activity_id.name
        action["domain"] = [("id", "in", self.emergency_session_ids.ids)]
        action["views"] = [(False, "list"), (False, "form")]
        return action

    # === Words === #

    def _emergency_words(self):
        """Say for whom, when and with how many places it opens."""
        company_sudo = self.sudo().company_id
        if not (self.opens_emergency and self.date_from and self.date_to):
            return ""
        days = self._emergency_days()
        parts = [
            self._emergency_places_words(),
            format_list(self.env, [company_sudo._espace_day_words(d) for d in days]),
            self.env._(
                "from %(start)s to %(end)s",
                start=self._hour_words(self.emergency_from),
                end=self._hour_words(self.emergency_to),
            ),
            self.env._("%s places", self.emergency_places),
        ]
        return ", ".join(filter(None, parts))

    def _hour_words(self, hours):
        moment = datetime.combine(self.date_from, time()) + timedelta(hours=hours)
        return self.sudo().company_id._espace_time_words(moment)


class EspaceActivity(models.Model):
    _inherit = "espace.activity"

    is_emergency = fields.Boolean(
        "Emergency Service of a Strike",
        readonly=True,
        copy=False,
        help="Opened by strikes, day by day, and free of charge.",
    )
