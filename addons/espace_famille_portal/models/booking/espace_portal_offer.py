from dataclasses import dataclass, field

from odoo import api, models

from ...domain import agenda

KIND_COLUMNS = {
    "school": "on_school_days",
    "wednesday": "on_wednesdays",
    "holiday": "on_holidays",
}


@dataclass(slots=True)
class Offer:
    """What the children of a family may be booked for, from today on.

    `weekdays`: {(child id, product id): weekdays on which the service opens};
    `groups`: [(activity, products)], see `in_order`; `horizon`: the last day of service
    known, None when there is none.
    """

    children: list
    weekdays: dict = field(default_factory=dict)
    groups: list = field(default_factory=list)
    kinds: list = field(default_factory=list)
    horizon: object = None

    def days_of(self, product, child_id=0):
        """Return the weekdays of an option for a child, or for any of them (0)."""
        return sorted(
            set().union(
                *(
                    days
                    for (one, product_id), days in self.weekdays.items()
                    if product_id == product.id and child_id in (0, one)
                )
            )
        )

    def week(self, child_id=0):
        """Return the weekdays on which anything is open, for a child or any (0)."""
        return sorted(
            set().union(
                *(
                    days
                    for (one, _product_id), days in self.weekdays.items()
                    if child_id in (0, one)
                )
            )
        )

    def takers(self, product):
        """Return the children who may have an option."""
        return [c for c in self.children if (c.id, product.id) in self.weekdays]


# When a meal begins that bears no hours.
NOON = 12.0


def in_order(products):
    """Sort options as the day goes, or as the commune sorts its activities.

    The options of one activity stay together, by their hours. Where the hours of one
    of them are not known nobody knows how the day goes: the commune's order holds.
    """
    starts = {}
    by_hours = all(
        company.espace_by_hours for company in products.espace_activity_id.company_id
    )
    for activity, options in products.grouped("espace_activity_id").items():
        starts[activity] = min(filter(None, map(_start, options)), default=0)
    if not by_hours or not all(starts.values()):
        starts = {}
    return products.sorted(
        lambda product: (
            starts.get(product.espace_activity_id, 0),
            product.espace_activity_id.sequence,
            product.espace_activity_id.name,
            product.espace_time_from,
            product.espace_time_to,
            product.name,
        )
    )


def _start(product):
    """Return the local hour at which an option begins, 0 if nobody knows."""
    if product.espace_time_to:
        return product.espace_time_from
    return NOON if product.espace_includes_meal else 0


class EspacePortalOffer(models.AbstractModel):
    """What the children of a family may be booked for at all, whatever the day."""

    _name = "espace.portal.offer"
    _description = "Portal: Offer"

    @api.model
    def _read(self, family, now):
        """Return the `Offer` of a family: a fixed number of queries."""
        today = family.company_id._espace_today(now)
        children_sudo = family.sudo().child_ids
        products_sudo = self._products(family)
        activities = products_sudo.espace_activity_id
        opened = self._opened(family, activities, today)
        horizon = max((max(days) for days in opened.values()), default=None)
        offer = Offer(children=list(children_sudo), horizon=horizon)
        if not horizon:
            return offer
        enrolments = (
            self.env["espace.enrolment"].sudo()._periods(children_sudo, activities)
        )
        for activity, options in products_sudo.grouped("espace_activity_id").items():
            weekdays = frozenset(day.weekday() for day in opened.get(activity, ()))
            takers = [
                child
                for child in children_sudo
                if weekdays
                and self._may_come(child, activity, enrolments, today, horizon)
            ]
            for child in takers:
                for option in options:
                    offer.weekdays[child.id, option.id] = weekdays
            if takers:
                offer.groups.append((activity, list(options)))
        offer.kinds = self._useful_kinds([activity for activity, _ in offer.groups])
        return offer

    @api.model
    def _products(self, family):
        """Return the options of the commune, as superuser and as `in_order` sorts."""
        products_sudo = (
            self.env["product.product"]
            .sudo()
            .search(
                [
                    ("espace_activity_id.company_id", "=", family.company_id.id),
                    ("espace_activity_id.active", "=", True),
                ]
            )
        )
        return in_order(products_sudo)

    @api.model
    def _opened(self, family, activities, today):
        """Return {activity: dates} of the services from today on."""
        return dict(
            self.env["espace.session"]
            .sudo()
            ._read_group(
                [
                    ("activity_id", "in", activities.ids),
                    ("company_id", "=", family.company_id.id),
                    ("state", "=", "open"),
                    ("date", ">=", today),
                    ("date", "<=", today + agenda.REACH),
                ],
                ["activity_id"],
                ["date:array_agg"],
            )
        )

    @api.model
    def _may_come(self, child, activity, enrolments, first, last):
        """Tell whether an activity is one for this child between two dates."""
        if not activity.enrolment_required:
            return not all(
                activity._enrolment_refusal(child, day) for day in (first, last)
            )
        return any(
            start <= last and end >= first
            for start, end in enrolments.get((child.id, activity.id), ())
        )

    @api.model
    def _useful_kinds(self, activities):
        """Return the kinds of days to choose among: none where weekdays say enough."""
        kinds = [
            kind
            for kind, column in KIND_COLUMNS.items()
            if any(activity[column] for activity in activities)
        ]
        return kinds if "holiday" in kinds and len(kinds) > 1 else []
