from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..domain.booking import SEAT_STATES

KINDS = [
    ("class", "Classes"),
    ("evacuation", "Evacuation"),
    ("contacts", "Emergency contacts"),
    ("pai", "Care plans (PAI)"),
    ("group", "Groups and transport"),
    ("label", "Labels"),
    ("card", "Cards with a QR code"),
]
# Who may print what, besides Animation: a group of the addon.
NEEDS = {
    "contacts": "espace_famille.group_manager",
    "pai": "espace_famille.group_health",
    "card": "espace_famille.group_manager",
}
# What is of a day, and of nothing else.
OF_A_DAY = ("evacuation", "group")
LABELS = 21  # a sheet of 3 × 7


class Row(NamedTuple):
    """A child on a list, and what it is booked for on the day."""

    child: models.BaseModel
    bookings: models.BaseModel


class EspaceListWizard(models.TransientModel):
    """Lists to print: who, of which school, class, activity and day."""

    _name = "espace.list.wizard"
    _description = "Lists to Print"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(KINDS, "List", required=True, default="class")
    school_ids = fields.Many2many("espace.school", string="Schools")
    class_ids = fields.Many2many("espace.school.class", string="Classes")
    activity_id = fields.Many2one("espace.activity")
    date = fields.Date(
        "Day",
        help="With a day, only the children who are booked on it.",
    )
    skipped = fields.Integer(
        "Labels already Used", help="On the first sheet, from the top left."
    )
    needs_words = fields.Char(compute="_compute_needs_words")
    child_count = fields.Integer("Children", compute="_compute_child_count")

    @api.onchange("kind")
    def _onchange_kind(self):
        """Propose the day that most lists of a day are printed for."""
        if self.kind in OF_A_DAY and not self.date:
            self.date = self.company_id._espace_today()

    @api.depends("kind")
    @api.depends_context("uid")
    def _compute_needs_words(self):
        for wizard in self:
            wizard.needs_words = (
                False if wizard._may_print() else wizard._refusal_words()
            )

    @api.depends("kind", "school_ids", "class_ids", "activity_id", "date")
    def _compute_child_count(self):
        for wizard in self:
            wizard.child_count = len(wizard._rows())

    # === Rights === #

    def _may_print(self):
        needed = NEEDS.get(self.kind)
        return not needed or self.env.user.has_group(needed)

    def _refusal_words(self):
        if self.kind == "pai":
            return self.env._(
                "Care plans are printed by those with the right Health; each reading "
                "is recorded."
            )
        return self.env._("Management prints these lists.")

    def _check_may_print(self):
        """Refuse who has not the right to what the list holds.

        :raise AccessError: saying whose right it is
        """
        for wizard in self:
            if not wizard._may_print():
                raise AccessError(wizard._refusal_words())

    # === Printing === #

    def action_print(self):
        """Print the list.

        :raise UserError: there is nobody on it, or no day where one is needed
        """
        self.ensure_one()
        self._check_may_print()
        if self.kind in OF_A_DAY and not self.date:
            raise UserError(self.env._("Choose the day of this list."))
        if self.kind == "group" and not self.activity_id:
            raise UserError(self.env._("Choose the activity whose groups you print."))
        rows = self._rows()
        if not rows:
            raise UserError(
                self.env._(
                    "Nobody is on this list: choose another school, class, activity "
                    "or day."
                )
            )
        if self.kind == "card":
            children = self.env["espace.child"].union(*(row.child for row in rows))
            return children.action_print_cards()
        name = "label" if self.kind == "label" else "list"
        return self.env.ref(f"espace_famille.espace_{name}_report").report_action(
            self, config=False
        )

    # === Who is on it === #

    def _rows(self):
        """Return the `Row` of each child, by class in school order, then name."""
        self.ensure_one()
        if self.date:
            bookings = self._bookings()
            by_child = bookings.grouped("child_id")
            rows = [Row(child, by_child[child]) for child in bookings.child_id]
        else:
            none = self.env["espace.reservation"]
            rows = [Row(child, none) for child in self._children()]
        if self.kind == "pai":
            rows = [row for row in rows if row.child.has_pai]
        classes = self.env["espace.school.class"].union(
            *(row.child.class_id for row in rows)
        )
        ranks = {one: n for n, one in enumerate(classes._in_school_order())}
        return sorted(
            rows,
            key=lambda row: (
                ranks.get(row.child.class_id, len(ranks)),
                row.child.lastname,
                row.child.firstname,
                row.child.id,
            ),
        )

    def _place(self, path=""):
        """Return the domain of the schools and classes chosen, all if none is.

        :param str path: from the records that are sought to the child, with its dot
        """
        domain = Domain.TRUE
        if self.school_ids:
            domain &= Domain(f"{path}school_id", "in", self.school_ids.ids)
        if self.class_ids:
            domain &= Domain(f"{path}class_id", "in", self.class_ids.ids)
        return domain

    def _children(self):
        """Return the children of the classes, of the activity if one is chosen."""
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("class_id", "!=", False)
            & self._place()
        )
        if self.activity_id:
            today = self.company_id._espace_today()
            enrolled = (
                Domain("activity_id", "=", self.activity_id.id)
                & Domain("state", "!=", "refused")
                & Domain("date_from", "<=", today)
                & Domain("date_to", ">=", today)
            )
            domain &= Domain("enrolment_ids", "any", enrolled)
        return self.env["espace.child"].search(domain)

    def _bookings(self):
        """Return the bookings of the day, without those marked as absent."""
        domain = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("date", "=", self.date)
            & Domain("state", "in", list(SEAT_STATES))
            & Domain("attendance", "in", ("expected", "present"))
            & self._place("child_id.")
        )
        if self.activity_id:
            domain &= Domain("activity_id", "=", self.activity_id.id)
        return self.env["espace.reservation"].search(domain)

    # === What stands on it === #

    def _sheets(self):
        """Return what is printed, a sheet (numbered from page 1 on) after the other.

        :return: list of dicts: `title`, `parts` as [(heading, rows)], and what the
            kind shows besides
        """
        self._check_may_print()
        rows = self._rows()
        if self.kind == "evacuation":
            return self._evacuation_sheets(rows)
        if self.kind == "group":
            return self._group_sheets(rows)
        if self.kind == "pai":
            return [{"title": row.child.name, "parts": [("", [row])]} for row in rows]
        return [
            {"title": self._class_words(school_class), "parts": [("", found)]}
            for school_class, found in self._by(rows, lambda row: row.child.class_id)
        ]

    @api.model
    def _by(self, rows, key):
        """Return [(key, its rows)] in the order in which the keys come first."""
        found = {}
        for row in rows:
            found.setdefault(key(row), []).append(row)
        return list(found.items())

    @api.model
    def _class_words(self, school_class):
        if not school_class:
            return self.env._("Without a class")
        words = school_class.display_name
        return f"{words} ({school_class.teacher})" if school_class.teacher else words

    def _evacuation_sheets(self, rows):
        """Return a sheet a school: its classes, and the adults of the building."""
        return [
            {
                "title": self.env._(
                    "Evacuation: %s", school.name or self.env._("without a school")
                ),
                "parts": [
                    (self._class_words(school_class), many)
                    for school_class, many in self._by(
                        found, lambda row: row.child.class_id
                    )
                ],
                "adults": school.adult_ids,
            }
            for school, found in self._by(rows, lambda row: row.child.school_id)
        ]

    def _group_sheets(self, rows):
        """Return a sheet for each group and transport, the last for who is in none.

        Without groups, the options of the activity take their place.
        """
        groups = self.env["espace.group"]._of_activity(self.activity_id)
        if not groups:
            return self._option_sheets(rows)
        sheets = [
            {
                "title": f"{self.activity_id.name}, {group.name}",
                "head": group._head_words(),
                "parts": [("", [row for row in rows if row.child in group.child_ids])],
            }
            for group in groups
        ]
        inside = groups.child_ids
        if alone := [row for row in rows if row.child not in inside]:
            title = self.env._("%s, in no group", self.activity_id.name)
            sheets.append({"title": title, "parts": [("", alone)]})
        return [sheet for sheet in sheets if sheet["parts"][0][1]]

    def _option_sheets(self, rows):
        options = self.env["product.product"].union(
            *(row.bookings.product_id for row in rows)
        )
        return [
            {
                "title": f"{self.activity_id.name}, {option.name}",
                "parts": [
                    ("", [row for row in rows if option in row.bookings.product_id])
                ],
            }
            for option in options.sorted(lambda one: (one.espace_time_to, one.id))
        ]

    def _labels(self):
        """Return the sheets of labels: lists of 21 rows, None where one is used."""
        self._check_may_print()
        used = min(max(self.skipped, 0), LABELS - 1)
        cells = [*[None] * used, *self._rows()]
        return [cells[n : n + LABELS] for n in range(0, len(cells), LABELS)]

    def _contact_rows(self, child):
        """Return [(name, what they are, telephones)] of whom to call, in order.

        Read as superuser: whoever may print the list may call them.
        """
        child_sudo = child.sudo()
        guardians_sudo = child_sudo.family_ids.guardian_ids
        called = guardians_sudo.filtered("is_emergency") or guardians_sudo
        found = [
            (
                one.name,
                self.env._("parent"),
                ", ".join(filter(None, [one.phone or one.family_id.phone, one.phone2])),
            )
            for one in called
        ]
        today = self.date or self.company_id._espace_today()
        persons = child_sudo._pickup_persons(today).get(child.id, ())
        return found + [
            (one.name, one.relation or "", one.phone or "") for one in persons
        ]
