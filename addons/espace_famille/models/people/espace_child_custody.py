from datetime import timedelta

from odoo import api, fields, models

from ...domain import custody
from ...domain.booking import ENDED_STATES
from ..core.espace_thread import OFFICE

PREVIEW_WEEKS = 12
STAFF = "espace_famille.group_animation,espace_famille.group_finance"
ON_CUSTODY = (
    "family_id",
    "custody_ids.family_id",
    "custody_ids.pattern",
    "custody_ids.years",
    "custody_ids.date_from",
    "custody_ids.date_to",
)


class EspaceChild(models.Model):
    """Who has the child when, shown before it is saved; what a change leaves behind."""

    _inherit = "espace.child"

    # Named by a register: they neither see nor pay before the custody says when.
    other_family_ids = fields.Many2many(
        "espace.family",
        "espace_child_other_family_rel",
        "child_id",
        "family_id",
        string="Other Households",
        groups=OFFICE,
        help="Households where the child lives in turn, as a register says.",
    )
    custody_to_set = fields.Boolean(
        compute="_compute_custody_to_set",
        store=True,
        groups=OFFICE,
        help="Another household is known, not yet when it has the child.",
    )
    custody_preview = fields.Html(
        "Next Weeks", compute="_compute_custody_preview", sanitize=False, groups=STAFF
    )
    misplaced_reservation_ids = fields.Many2many(
        "espace.reservation",
        string="Bookings of the Other Household",
        compute="_compute_misplaced",
        groups=STAFF,
        help="Coming bookings of a household which no longer has the child that day.",
    )
    misplaced_count = fields.Integer(compute="_compute_misplaced", groups=STAFF)

    @api.depends("family_id", "other_family_ids", "custody_ids.family_id")
    def _compute_custody_to_set(self):
        for child in self:
            others = child.other_family_ids - child.family_id
            child.custody_to_set = bool(others - child.custody_ids.family_id)

    @api.depends(*ON_CUSTODY)
    def _compute_custody_preview(self):
        for child in self:
            lines = child.custody_ids._complete()
            child.custody_preview = bool(lines) and self.env["ir.qweb"]._render(
                "espace_famille.custody_preview", child._custody_weeks(lines)
            )

    def _custody_weeks(self, lines):
        """Return what the template of the preview shows, a row per week."""
        company = self.company_id or self.env.company
        today = company._espace_today()
        monday = today - timedelta(days=today.weekday())
        calendar = company._espace_calendar()
        runs = custody.runs(
            monday,
            monday + timedelta(weeks=PREVIEW_WEEKS, days=-1),
            self.family_id._origin.id,
            lines._arrangements(),
            calendar.holiday_around,
        )
        # Their names alone: not all agents read families.
        families_sudo = self.env["espace.family"].sudo()
        families_sudo = families_sudo.browse(run[2] for run in runs if run[2])
        names = {family.id: family.name for family in families_sudo}
        weeks = {}
        for first, last, family_id in runs:
            start = first - timedelta(days=first.weekday())
            week = weeks.setdefault(
                start,
                {
                    "number": start.isocalendar().week,
                    "from": company._espace_date_words(start),
                    "to": company._espace_date_words(start + timedelta(days=6)),
                    "holiday": "",
                    "runs": [],
                },
            )
            days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            for holiday in filter(None, map(calendar.holiday_around, days)):
                week["holiday"] = holiday.name
            week["runs"].append(
                {
                    "days": len(days),
                    "name": names.get(family_id, ""),
                    "main": family_id == self.family_id._origin.id,
                }
            )
        return {"weeks": list(weeks.values())}

    @api.depends(*ON_CUSTODY)
    def _compute_misplaced(self):
        for child in self:
            misplaced = child._misplaced_reservations()
            child.misplaced_reservation_ids = misplaced
            child.misplaced_count = len(misplaced)

    def _misplaced_reservations(self):
        """Return the coming bookings made by a household that no longer has the day.

        They are shown, never changed: agents settle with both households who pays.
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        reservations = self.env["espace.reservation"].search(
            [
                ("child_id", "=", self._origin.id),
                ("date", ">=", company._espace_today()),
                ("state", "not in", [*ENDED_STATES, "draft"]),
            ]
        )
        default = self.family_id._origin.id
        found = self.custody_ids._complete()._arrangements()
        around = company._espace_calendar().holiday_around
        return reservations.filtered(
            lambda reservation: (
                reservation.family_id.id
                != custody.paying_household(reservation.date, default, found, around)
            )
        )

    def action_open_misplaced(self):
        """Open the coming bookings which a change of custody left behind."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "espace_famille.espace_reservation_action"
        )
        action["display_name"] = self.env._("To settle with both households")
        action["domain"] = [("id", "in", self.misplaced_reservation_ids.ids)]
        return action
