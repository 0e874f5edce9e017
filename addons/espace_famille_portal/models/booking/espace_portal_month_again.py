from werkzeug.urls import url_encode

from odoo import api, fields, models

from odoo.addons.espace_famille.domain.booking import ENDED_STATES

from ...domain.period import Span

AGENDA = "/my/reservations/agenda"


class EspacePortalAgenda(models.AbstractModel):
    """“Comme en décembre ?”: the next month booked as this one, in two taps."""

    _inherit = "espace.portal.agenda"

    @api.model
    def _copy_url(self, children, source, target):
        """Return the address that shows what copying a span to another would add.

        :param Span source: a month or a week
        :param Span target: the days to fill
        """
        pairs = [
            ("copy", source.view),
            ("source", source.start),
            ("from", target.start),
            ("to", target.end),
            ("asked", 1),
            ("preview", 1),
            *(("child", child.id) for child in children),
        ]
        return f"{AGENDA}?{url_encode(pairs)}"

    @api.model
    def _month_again(self, family, now=None, booked=None, sessions=()):
        """Return what home proposes for the next month, None where it makes no sense.

        It does where the family has booked something this month and nothing yet of
        the next one, which is open: its cutoffs are ahead. That is asked without the
        gate, which is asked by the page behind the link: one tap from there to the
        cart.

        :param booked: `_booked_activities` of this month and the next, if it is known
        :param sessions: days that somebody has read; what is not among them is looked
            for
        :return: dict of `url`, `start` (its first day), `month` and `source` (names of
            the months), `children` (first names)
        """
        now = now or fields.Datetime.now()
        today = family.company_id._espace_today(now)
        this_month = Span.around("month", today)
        next_month = Span.around("month", this_month.next)
        booked, booked_next = booked or self._booked_activities(
            family, this_month, next_month
        )
        if not booked or booked_next:
            return None
        children = self._gate().browse().child_id.union(*booked.values())
        activity_ids = {activity.id for activity in booked}
        still_open = any(
            session.activity_id.id in activity_ids
            and session.state == "open"
            and next_month.start <= session.date <= next_month.end
            and session.booking_cutoff
            and session.booking_cutoff > now
            for session in sessions
        ) or self.env["espace.session"].sudo().search_count(
            [
                ("activity_id", "in", list(activity_ids)),
                ("company_id", "=", family.company_id.id),
                ("state", "=", "open"),
                ("date", ">=", next_month.start),
                ("date", "<=", next_month.end),
                ("booking_cutoff", ">", now),
            ],
            limit=1,
        )
        if not still_open:
            return None
        shown = family.sudo().child_ids & children
        return {
            "url": self._copy_url(shown, this_month, next_month),
            "start": next_month.start,
            "month": self._month_words(next_month.start),
            "source": self._month_words(this_month.start).lower(),
            "children": shown.mapped("firstname"),
        }

    @api.model
    def _booked_activities(self, family, *months):
        """Return {activity: children} of what a family has chosen or booked.

        :param months: the `Span` of one month after the other
        :return: one dict a month
        """
        groups = self._gate()._read_group(
            [
                ("family_id", "=", family.id),
                ("date", ">=", months[0].start),
                ("date", "<=", months[-1].end),
                ("state", "not in", ENDED_STATES),
                ("origin", "=", "booked"),
            ],
            ["date:month", "activity_id"],
            ["child_id:recordset"],
        )
        return [
            {
                activity: children
                for first, activity, children in groups
                if fields.Date.to_date(first) == month.start
            }
            for month in months
        ]
