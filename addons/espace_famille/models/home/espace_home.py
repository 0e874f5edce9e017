"""The first screen after log-in: what is to be done, and the list behind each count."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.web.controllers.utils import clean_action

# How urgent a duty is, the most urgent first: a limit or a duty falls today, or others
# wait for it; a delay of the rules of the commune is running; whenever there is time.
URGENCIES = ("now", "soon", "")
# Names said of those that a line counts.
MOST_NAMES = 4


class Place(NamedTuple):
    """Of which commune a home tells, and when: a local date, a naive UTC instant.

    `known`: what several lines of one home read, so that it is read once.
    """

    company: models.BaseModel
    today: date
    now: datetime
    known: dict

    def once(self, key, find):
        """Return what `find` returns, called at most once for a key."""
        if key not in self.known:
            self.known[key] = find()
        return self.known[key]


class Role(NamedTuple):
    """A home: its name, and the group of those who have it."""

    code: str
    name: str
    group: str


class Listed(NamedTuple):
    """The list behind a count: what is counted is what is listed.

    `action`: identifier of its window action; `context`: that it is opened with.
    """

    model: str
    domain: Domain
    action: str
    context: dict = {}


class Duty(NamedTuple):
    """A line of “To do”: how many, what, why now, and one button.

    `code`: names `_list_<code>` or `_open_<code>`; `urgency`: one of `URGENCIES`.
    """

    code: str
    count: int
    title: str
    words: str
    button: str
    urgency: str = ""
    icon: str = "fa-circle-o"


class Row(NamedTuple):
    """A line beside the duties; `code` and `key` open what it is about."""

    title: str
    words: str = ""
    value: str = ""
    icon: str = ""
    strong: bool = False
    code: str = ""
    key: str = ""
    link: str = ""


class Section(NamedTuple):
    """A part of the screen with a heading; `side`: in the narrow column.

    `kind`: how `rows` are drawn. “rows”: of `Row`; “sums”: likewise, in a table;
    “sessions”, “fill”: dictionaries, see `espace_home_day.py`.
    """

    code: str
    title: str
    rows: Sequence
    note: str = ""
    kind: str = "rows"
    side: bool = True
    link: str = ""


class EspaceHome(models.AbstractModel):
    """One home a role, read by one call; nothing of it is stored.

    Each count and the list that it opens come from the same `Listed`. An addon adds
    roles, duties and sections by extending `_roles`, `_duty_codes`, `_section_codes`,
    `_link_codes`, and the methods that the codes name.
    """

    _name = "espace.home"
    _description = "Home of a Role"

    # === What the screen asks === #

    @api.model
    @api.readonly
    def load(self, role=None):
        """Return what a home shows of the commune of the user.

        :param str role: whose home, that of the user if None
        :return: {"role", "roles": [{"code", "name"}], "title", "subtitle", "buttons",
            "figures", "above", "duties", "total", "main", "side"}; of `Duty`, `Row`
            and `Section` the fields
        :raise AccessError: the user has no home, or not that one
        """
        roles = self._own_roles()
        codes = [one.code for one in roles]
        role = role or self._first_role(codes)
        if role not in codes:
            raise AccessError(self.env._("This home is for other agents."))
        place = self._place()
        duties = self._duties(role, place)
        sections = self._sections(role, place)
        return {
            "role": role,
            "roles": [{"code": one.code, "name": one.name} for one in roles],
            "title": self._heading(place),
            "subtitle": getattr(self, f"_subtitle_{role}")(place),
            "buttons": self._buttons(role, place),
            "figures": self._figures(role, place),
            "duties": [duty._asdict() for duty in duties],
            "total": sum(duty.count for duty in duties),
            "above": self._shown(s for s in sections if s.code in self._above(role)),
            "main": self._shown(
                s for s in sections if not s.side and s.code not in self._above(role)
            ),
            "side": self._shown(s for s in sections if s.side),
        }

    @api.model
    def open(self, code, key=""):
        """Return the action behind a line: the list that it counted, or its screen.

        :param str code: of a line of one of the user's homes
        :param str key: of which of several records, an id or a word
        :raise UserError: there is no such line
        """
        if code not in self._own_codes():
            raise UserError(self.env._("There is no such line."))
        place = self._place()
        if maker := getattr(self, f"_open_{code}", None):
            return clean_action(maker(place, str(key or "")), env=self.env)
        return clean_action(
            self._list_action(getattr(self, f"_list_{code}")(place)), env=self.env
        )

    # === Roles === #

    @api.model
    def _roles(self):
        """Return the homes there are, the widest work first; an addon adds its own."""
        return [
            Role(
                "administration",
                self.env._("Administration"),
                "espace_famille.group_admin",
            ),
            Role("manager", self.env._("Management"), "espace_famille.group_manager"),
            Role(
                "animation", self.env._("Animation"), "espace_famille.group_animation"
            ),
            Role("kitchen", self.env._("Kitchen"), "espace_famille.group_animation"),
        ]

    @api.model
    def _own_roles(self):
        """Return the homes of the user, those of its commune."""
        user = self.env.user
        roles = [role for role in self._roles() if user.has_group(role.group)]
        if not roles:
            raise AccessError(self.env._("Only agents of the commune have a home."))
        return roles

    @api.model
    def _first_role(self, codes):
        """Return whose home the user sees first: the one chosen, or the widest."""
        chosen = self.env.user.espace_home
        return chosen if chosen in codes else codes[0]

    @api.model
    def _has_home(self):
        """Tell whether the user works in the commune that it looks at."""
        user = self.env.user
        return self.env.company.espace_is_commune and any(
            user.has_group(role.group) for role in self._roles()
        )

    # === Hooks === #

    @api.model
    def _duty_codes(self, role):
        """Return the codes of the duties of a role, in the order of the screen.

        `_duty_<code>(place)` returns its `Duty`, None where nothing is to be done.
        """
        return {
            "animation": ["unmarked", "clashes", "unknown"],
            "kitchen": ["kitchen_refused", "kitchen_order", "kitchen_changes"],
            "manager": [
                "enrolments",
                "approvals",
                "unfinished",
                "unlocking",
                "gestures",
                "absences",
                "kitchen_refused",
                "documents",
                "documents_ending",
            ],
            "administration": [
                "mails",
                "jobs",
                "erasure",
                "erasure_children",
                "agents",
            ],
        }.get(role, [])

    @api.model
    def _section_codes(self, role):
        """Return the codes of the sections of a role.

        `_section_<code>(place)` returns its `Section`, None where there is none.
        """
        return {
            "animation": ["today", "know", "tomorrow", "print"],
            "kitchen": ["meals_today", "meals_next", "kitchen_sheets"],
            "manager": ["today", "limits", "fill", "waiting"],
            "administration": ["services", "setup", "machine"],
        }.get(role, [])

    @api.model
    def _above(self, role):
        """Return the codes of the sections that stand above the duties."""
        return ["today"] if role == "animation" else []

    @api.model
    def _link_codes(self, role):
        """Return the codes that a role opens without counting: `_open_<code>`."""
        return {
            "animation": ["page", "session", "print", "banned", "pai", "announced"],
            "kitchen": ["kitchen", "meals", "sheet"],
            "manager": [
                "page",
                "session",
                "write",
                "closures",
                "waiting_day",
                "carts",
            ],
            "administration": ["setup"],
        }.get(role, [])

    @api.model
    def _button_codes(self, role):
        """Return the codes of the buttons of the head: `_button_<code>(place)`."""
        return {
            "animation": ["page"],
            "kitchen": ["kitchen"],
            "manager": ["write", "closures"],
        }.get(role, [])

    @api.model
    def _figures(self, role, place):
        """Return the figures under the head of a role: title, value, words, code."""
        return []

    # === Counting === #

    @api.model
    def _count(self, listed):
        return (
            self.env[listed.model]
            .with_context(**listed.context)
            .search_count(listed.domain)
        )

    @api.model
    def _list_action(self, listed):
        """Return the window action of a list, narrowed to what was counted.

        Filters that its menu proposes are left out: they would hide some of it.
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(listed.action)
        return {
            **action,
            "domain": list(listed.domain),
            "context": {"create": False, **listed.context},
        }

    @api.model
    def _duties(self, role, place):
        """Return the duties of a role, the most urgent first."""
        found = [
            getattr(self, f"_duty_{code}")(place) for code in self._duty_codes(role)
        ]
        return sorted(filter(None, found), key=lambda d: URGENCIES.index(d.urgency))

    @api.model
    def _sections(self, role, place):
        found = [
            getattr(self, f"_section_{code}")(place)
            for code in self._section_codes(role)
        ]
        return [section for section in found if section]

    @api.model
    def _buttons(self, role, place):
        return [
            getattr(self, f"_button_{code}")(place) for code in self._button_codes(role)
        ]

    @api.model
    def _own_codes(self):
        """Return all codes that the homes of the user may open."""
        return {
            code
            for role in self._own_roles()
            for codes in (self._duty_codes, self._link_codes)
            for code in codes(role.code)
        }

    # === Tools === #

    @api.model
    def _place(self):
        company, now = self.env.company, fields.Datetime.now()
        return Place(company, company._espace_today(now), now, {})

    @api.model
    def _mine(self, place):
        return Domain("company_id", "=", place.company.id)

    @api.model
    def _heading(self, place):
        words = place.company._espace_day_words(place.today)
        return words[:1].upper() + words[1:]

    @api.model
    def _shown(self, sections):
        return [
            {
                **section._asdict(),
                "rows": [
                    row._asdict() if isinstance(row, Row) else row
                    for row in section.rows
                ],
            }
            for section in sections
        ]

    @api.model
    def _some_names(self, records):
        """Name some of many: “Romy Bonnet, Noah Haddad, 3 more”."""
        names = records[:MOST_NAMES].mapped("display_name")
        if len(records) > MOST_NAMES:
            names.append(self.env._("%s more", len(records) - MOST_NAMES))
        return ", ".join(names)

    @api.model
    def _record(self, model, key):
        """Return a record that the screen names, refused if there is none.

        :raise UserError: it is gone, or was never there
        """
        record = self.env[model].browse(int(key) if key.isdigit() else 0).exists()
        if not record:
            raise UserError(self.env._("This is no longer there: reload the page."))
        record.check_access("read")
        return record
