from datetime import timedelta

from odoo import api, models

from odoo.addons.espace_famille.domain import allergens
from odoo.addons.espace_famille.domain.booking import SEAT_STATES

DAYS = 7


class EspacePortalMenu(models.AbstractModel):
    """The menus of a week, and what in them a parent of the family looks out for.

    Marks come from what staff ticked on the child and from what the parents wrote of
    its allergies. A dish without a mark is never said to be safe.
    """

    _name = "espace.portal.menu"
    _description = "Portal: Menus of the Canteen"

    @api.model
    def _read(self, family_sudo, day):
        """Return what the page shows of the week of a day, as a dict.

        :param date day: None for the week of today, or the next one from Saturday on
        """
        company_sudo = family_sudo.company_id
        today = company_sudo._espace_today()
        day = day or (today + timedelta(days=2) if today.weekday() > 4 else today)
        monday = day - timedelta(days=day.weekday())
        last = monday + timedelta(days=DAYS - 1)
        menus = self.env["espace.menu"].sudo()._of_days(company_sudo, monday, last)
        eating = self._eating(family_sudo, monday, last)
        watched = self._watched(family_sudo.child_ids)
        children = family_sudo.child_ids
        return {
            "words": company_sudo._espace_span_words(
                monday, monday + timedelta(days=4)
            ),
            "earlier": (monday - timedelta(days=DAYS)).isoformat(),
            "later": (monday + timedelta(days=DAYS)).isoformat(),
            "watched": [
                {"name": child.firstname, "words": ", ".join(names)}
                for child in children
                if (names := watched[child.id].mapped("name"))
            ],
            "days": [
                {
                    "date": one.isoformat(),
                    "words": company_sudo._espace_day_words(one),
                    "today": one == today,
                    "note": menus[one].note or "",
                    "eating": [
                        child.firstname
                        for child in children
                        if (child.id, one) in eating
                    ],
                    "courses": [
                        (words, [self._dish(dish, children, watched) for dish in found])
                        for words, found in menus[one]._courses()
                    ],
                }
                for one in sorted(menus)
            ],
        }

    @api.model
    def _watched(self, children_sudo):
        """Return {child id: the allergens it is known to be allergic to}."""
        by_code = self.env["espace.allergen"].sudo()._by_code()
        return {
            child.id: self.env["espace.allergen"]
            .sudo()
            .union(
                child.allergen_ids,
                *(by_code[code] for code in allergens.named_in(child.allergies)),
            )
            .sorted("number")
            for child in children_sudo
        }

    @api.model
    def _dish(self, dish_sudo, children_sudo, watched):
        return {
            "name": dish_sudo.name,
            "known": dish_sudo.allergens_known,
            "allergens": dish_sudo._allergen_words(),
            "marks": [
                self.env._(
                    "%(child)s: %(allergens)s",
                    child=child.firstname,
                    allergens=", ".join(found.mapped("name")),
                )
                for child in children_sudo
                if (found := dish_sudo.allergen_ids & watched[child.id])
            ],
            "replaced": [
                self.env._(
                    "Replaced for %(child)s (%(diet)s)",
                    child=child.firstname,
                    diet=child.diet_id.name,
                )
                for child in children_sudo
                if child.diet_id in dish_sudo.other_diet_ids
            ],
        }

    @api.model
    def _eating(self, family_sudo, first, last):
        """Return the (child id, day) of the meals that the family has booked."""
        booked_sudo = (
            self.env["espace.reservation"]
            .sudo()
            .search_fetch(
                [
                    ("family_id", "=", family_sudo.id),
                    ("date", ">=", first),
                    ("date", "<=", last),
                    ("state", "in", list(SEAT_STATES)),
                    ("product_id.espace_includes_meal", "=", True),
                ],
                ["child_id", "date"],
            )
        )
        return {(one.child_id.id, one.date) for one in booked_sudo}
